import { describe, expect, it } from "vitest";
import { type Target, targets } from "../../src/model/matrix.ts";
import type { Report } from "../../src/model/report.ts";
import { cellStatus, type PathStatus } from "../../src/model/status.ts";
import { expected, recordedCases, recordedFacts } from "../recording.ts";
import { reportOf } from "../views.ts";

describe.each(recordedCases())("the recorded case %s", (name) => {
  const report = reportOf(recordedFacts(name));
  const { answered, unasked, causes, ...pairs } = expected(name);

  it.each(targets)("has exactly the unreachable and unknown %s pairs that were injected", (target) => {
    expect(pairsWith(report, target, "unreachable")).toEqual(sorted(pairs[target].unreachable));
    expect(pairsWith(report, target, "unknown")).toEqual(sorted(pairs[target].unknown));
  });

  it("calls every other path reachable, or unasked where the agent could not be asked", () => {
    for (const target of targets) {
      const { unreachable, unknown } = pairs[target];
      const rowLength = report.nodes.length - 1;
      const counts = report.summary.pairs[target];
      expect(counts).toMatchObject({ stale: 0, off: 0, unasked: unasked.length * rowLength });
      expect(counts.reachable).toBe(answered.length * rowLength - unreachable.length - unknown.length);
      expect(counts.total).toBe(report.nodes.length * rowLength);
    }
  });

  it("knows who answered, and counts a failed exec as an agent that was not heard", () => {
    const heard = report.nodes.filter((node) => node.agent?.state === "ok").map((node) => node.name);
    expect(heard).toEqual([...answered].sort());
    expect(report.coverage).toMatchObject({ answered: answered.length, agents: answered.length + unasked.length });
    expect(report.coverage.failed.map((failure) => failure.node)).toEqual([...unasked].sort());
  });

  it("ends with the code and verdict its fault deserves", () => {
    expect(report.exitCode).toBe(causes.length === 0 ? 0 : 1);
    expect(report.summary.verdict).toBe(causes.length === 0 ? "healthy" : "unhealthy");
  });

  it("leaves no unreachable path without a finding", () => {
    expect(report.unexplained).toBe(0);
    expect(report.findings.length === 0).toBe(causes.length === 0);
  });
});

describe("causes that are plain from the inventory", () => {
  it("names the node that is down, and nothing besides", () => {
    const { findings } = reportOf(recordedFacts("node-down"));
    expect(findings.map(({ id, nodes, pathCount }) => ({ id, nodes, pathCount }))).toEqual([
      { id: "node-down", nodes: ["worker-4"], pathCount: 8 },
    ]);
  });
});

function pairsWith(report: Report, target: Target, status: PathStatus): string[] {
  const names = new Map(report.nodes.map((node) => [node.index, node.name]));
  const { size } = report.cells;
  const found: string[] = [];
  report.cells[target].forEach((code, cell) => {
    const [from, to] = [Math.floor(cell / size), cell % size];
    if (from !== to && cellStatus(code) === status) found.push(`${names.get(from)} → ${names.get(to)}`);
  });
  return found.sort();
}

function sorted(pairs: readonly (readonly [string, string])[]): string[] {
  return pairs.map(([from, to]) => `${from} → ${to}`).sort();
}
