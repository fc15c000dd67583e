import { describe, expect, it } from "vitest";
import { wants } from "../../../src/analyse/analyse.ts";
import { findingsOf, idsOf } from "../findings.ts";
import { allSilent, healthIP, type MeshOptions, mesh, silent } from "../mesh.ts";

/** Ping passes, TCP does not, everywhere. */
const tcpLost: NonNullable<MeshOptions["probes"]> = (from, to) =>
  from === to ? null : { endpointHttp: silent(healthIP(to)) };
const nat = (...rules: readonly string[]) => ({
  "iptables-nat.txt": ["-P POSTROUTING ACCEPT", ...rules.map((rule) => `-A POSTROUTING ${rule}`), ""].join("\n"),
});
const cilium = '-m comment --comment "cilium-feeder: CILIUM_POST_nat" -j CILIUM_POST_nat';
const kube = '-m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING';
const docker = "-s 172.17.0.0/16 ! -o docker0 -j MASQUERADE";
const meshWith = (read: ReturnType<typeof nat> | Record<string, never>, more: Partial<MeshOptions> = {}) =>
  mesh({ size: 4, probes: tcpLost, confirming: () => read, ...more });

describe("foreign-snat fires", () => {
  it("where a rule that is not Cilium's rewrites what leaves for pods (cilium/cilium#16275)", () => {
    const [first] = findingsOf(meshWith(nat(cilium, kube, "-s 10.244.0.0/16 -j MASQUERADE")));
    expect(first).toMatchObject({ id: "foreign-snat", confidence: "likely", pathCount: 12 });
    expect(first?.evidence[0]?.text).toBe(
      'POSTROUTING rewrites probes by "-A POSTROUTING -s 10.244.0.0/16 -j MASQUERADE"',
    );
  });

  it("as a possibility where a chain of another plugin is left over", () => {
    const [first] = findingsOf(meshWith(nat(cilium, '-m comment --comment "AWS SNAT CHAIN" -j AWS-SNAT-CHAIN-0')));
    expect(first).toMatchObject({ id: "foreign-snat", confidence: "possible" });
  });

  it("asks beside paths that say nothing of it, as those to a node that is out of reach", () => {
    const probes: MeshOptions["probes"] = (from, to) => (from !== to && to === 1 ? allSilent(1) : tcpLost(from, to));
    const asked = wants(mesh({ size: 5, probes }), { nodes: [], zones: [], target: null, protocol: null });
    expect(asked).toContainEqual({ node: "worker-2", capture: "iptables-nat.txt" });
  });

  it("in native mode by the node's address", () => {
    const facts = meshWith(nat("-s 172.31.0.0/24 -d 10.244.0.0/16 -j SNAT --to-source 192.0.2.1"), {
      config: { "routing-mode": "native" },
    });
    expect(idsOf(facts)).toContain("foreign-snat");
  });
});

describe("foreign-snat stays quiet", () => {
  it.each([
    ["the usual chains and Docker's own rule", nat(cilium, kube, docker)],
    ["a rule with the pods' ranges left out", nat("-s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE")],
    ["nothing that was read", {}],
  ])("on %s", (_what, read) => {
    expect(idsOf(meshWith(read))).not.toContain("foreign-snat");
  });

  it("where the agents' own endpoints fail, or only one node is concerned", () => {
    const read = nat("-s 10.244.0.0/16 -j MASQUERADE");
    const own: MeshOptions["probes"] = (_from, to) => ({ endpointHttp: silent(healthIP(to)) });
    const one: MeshOptions["probes"] = (from, to) =>
      to === 2 && from !== 2 ? { endpointHttp: silent(healthIP(2)) } : null;
    for (const probes of [own, one]) expect(idsOf(meshWith(read, { probes }))).not.toContain("foreign-snat");
  });
});
