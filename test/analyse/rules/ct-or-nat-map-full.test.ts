import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { healthIP, hostIP, type MeshOptions, mesh, silent } from "../mesh.ts";
import { bpfMetrics } from "../policies.ts";

/** HTTP fails now and then from and to a busy node, ping does not. */
const flapping: NonNullable<MeshOptions["probes"]> = (from, to) => {
  const isHit = (from === 3 && (to === 1 || to === 5)) || (to === 3 && from === 4);
  return isHit ? { hostHttp: silent(hostIP(to)), endpointHttp: silent(healthIP(to)) } : {};
};
const counted = (reason: string, packets: number): NonNullable<MeshOptions["confirming"]> => {
  return (node) => ({ "bpf-metrics.json": bpfMetrics(node === 3 ? { [reason]: packets } : {}) });
};

describe("a full connection table", () => {
  it.each(["CT: Map insertion failed", "No mapping for NAT masquerade"])(
    "is possible where a busy node has counted %s (cilium/cilium#24177, #35010)",
    (reason) => {
      const [finding] = findingsOf(mesh({ size: 6, probes: flapping, confirming: counted(reason, 4021) }));
      expect(finding).toMatchObject({ id: "ct-or-nat-map-full", confidence: "possible", nodes: ["worker-3"] });
      expect(finding?.evidence[0]?.text).toContain("4021 packets");
    },
  );

  it.each<[string, MeshOptions]>([
    ["the counters were not read", { size: 6, probes: flapping }],
    ["the node counts none", { size: 6, probes: flapping, confirming: counted("Policy denied", 3) }],
    ["nothing fails", { size: 6, confirming: counted("CT: Map insertion failed", 4021) }],
  ])("is not said where %s", (_when, options) => {
    expect(idsOf(mesh(options))).not.toContain("ct-or-nat-map-full");
  });
});
