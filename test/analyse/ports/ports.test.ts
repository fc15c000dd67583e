import { describe, expect, it } from "vitest";
import { analysePorts } from "../../../src/analyse/ports/ports.ts";
import type { Facts } from "../../../src/model/facts.ts";
import type { PortNeed, PortsReport } from "../../../src/model/ports.ts";
import { knowsCluster, withCluster } from "../clustermesh.ts";
import { reportOf } from "../findings.ts";
import { endpointSilent, hostSilent, type MeshOptions, mesh, type Patch, silent, timedOut } from "../mesh.ts";

const everything = { nodes: [], zones: [], target: null, protocol: null };

function portsOf(facts: Facts, nodes: readonly string[] = []): PortsReport {
  return analysePorts(facts, reportOf(facts), { ...everything, nodes });
}

/** `id port/protocol verdict`, a port that is not known with a question mark. */
function rowsOf({ needs }: PortsReport): string[] {
  return needs.map(({ id, port, usualPort, protocol, evidence }) => {
    const number = protocol === "tcp" || protocol === "udp" ? `${port ?? `${usualPort}?`}/` : "";
    return `${id} ${number}${protocol} ${evidence.verdict}`;
  });
}

function needOf({ needs }: PortsReport, id: string): PortNeed {
  const found = needs.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no need ${id}`);
  return found;
}

const wireguard = { encryption: { mode: "Wireguard", wireguard: { interfaces: [{ name: "cilium_wg0" }] } } };
const version = (text: string) => ({ cilium: { state: "Ok", msg: `${text} (v${text}-5a1d2f3b)` } });
const ipsec = { encryption: { mode: "IPsec" } };
const native = { "routing-mode": "native", "tunnel-protocol": "" };
const nativeStatus = { routing: { "inter-host-routing-mode": "Native", "tunnel-protocol": "" } };

function status(patch: Patch): NonNullable<MeshOptions["patch"]> {
  return { status: () => patch };
}

describe("what a mesh needs by its settings", () => {
  const cases: readonly (readonly [string, MeshOptions, readonly string[]])[] = [
    [
      "a VXLAN tunnel",
      { size: 3 },
      [
        "health-http 4240/tcp works",
        "health-icmp icmp works",
        "tunnel 8472/udp works",
        "kube-apiserver 6443?/tcp unprobed",
      ],
    ],
    [
      "Geneve",
      { size: 3, config: { "tunnel-protocol": "geneve" } },
      [
        "health-http 4240/tcp works",
        "health-icmp icmp works",
        "tunnel 6081/udp works",
        "kube-apiserver 6443?/tcp unprobed",
      ],
    ],
    [
      "ports of its own",
      {
        size: 3,
        config: { "tunnel-port": "8223", "cluster-health-port": "4340", "k8s-api-server": "https://10.0.0.1:8443" },
      },
      [
        "health-http 4340/tcp works",
        "health-icmp icmp works",
        "tunnel 8223/udp works",
        "kube-apiserver 8443/tcp unprobed",
      ],
    ],
    [
      "native routing",
      { size: 3, config: native, patch: status(nativeStatus) },
      [
        "health-http 4240/tcp works",
        "health-icmp icmp works",
        "endpoint-http 4240/tcp works",
        "endpoint-icmp icmp works",
        "pods any works",
        "kube-apiserver 6443?/tcp unprobed",
      ],
    ],
    [
      "WireGuard around a tunnel",
      { size: 3, config: { "enable-wireguard": "true" }, patch: status(wireguard) },
      [
        "health-http 4240/tcp works",
        "health-icmp icmp works",
        "tunnel 8472/udp works",
        "wireguard 51871/udp works",
        "kube-apiserver 6443?/tcp unprobed",
      ],
    ],
    [
      "WireGuard without a tunnel, where no probe travels in it",
      { size: 3, config: { ...native, "enable-wireguard": "true" }, patch: status({ ...nativeStatus, ...wireguard }) },
      [
        "health-http 4240/tcp works",
        "health-icmp icmp works",
        "endpoint-http 4240/tcp works",
        "endpoint-icmp icmp works",
        "pods any works",
        "wireguard 51871/udp unprobed",
        "kube-apiserver 6443?/tcp unprobed",
      ],
    ],
    [
      "IPsec",
      { size: 3, config: { "enable-ipsec": "true" }, patch: status(ipsec) },
      [
        "health-http 4240/tcp works",
        "health-icmp icmp works",
        "tunnel 8472/udp works",
        "esp esp unprobed",
        "kube-apiserver 6443?/tcp unprobed",
      ],
    ],
    [
      "both families",
      { size: 3, config: { "enable-ipv4": "true", "enable-ipv6": "true" } },
      [
        "health-http 4240/tcp works",
        "health-icmp icmp works",
        "health-icmpv6 icmpv6 unprobed",
        "tunnel 8472/udp works",
        "kube-apiserver 6443?/tcp unprobed",
      ],
    ],
    [
      "health checking off",
      {
        size: 3,
        config: { "enable-health-checking": "false" },
        failing: () => ({ "cilium-health-status.json": "no socket" }),
      },
      ["tunnel 8472/udp undecided", "kube-apiserver 6443?/tcp unprobed"],
    ],
    [
      "etcd, Hubble, mutual authentication, metrics and DSR",
      {
        size: 3,
        config: {
          kvstore: "etcd",
          "etcd-config": "---\nendpoints:\n  - https://etcd-1.example:2379\n  - https://etcd-2.example:2379\n",
          "enable-hubble": "true",
          "hubble-listen-address": ":4244",
          "mesh-auth-mutual-enabled": "true",
          "mesh-auth-mutual-listener-port": "4250",
          "prometheus-serve-addr": ":9962",
          "operator-prometheus-serve-addr": "127.0.0.1:9963",
          "bpf-lb-mode": "dsr",
          "bpf-lb-dsr-dispatch": "geneve",
        },
        patch: status({ kvstore: { state: "Ok", msg: "etcd: 2/2 connected" } }),
      },
      [
        "health-http 4240/tcp works",
        "health-icmp icmp works",
        "tunnel 8472/udp works",
        "dsr 6081/udp unprobed",
        "kvstore 2379/tcp works",
        "kube-apiserver 6443?/tcp unprobed",
        "hubble 4244/tcp unprobed",
        "mutual-auth 4250/tcp unprobed",
        "metrics-agent 9962/tcp unprobed",
      ],
    ],
  ];

  it.each(cases)("%s", (_what, options, rows) => {
    expect(rowsOf(portsOf(mesh(options)))).toEqual(rows);
  });

  it("of Hubble without a port on the nodes is none", () => {
    const rows = rowsOf(portsOf(mesh({ size: 3, config: { "enable-hubble": "true" } })));
    expect(rows.filter((row) => row.startsWith("hubble"))).toEqual([]);
  });
});

describe("what travels inside something else", () => {
  it("is VXLAN in WireGuard from 1.15 on, and bare before", () => {
    const options = (text: string): MeshOptions => ({
      size: 3,
      config: { "enable-wireguard": "true" },
      patch: status({ ...wireguard, ...version(text) }),
    });
    expect(needOf(portsOf(mesh(options("1.15.6"))), "tunnel").inside).toBe("wireguard");
    expect(needOf(portsOf(mesh(options("1.14.9"))), "tunnel").inside).toBe("");
    expect(needOf(portsOf(mesh(options("1.14.9"))), "wireguard").evidence.verdict).toBe("unprobed");
  });

  it("is ESP in the tunnel before 1.18, and the other way round after", () => {
    const options = (text: string): MeshOptions => ({
      size: 3,
      config: { "enable-ipsec": "true" },
      patch: status({ ...ipsec, ...version(text) }),
    });
    expect(needOf(portsOf(mesh(options("1.17.4"))), "esp").inside).toBe("tunnel");
    expect(needOf(portsOf(mesh(options("1.18.2"))), "esp").inside).toBe("");
    expect(needOf(portsOf(mesh(options("1.18.2"))), "tunnel").notes.join()).toContain("inside ESP");
  });

  it("are probes of nodes, too, where nodes encrypt their own traffic", () => {
    const facts = mesh({
      size: 3,
      config: { "enable-wireguard": "true", "encrypt-node": "true" },
      patch: status(wireguard),
    });
    expect(needOf(portsOf(facts), "health-http")).toMatchObject({ inside: "wireguard" });
  });
});

describe("where a setting was read", () => {
  const sources = (report: PortsReport, id: string) =>
    needOf(report, id).settings.map(({ name, value, source }) => `${name}=${value} ${source}`);

  it("is said, and a default is called one", () => {
    const report = portsOf(mesh({ size: 3 }));
    expect(sources(report, "tunnel")).toEqual([
      "routing-mode=tunnel cilium-config",
      "tunnel-protocol=vxlan cilium-config",
      "tunnel-port=8472 default",
      "encryption=disabled agents",
    ]);
    expect(report).toMatchObject({ unknown: [], exitCode: 0 });
  });

  it("is the agents where cilium-config may not be read, and what they do not say is not known", () => {
    const report = portsOf(mesh({ size: 3, denied: ["cilium-config"] }));
    expect(sources(report, "tunnel")).toEqual([
      "routing=tunnel agents",
      "tunnel-protocol=vxlan agents",
      "tunnel-port= unknown",
      "encryption=disabled agents",
    ]);
    expect(rowsOf(report)).toEqual([
      "health-http 4240?/tcp works",
      "health-icmp icmp works",
      "tunnel 8472?/udp works",
      "kube-apiserver 6443?/tcp unprobed",
    ]);
    expect(report.unknown.map((text) => text.split(":")[0])).toEqual([
      "tunnel-port",
      "cluster-health-port",
      "kvstore, Hubble, mutual authentication, metrics, DSR",
    ]);
    expect(report.exitCode).toBe(3);
  });

  it("is nowhere where no agent answers either: no tunnel is taken for granted", () => {
    const failing = () => ({ "cilium-status.json": "timeout", "cilium-health-status.json": "timeout" });
    const report = portsOf(mesh({ size: 3, denied: ["cilium-config"], failing }));
    expect(rowsOf(report)).toEqual(["kube-apiserver 6443?/tcp unprobed"]);
    expect(report.unknown.map((text) => text.split(":")[0])).toEqual([
      "routing mode",
      "encryption",
      "health checking",
      "kvstore, Hubble, mutual authentication, metrics, DSR",
    ]);
  });

  it("is of most agents where they differ, and that is said", () => {
    const facts = mesh({ size: 3, patch: { status: (node) => (node === 3 ? nativeStatus : {}) } });
    expect(portsOf(facts).unknown).toEqual([
      "routing mode: agents differ (tunnel on 2, native on 1); shown is what cilium-config, or most of them, says",
    ]);
  });

  it("of 1.13 and older is the key tunnel", () => {
    const facts = mesh({
      size: 3,
      config: { tunnel: "geneve", "routing-mode": "", "tunnel-protocol": "" },
      patch: status({ routing: null }),
    });
    expect(sources(portsOf(facts), "tunnel").slice(0, 2)).toEqual([
      "tunnel=tunnel cilium-config",
      "tunnel=geneve cilium-config",
    ]);
  });
});

describe("what the probes show", () => {
  const cross = (at: number) => (from: number, to: number) =>
    from !== to && (from === at || to === at) ? endpointSilent(to) : null;

  it("is a blocked tunnel where the finding says so, with the paths and the node they have in common", () => {
    const report = portsOf(mesh({ size: 5, probes: cross(2) }));
    expect(needOf(report, "tunnel").evidence).toMatchObject({
      verdict: "blocked",
      works: 12,
      blocked: 8,
      total: 20,
      findings: ["vxlan-udp-blocked"],
      hub: "worker-2",
    });
    const failing = [...report.failing];
    expect(failing).toHaveLength(8);
    expect(failing[0]).toEqual({ need: "tunnel", from: "worker-1", to: "worker-2", verdict: "blocked", finding: 0 });
    expect([...report.failing]).toEqual(failing);
    expect(report.exitCode).toBe(1);
  });

  it("is no shut port where the finding names another reason", () => {
    const node = { 2: "NotReady" } as const;
    const gone = (from: number, to: number) =>
      from !== to && to === 2 ? { ...hostSilent(2), ...endpointSilent(2) } : null;
    const conditions = [{ type: "Ready", status: "Unknown", message: node[2] }];
    const facts = mesh({
      size: 5,
      probes: gone,
      outOfReach: { 2: "no route to host" },
      patch: { node: (at) => (at === 2 ? { status: { conditions } } : {}) },
    });
    expect(needOf(portsOf(facts), "health-http").evidence).toMatchObject({
      verdict: "explained",
      explained: 4,
      undecided: 4,
      works: 12,
      findings: ["node-down"],
    });
  });

  it("is a blocked health port, and the tunnel works", () => {
    const facts = mesh({ size: 4, probes: (from, to) => (from === to ? null : { hostHttp: silent("172.31.0.11") }) });
    const report = portsOf(facts);
    expect(rowsOf(report).slice(0, 3)).toEqual([
      "health-http 4240/tcp blocked",
      "health-icmp icmp works",
      "tunnel 8472/udp works",
    ]);
  });

  it("is a filtered ping alone", () => {
    const facts = mesh({ size: 4, probes: (from, to) => (from === to ? null : { hostIcmp: timedOut }) });
    expect(rowsOf(portsOf(facts)).slice(0, 3)).toEqual([
      "health-http 4240/tcp works",
      "health-icmp icmp blocked",
      "tunnel 8472/udp works",
    ]);
  });

  it("is not known where a probe has no result", () => {
    const facts = mesh({ size: 4, probes: (from, to) => (from === 1 && to === 2 ? { hostHttp: null } : null) });
    expect(needOf(portsOf(facts), "health-http").evidence).toMatchObject({
      verdict: "undecided",
      works: 11,
      undecided: 1,
    });
  });

  it("is asked of the nodes that --node names alone", () => {
    const report = portsOf(mesh({ size: 5, probes: cross(2) }), ["worker-1"]);
    expect(needOf(report, "tunnel").evidence).toMatchObject({ total: 8, blocked: 2, works: 6 });
  });
});

describe("with another cluster of the mesh", () => {
  const { patch, ...rest } = withCluster(3, 2, () => ({}));
  const facts = (ready: (node: number) => boolean) =>
    mesh({
      ...rest,
      patch: {
        ...patch,
        status: (node) => ({ ...knowsCluster(ready(node), 2, ready(node) ? "" : "connection refused") }),
      },
    });

  it("its nodes need the same ports, and clustermesh-apiserver one that no setting tells", () => {
    expect(rowsOf(portsOf(facts(() => true))).slice(4)).toEqual([
      "health-http:east 4240/tcp works",
      "health-icmp:east icmp works",
      "tunnel:east 8472/udp works",
      "clustermesh:east 2379?/tcp works",
    ]);
  });

  it("agents tell whether they are connected", () => {
    expect(needOf(portsOf(facts((node) => node !== 2)), "clustermesh:east").evidence).toMatchObject({
      by: "agents",
      verdict: "fails",
      works: 2,
      fails: 1,
      examples: ["worker-2"],
    });
  });
});
