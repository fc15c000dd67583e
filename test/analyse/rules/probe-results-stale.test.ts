import { describe, expect, it } from "vitest";
import { findingsOf, idsOf, reportOf } from "../findings.ts";
import { allSilent, type MeshOptions, mesh } from "../mesh.ts";
import { rewritten } from "./view-edits.ts";

const old: NonNullable<MeshOptions["healthNodes"]> = (entries, node) =>
  node === 2 ? [1, 2, 3, 4].reduce((all, one) => rewritten(all, one, "09:19:30Z", "09:10:00Z"), entries) : entries;

// cilium/cilium#32820, #36175: a cycle of a very large cluster takes longer than anybody waits
describe("a view older than two intervals", () => {
  it("is a gap in what was looked at, and no fault", () => {
    const report = reportOf(mesh({ size: 4, healthNodes: old }));
    expect(report.findings.map(({ id, severity, nodes }) => [id, severity, nodes])).toEqual([
      ["probe-results-stale", "info", ["worker-2"]],
    ]);
    expect(report.exitCode).toBe(3);
  });

  it("owns the old failures that fresh views deny", () => {
    const facts = mesh({
      size: 4,
      healthNodes: old,
      probes: (from, to) => (from === 2 && to === 3 ? allSilent(3) : null),
    });
    expect(findingsOf(facts).map(({ id, severity, pathCount }) => [id, severity, pathCount])).toEqual([
      ["probe-results-stale", "warning", 2],
    ]);
  });

  it("leaves to the path what a fresh view confirms", () => {
    const facts = mesh({
      size: 4,
      healthNodes: old,
      probes: (from, to) => (to === 3 && from !== 3 ? allSilent(3) : null),
    });
    expect(findingsOf(facts).find(({ id }) => id === "probe-results-stale")).toMatchObject({
      severity: "info",
      pathCount: 0,
    });
  });

  it("that is many times as old is a stuck prober", () => {
    const healthNodes: MeshOptions["healthNodes"] = (entries, node) =>
      node === 2 ? [1, 2, 3, 4].reduce((all, one) => rewritten(all, one, "09:19:30Z", "07:10:00Z"), entries) : entries;
    const health = (node: number) => (node === 2 ? { timestamp: "2031-05-02T07:10:00Z" } : undefined);
    expect(findingsOf(mesh({ size: 4, healthNodes, patch: { health } }))).toMatchObject([
      { id: "probe-results-stale", severity: "warning", nodes: ["worker-2"] },
    ]);
  });

  it("is none after one interval", () => {
    const healthNodes: MeshOptions["healthNodes"] = (entries) =>
      [1, 2, 3, 4].reduce((all, one) => rewritten(all, one, "09:19:30Z", "09:17:00Z"), entries);
    expect(idsOf(mesh({ size: 4, healthNodes }))).toEqual([]);
  });
});
