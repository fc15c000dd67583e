import { describe, expect, it } from "vitest";
import { wants } from "../../../src/analyse/analyse.ts";
import { findingsOf, idsOf } from "../findings.ts";
import { hostIP, type MeshOptions, mesh, refused, silent, timedOut } from "../mesh.ts";
import { recorded, recordedInFull } from "../recorded.ts";
import * as lost from "./filter-mesh.ts";

const geneve = { "tunnel-protocol": "geneve" };
const five = (where: lost.Where, more: Partial<MeshOptions> = {}): MeshOptions => ({
  size: 5,
  zone: lost.twoZones,
  probes: lost.failing(where, lost.podPath),
  ...more,
});

describe("vxlan-udp-blocked and geneve-udp-blocked fire", () => {
  it("on the recorded udp/8472 dropped at one node, with the rule that drops it", async () => {
    const [first, ...others] = findingsOf(await recordedInFull("vxlan-blocked-one-node"));
    expect(first).toMatchObject({
      id: "vxlan-udp-blocked",
      severity: "error",
      confidence: "confirmed",
      nodes: ["worker-2"],
      pathCount: 8,
      alternatives: [],
    });
    expect(first?.evidence).toContainEqual({
      text: "the packet filter of worker-2 drops udp/8472: -A INPUT -p udp -m udp --dport 8472 -j DROP",
      node: "worker-2",
      capture: "iptables.txt",
    });
    expect(others).toEqual([]);
  });

  it("before the second round by the pattern, with what would tell it from others", async () => {
    const facts = await recorded("vxlan-blocked-one-node");
    const [first] = findingsOf(facts);
    expect(first).toMatchObject({ id: "vxlan-udp-blocked", confidence: "likely", nodes: ["worker-2"] });
    expect(first?.evidence.map(({ text }) => text)).toContain(
      "no policy is enforced on incoming traffic of the health endpoints that are not reached (all 5 read)",
    );
    expect(first?.alternatives.map(({ id }) => id)).toEqual(["config-skew"]);
    expect(first?.confirm[0]).toMatchObject({
      node: "worker-2",
      argv: ["ip", "-s", "link", "show", "cilium_vxlan"],
    });
    const asked = wants(facts, { nodes: [], zones: [], target: null, protocol: null });
    expect(asked).toContainEqual({ node: "worker-2", capture: "iptables.txt" });
  });

  it.each<[string, MeshOptions, string, string[], number]>([
    [
      "one node (cilium/cilium#40167, Geneve)",
      five(lost.around(2), { config: geneve }),
      "geneve-udp-blocked",
      ["worker-2"],
      8,
    ],
    ["two nodes", five(lost.around(2, 4)), "vxlan-udp-blocked", ["worker-2", "worker-4"], 14],
    ["a security group between zones", five(lost.betweenZones), "vxlan-udp-blocked", names(5), 12],
    [
      "a network policy of the cloud, everywhere (cilium/cilium#372)",
      five(lost.everywhere),
      "vxlan-udp-blocked",
      names(5),
      20,
    ],
    ["one pair", five(lost.onlyBetween(1, 4)), "vxlan-udp-blocked", ["worker-1", "worker-4"], 2],
    ["a mesh of three", { ...five(lost.around(3)), size: 3 }, "vxlan-udp-blocked", ["worker-3"], 4],
    ["a mesh of two", { ...five(lost.everywhere), size: 2 }, "vxlan-udp-blocked", ["worker-1", "worker-2"], 2],
    [
      "an old config map, tunnel: geneve",
      five(lost.around(1), { config: { tunnel: "geneve", "routing-mode": "tunnel", "tunnel-protocol": "geneve" } }),
      "geneve-udp-blocked",
      ["worker-1"],
      8,
    ],
  ])("at %s", (_where, options, id, nodes, pathCount) => {
    expect(findingsOf(mesh(options))).toMatchObject([{ id, nodes, pathCount }]);
  });

  it("by the port that is set", () => {
    const [first] = findingsOf(mesh(five(lost.around(2), { config: { "tunnel-port": "8223" } })));
    expect(first?.title).toBe("VXLAN, udp/8223, is lost from and to worker-2");
    expect(first?.fix).toContain("udp/8223");
  });

  it("as a possibility where the node itself could not be asked", () => {
    const facts = mesh(five(lost.to(2), { outOfReach: { 2: "exec timed out" } }));
    const [first] = findingsOf(facts);
    expect(first).toMatchObject({ id: "vxlan-udp-blocked", confidence: "possible" });
    expect(first?.alternatives.map(({ id }) => id)).toContain("forward-drop");
  });

  it("beside another fault: ping filtered everywhere", () => {
    const probes = lost.both(lost.failing(lost.everywhere, lost.hostPing), lost.failing(lost.around(2), lost.podPath));
    expect(idsOf(mesh({ size: 5, probes }))).toEqual(["vxlan-udp-blocked", "icmp-blocked"]);
  });

  it("with a device that never received a packet as evidence", () => {
    const link = [{ ifname: "cilium_vxlan", flags: ["UP"], stats64: { rx: { packets: 0 }, tx: { packets: 912 } } }];
    const confirming = () => ({ "ip-link.json": JSON.stringify(link) });
    const [first] = findingsOf(mesh(five(lost.around(2), { confirming })));
    expect(first?.evidence.map(({ text }) => text)).toContain(
      "cilium_vxlan of worker-2 has sent 912 packets and never received one",
    );
  });

  it("with the filter that keeps the tunnel's packets from leaving", () => {
    const rule = "-A OUTPUT -p udp -m udp --dport 8472 -j DROP";
    const confirming = lost.filterAt(2, `${lost.accepting}${rule}\n`);
    const [first] = findingsOf(mesh(five(lost.around(2), { confirming })));
    expect(first).toMatchObject({ id: "vxlan-udp-blocked", confidence: "confirmed", alternatives: [] });
    expect(first?.evidence.map(({ text }) => text)).toContain(
      `the packet filter of worker-2 drops udp/8472 as it leaves: ${rule}`,
    );
  });

  const ownRule =
    '-A CILIUM_OUTPUT -p udp -m udp --dport 8472 -m comment --comment "cilium: ACCEPT for tunnel traffic" -j ACCEPT';
  it.each([
    [
      "after the agent's own rule for its tunnel",
      `-N CILIUM_OUTPUT\n-A OUTPUT -j CILIUM_OUTPUT\n${ownRule}\n-A OUTPUT -p udp -m udp --dport 8472 -j DROP\n`,
    ],
    ["for another port", "-A OUTPUT -p udp -m udp --dport 6081 -j DROP\n"],
  ])("is not proven by a filter that lets them leave: %s", (_what, rules) => {
    const facts = mesh(five(lost.around(2), { confirming: lost.filterAt(2, `${lost.accepting}${rules}`) }));
    expect(findingsOf(facts)).toMatchObject([{ id: "vxlan-udp-blocked", confidence: "likely" }]);
  });

  it("with the NSX case as an alternative on VMware hosts (cilium/cilium#38167)", () => {
    const patch = { node: () => ({ spec: { providerID: "vsphere://4237b1f2" } }) };
    const [first] = findingsOf(mesh(five(lost.everywhere, { patch })));
    expect(first?.alternatives.map(({ id }) => id)).toContain("vxlan-offload-vmware");
  });
});

describe("a lost tunnel port stays quiet", () => {
  const quiet = (options: MeshOptions) => idsOf(mesh(options)).filter((id) => id.endsWith("-udp-blocked"));

  it("on the recorded policy, the same matrix with enforcement on", async () => {
    expect(idsOf(await recordedInFull("policy-blocks-health"))).toEqual(["policy-blocks-health"]);
  });

  it("on the recorded forwarding fault, which fails towards the node alone", async () => {
    expect(idsOf(await recordedInFull("endpoint-routes-forward-drop"))).toEqual(["forward-drop"]);
  });

  it.each<[string, MeshOptions]>([
    ["the same cells without a tunnel", five(lost.around(2), { config: lost.native })],
    ["a node that is not reached but reaches the others", five(lost.to(2))],
    ["a node that reaches no pod but is reached", five(lost.from(2))],
    [
      "ping to pods alone",
      five(lost.around(2), { probes: lost.failing(lost.around(2), () => ({ endpointIcmp: timedOut })) }),
    ],
    [
      "TCP to pods alone",
      five(lost.around(2), { probes: lost.failing(lost.around(2), (to) => ({ endpointHttp: silent(hostIP(to)) })) }),
    ],
    [
      "a refused connection",
      five(lost.to(2), {
        probes: lost.failing(lost.to(2), (to) => ({
          hostHttp: refused(hostIP(to)),
          endpointHttp: refused(hostIP(to)),
        })),
      }),
    ],
    ["nodes that fail altogether", five(lost.around(2), { probes: lost.failing(lost.around(2), lost.everything) })],
    [
      "agents with unlike tunnel protocols",
      five(lost.betweenZones, {
        patch: { status: (node) => ({ routing: { "tunnel-protocol": node <= 3 ? "vxlan" : "geneve" } }) },
      }),
    ],
    ["a healthy mesh", { size: 5 }],
  ])("on %s", (_what, options) => {
    expect(quiet(options)).toEqual([]);
  });
});

function names(size: number): string[] {
  return Array.from({ length: size }, (_, at) => `worker-${at + 1}`);
}
