import { describe, expect, it } from "vitest";
import { idsOf, reportOf } from "../findings.ts";
import { mesh, timedOut } from "../mesh.ts";

// cilium/cilium#31567, #31846: single pings that heal in the next round
describe("a lost ping", () => {
  it("between one pair and in one direction is no finding above info", () => {
    const report = reportOf(
      mesh({ size: 5, probes: (from, to) => (from === 1 && to === 3 ? { hostIcmp: timedOut } : null) }),
    );
    expect(report.findings.map(({ id, severity, pathCount }) => [id, severity, pathCount])).toEqual([
      ["missed-probe", "info", 1],
    ]);
    expect(report.exitCode).toBe(0);
  });

  it.each([
    ["both directions fail", (from: number, to: number) => from + to === 4 && from !== to],
    ["every agent loses it", (_from: number, to: number) => to === 3],
    ["many single paths lose it", (from: number, to: number) => (to - from + 5) % 5 === 1],
  ])("is more than that where %s", (_what, isLost) => {
    const facts = mesh({
      size: 5,
      probes: (from, to) => (isLost(from, to) && from !== to ? { hostIcmp: timedOut } : null),
    });
    expect(idsOf(facts)).not.toContain("missed-probe");
  });

  it("is not told from a filter on a mesh of two", () => {
    const facts = mesh({ size: 2, probes: (from, to) => (from === 1 && to === 2 ? { hostIcmp: timedOut } : null) });
    expect(idsOf(facts)).not.toContain("missed-probe");
  });
});
