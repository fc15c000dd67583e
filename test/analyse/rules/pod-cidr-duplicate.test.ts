import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { endpointSilent, type MeshOptions, mesh } from "../mesh.ts";

const ranges = (of: Readonly<Record<number, string>>): NonNullable<MeshOptions["patch"]> => ({
  ciliumNode: (node) =>
    of[node] === undefined
      ? undefined
      : {
          spec: { ipam: { podCIDRs: [of[node]] } },
          status: { ipam: { "operator-status": { error: "cidr is already allocated" } } },
        },
});
const lost: MeshOptions["probes"] = (from, to) => (from !== to && to === 3 ? endpointSilent(3) : null);

describe("pod-cidr-duplicate fires", () => {
  it.each([
    ["equal ranges (cilium/cilium#17277)", { 3: "10.244.2.0/24" }],
    ["nested ranges (cilium/cilium#15500)", { 2: "10.9.0.0/16", 3: "10.9.7.0/24" }],
    ["nested IPv6 ranges", { 2: "fd00::/48", 3: "fd00:0:0:7::/64" }],
  ])("on %s where one of the two is lost", (_what, of) => {
    const [first] = findingsOf(mesh({ size: 5, patch: ranges(of), probes: lost }));
    expect(first).toMatchObject({
      id: "pod-cidr-duplicate",
      severity: "error",
      confidence: "confirmed",
      nodes: ["worker-2", "worker-3"],
      pathCount: 4,
    });
    expect(first?.evidence.map(({ text }) => text)).toContain(
      "the operator says of worker-3: cidr is already allocated",
    );
  });

  it("with a CiliumNode that has no Kubernetes Node any more", () => {
    const facts = mesh({ size: 4, ghosts: [9], patch: ranges({ 9: "10.244.3.0/24" }), probes: lost });
    expect(findingsOf(facts).find(({ id }) => id === "pod-cidr-duplicate")?.nodes).toEqual(["worker-3", "worker-9"]);
  });
});

describe("pod-cidr-duplicate stays quiet", () => {
  it("or says no more than info while all probes work", () => {
    expect(findingsOf(mesh({ size: 5, patch: ranges({ 3: "10.244.2.0/24" }) }))).toMatchObject([
      { id: "pod-cidr-duplicate", severity: "info", pathCount: 0 },
    ]);
  });

  it("on neighbouring ranges, on nonsense, and where the cloud gives pods addresses", () => {
    for (const of of [
      { 2: "10.9.0.0/24", 3: "10.9.1.0/24" },
      { 2: "garbage", 3: "garbage" },
    ]) {
      expect(idsOf(mesh({ size: 5, patch: ranges(of), probes: lost }))).not.toContain("pod-cidr-duplicate");
    }
    const eni = mesh({ size: 5, patch: ranges({ 3: "10.244.2.0/24" }), config: { ipam: "eni" }, probes: lost });
    expect(idsOf(eni)).not.toContain("pod-cidr-duplicate");
  });
});
