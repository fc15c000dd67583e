import { compareNames } from "../analyse/summary/coverage.ts";
import type { Report } from "../model/report.ts";
import { foldedNames } from "../render/node-names.ts";
import type { Waits } from "./fresh.ts";

/** What was waited for, and whom the wait did not reach. */
export function waitNotes({ late, notes }: Waits): readonly string[] {
  return [...notes, ...lateLines(late)];
}

/** The report with what was waited for: what is not as fresh as it was asked for was not looked at. */
export function withWaits(report: Report, waits: Waits): Report {
  const coverage = { ...report.coverage, notes: [...report.coverage.notes, ...waitNotes(waits)] };
  if (!isLate(waits) || report.exitCode !== 0) return { ...report, coverage };
  const verdict = report.summary.verdict === "healthy" ? "incomplete" : report.summary.verdict;
  return { ...report, coverage, exitCode: 3, summary: { ...report.summary, verdict } };
}

export function isLate({ late }: Waits): boolean {
  return [...late.values()].some((why) => why !== "");
}

/** Agents that are late for one reason share a line. */
function lateLines(late: Waits["late"]): string[] {
  const byReason = new Map<string, string[]>();
  for (const node of [...late.keys()].sort(compareNames)) {
    const why = late.get(node) ?? "";
    if (why !== "") byReason.set(why, [...(byReason.get(why) ?? []), node]);
  }
  return [...byReason].map(([why, nodes]) => `not fresh, ${why}: ${foldedNames(nodes, 100)}`);
}
