import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { hostSilent, type MeshOptions, mesh, noRoute, timedOut } from "../mesh.ts";

/** worker-2 holds a range that the address of worker-4, 172.31.0.14, lies in. */
const overlap: MeshOptions["patch"] = {
  ciliumNode: (node) => (node === 2 ? { spec: { ipam: { podCIDRs: ["172.31.0.14/31"] } } } : undefined),
};

describe("pod-cidr-overlaps-nodes fires", () => {
  it("where the holder of the range gets no route and the others silence (cilium/cilium#42383)", () => {
    const [first] = findingsOf(
      mesh({
        size: 5,
        patch: overlap,
        probes: (from, to) => {
          if (from === to || (from !== 4 && to !== 4)) return null;
          return from === 2 ? { hostIcmp: timedOut, hostHttp: noRoute("172.31.0.14") } : hostSilent(to);
        },
      }),
    );
    expect(first).toMatchObject({
      id: "pod-cidr-overlaps-nodes",
      severity: "error",
      confidence: "confirmed",
      pathCount: 8,
      nodes: ["worker-2", "worker-4"],
    });
    expect(first?.evidence[0]?.text).toBe("172.31.0.14 of worker-4 lies in 172.31.0.14/31, the pod range of worker-2");
  });

  it("for a node's own range, and for IPv6", () => {
    const patch: MeshOptions["patch"] = {
      ciliumNode: (node) => ({
        spec: {
          addresses: [{ type: "InternalIP", ip: `fd00::${node}` }],
          ipam: { podCIDRs: [node === 3 ? "fd00::/120" : `fd01:${node}::/64`] },
        },
      }),
    };
    const facts = mesh({ size: 3, patch, probes: (from, to) => (from !== to && to === 3 ? hostSilent(3) : null) });
    expect(findingsOf(facts)[0]).toMatchObject({ id: "pod-cidr-overlaps-nodes", pathCount: 2 });
  });
});

describe("pod-cidr-overlaps-nodes stays quiet", () => {
  it("or says no more than info while no probe fails by it", () => {
    expect(findingsOf(mesh({ size: 5, patch: overlap }))).toMatchObject([
      { id: "pod-cidr-overlaps-nodes", severity: "info", pathCount: 0 },
    ]);
  });

  it("about failures between other nodes", () => {
    const facts = mesh({
      size: 5,
      patch: overlap,
      probes: (from, to) => (from !== to && to === 1 ? hostSilent(1) : null),
    });
    expect(findingsOf(facts).filter(({ id }) => id === "pod-cidr-overlaps-nodes")).toMatchObject([
      { severity: "info" },
    ]);
  });

  it("where ranges and addresses are disjoint, or the cloud gives pods addresses of its network", () => {
    const lost: MeshOptions["probes"] = (from, to) => (from !== to && to === 4 ? hostSilent(4) : null);
    expect(idsOf(mesh({ size: 5, probes: lost }))).not.toContain("pod-cidr-overlaps-nodes");
    expect(idsOf(mesh({ size: 5, patch: overlap, config: { ipam: "eni" }, probes: lost }))).not.toContain(
      "pod-cidr-overlaps-nodes",
    );
  });
});
