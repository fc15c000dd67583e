import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { allSilent, endpointSilent, mesh } from "../mesh.ts";

const everywhere = (from: number, to: number) => (from === to ? null : endpointSilent(to));

describe("endpoint health checking", () => {
  it("that is off with CNI chaining is as it should be (cilium/cilium#9260)", () => {
    const config = { "enable-endpoint-health-checking": "false", "cni-chaining-mode": "aws-cni" };
    const facts = mesh({
      size: 3,
      config,
      healthNodes: (entries) => entries.map(({ name, host }) => ({ name, host })),
    });
    expect(findingsOf(facts).map(({ id, severity }) => [id, severity])).toEqual([["endpoint-health-disabled", "info"]]);
  });

  it("that is left on with CNI chaining fails everywhere (AliyunContainerService/terway#136)", () => {
    const facts = mesh({ size: 4, config: { "cni-chaining-mode": "terway" }, probes: everywhere });
    expect(findingsOf(facts)[0]).toMatchObject({ id: "endpoint-health-disabled", severity: "warning", pathCount: 12 });
  });

  it.each([
    ["chaining only adds ports", { "cni-chaining-mode": "portmap" }, everywhere],
    ["nothing is chained", {}, everywhere],
    ["host paths fail too", { "cni-chaining-mode": "terway" }, (_from: number, to: number) => allSilent(to)],
  ])("is not blamed where %s", (_what, config, probes) => {
    expect(idsOf(mesh({ size: 4, config, probes }))).not.toContain("endpoint-health-disabled");
  });
});
