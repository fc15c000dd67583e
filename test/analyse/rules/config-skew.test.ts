import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { endpointSilent, hostIP, type MeshOptions, mesh, type Patch } from "../mesh.ts";

const isNew = (node: number) => node > 3;
const between: NonNullable<MeshOptions["probes"]> = (from, to) => (isNew(from) !== isNew(to) ? endpointSilent(to) : {});
const status = (patch: Patch) => ({ status: (node: number) => (isNew(node) ? patch : {}) });

/** Each of these agents' own rule for its tunnel, as `iptables -S` prints it. */
function tunnelRules(read: readonly number[], port: (node: number) => number): NonNullable<MeshOptions["confirming"]> {
  const rule = (node: number) =>
    `-A CILIUM_OUTPUT -p udp -m udp --dport ${port(node)} -m comment --comment "cilium: ACCEPT for tunnel traffic" -j ACCEPT`;
  return (node) =>
    read.includes(node) ? { "iptables.txt": `-P INPUT ACCEPT\n-N CILIUM_OUTPUT\n${rule(node)}\n` } : {};
}

const started = (at: (node: number) => string) => (node: number) => ({
  status: {
    containerStatuses: [
      { name: "cilium-agent", ready: true, restartCount: 0, state: { running: { startedAt: at(node) } } },
    ],
  },
});

describe("agents with different configurations", () => {
  it.each<[string, Patch]>([
    ["tunnel protocol", { routing: { "tunnel-protocol": "geneve" } }],
    ["routing mode", { routing: { "inter-host-routing-mode": "Native" } }],
    ["encryption", { encryption: { mode: "IPsec" } }],
  ])("are named by their %s (cilium/cilium#12128)", (setting, patch) => {
    const [finding, ...others] = findingsOf(mesh({ size: 5, probes: between, patch: status(patch) }));
    expect(finding).toMatchObject({ id: "config-skew", confidence: "confirmed", pathCount: 12 });
    expect(finding?.title).toContain(setting);
    expect(others).toEqual([]);
  });

  it("may be a single one that was not restarted", () => {
    const probes: NonNullable<MeshOptions["probes"]> = (from, to) =>
      (from === 2) !== (to === 2) ? endpointSilent(to) : {};
    const patch = { status: (node: number) => (node === 2 ? { routing: { "tunnel-protocol": "geneve" } } : {}) };
    expect(idsOf(mesh({ size: 5, probes, patch }))).toEqual(["config-skew"]);
  });

  it("are likely where two releases fail towards each other", () => {
    const patch = status({ cilium: { msg: "1.20.2 (v1.20.2-0a1b2c3d)" } });
    expect(findingsOf(mesh({ size: 5, probes: between, patch }))).toMatchObject([
      { id: "config-skew", confidence: "likely", pathCount: 12 },
    ]);
  });

  it("are told by the port they probe, where it was changed half-way", () => {
    const url = (from: number, to: number) => `${hostIP(to)}:${isNew(from) ? 4241 : 4240}`;
    const probes: NonNullable<MeshOptions["probes"]> = (from, to) => {
      if (isNew(from) === isNew(to)) return {};
      const text = `Get "http://${url(from, to)}/hello": dial tcp ${url(from, to)}: connect: connection refused`;
      return { hostHttp: text, endpointHttp: text };
    };
    const [finding] = findingsOf(mesh({ size: 5, probes }));
    expect(finding).toMatchObject({ id: "config-skew", confidence: "confirmed" });
    expect(finding?.evidence[0]?.text).toBe("health port 4241: worker-4 and worker-5");
  });

  it("are told by when they started, where nobody says which tunnel port it uses", () => {
    const pod = started((node) => (isNew(node) ? "2031-05-02T08:00:00Z" : "2031-04-01T00:00:00Z"));
    const [finding] = findingsOf(mesh({ size: 5, probes: between, patch: { pod }, config: { "tunnel-port": "8223" } }));
    expect(finding).toMatchObject({ id: "config-skew", confidence: "likely", pathCount: 12 });
    expect(finding?.evidence.map(({ text }) => text)).toContain("cilium-config now says tunnel-port: 8223");
    expect(finding?.alternatives.map(({ id }) => id)).toEqual(["vxlan-udp-blocked"]);
  });

  it.each([
    ["both sides' rules", [1, 2], 8],
    ["the odd one's and a healthy one's rules", [2, 5], 8],
  ])("are told by their tunnel port, from %s", (_whose, read, pathCount) => {
    const probes: NonNullable<MeshOptions["probes"]> = (from, to) =>
      (from === 2) !== (to === 2) ? endpointSilent(to) : {};
    const facts = mesh({ size: 5, probes, confirming: tunnelRules(read, (node) => (node === 2 ? 8473 : 8472)) });
    const [finding, ...others] = findingsOf(facts);
    expect(finding).toMatchObject({ id: "config-skew", confidence: "confirmed", nodes: ["worker-2"], pathCount });
    expect(finding?.title).toBe("agents that differ in tunnel port fail towards each other");
    expect(finding?.evidence.slice(0, 2)).toEqual([
      { text: "tunnel port 8473: worker-2", node: "worker-2", capture: "iptables.txt" },
      {
        text: "tunnel port 8472: worker-1, worker-3, worker-4 and worker-5",
        node: `worker-${read.find((node) => node !== 2)}`,
        capture: "iptables.txt",
      },
    ]);
    expect(finding?.confirm[0]?.argv).toEqual(["iptables", "-S", "CILIUM_OUTPUT"]);
    expect(others).toEqual([]);
  });

  it("have one tunnel port where a firewall is between them, which then needs no doubt about it", () => {
    const probes: NonNullable<MeshOptions["probes"]> = (from, to) =>
      (from === 2) !== (to === 2) ? endpointSilent(to) : {};
    const one = findingsOf(mesh({ size: 5, probes, confirming: tunnelRules([2, 5], () => 8472) }));
    expect(one).toMatchObject([{ id: "vxlan-udp-blocked", alternatives: [] }]);
    const half = findingsOf(mesh({ size: 5, probes, confirming: tunnelRules([2], () => 8472) }));
    expect(half[0]?.alternatives.map(({ id }) => id)).toEqual(["config-skew"]);
  });

  it("are named with those that do not run what cilium-config says", () => {
    const patch = status({ routing: { "tunnel-protocol": "geneve" } });
    const facts = mesh({ size: 5, probes: between, patch, config: { "tunnel-protocol": "geneve" } });
    expect(findingsOf(facts)[0]?.nodes).toEqual(["worker-1", "worker-2", "worker-3"]);
  });

  it("are quoted with what their own configuration says", () => {
    const confirming: NonNullable<MeshOptions["confirming"]> = (node) => ({
      "cilium-config.json": JSON.stringify({ RoutingMode: isNew(node) ? "native" : "tunnel", Debug: false }),
    });
    const patch = status({ routing: { "inter-host-routing-mode": "Native" } });
    const [finding] = findingsOf(mesh({ size: 5, probes: between, patch, confirming }));
    expect(finding?.evidence.map(({ text }) => text)).toContain("RoutingMode: native on worker-4, tunnel on worker-1");
  });

  it.each<[string, MeshOptions]>([
    ["all agents say the same: a port is blocked", { size: 5, probes: between }],
    [
      "the groups of the setting are not those that fail",
      {
        size: 5,
        probes: between,
        patch: { status: (node) => (node === 1 ? { routing: { "tunnel-protocol": "geneve" } } : {}) },
      },
    ],
    [
      "the release follows the zones",
      {
        size: 5,
        probes: between,
        zone: (node) => (isNew(node) ? "zone-b" : "zone-a"),
        patch: status({ cilium: { msg: "1.20.2 (v1.20.2-0a1b2c3d)" } }),
      },
    ],
    [
      "one odd release is at the node that fails",
      {
        size: 5,
        probes: (from, to) => ((from === 2) !== (to === 2) ? endpointSilent(to) : {}),
        patch: { status: (node) => (node === 2 ? { cilium: { msg: "1.20.2 (v1.20.2-0a1b2c3d)" } } : {}) },
      },
    ],
    [
      "the start follows the zones",
      {
        size: 5,
        probes: between,
        zone: (node) => (isNew(node) ? "zone-b" : "zone-a"),
        patch: { pod: started((node) => (isNew(node) ? "2031-05-02T08:00:00Z" : "2031-04-01T00:00:00Z")) },
      },
    ],
    [
      "one agent was restarted, another fails",
      {
        size: 5,
        probes: (from, to) => ((from === 2) !== (to === 2) ? endpointSilent(to) : {}),
        patch: { pod: started((node) => (node === 5 ? "2031-05-02T08:00:00Z" : "2031-04-01T00:00:00Z")) },
      },
    ],
    ["nothing fails in an upgrade", { size: 5, patch: status({ cilium: { msg: "1.20.2 (v1.20.2-0a1b2c3d)" } }) }],
  ])("are not blamed where %s", (_when, options) => {
    expect(idsOf(mesh(options))).not.toContain("config-skew");
  });
});
