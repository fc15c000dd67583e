import { expect } from "vitest";
import type { Outcome } from "./processes.ts";
import type { Pair } from "./recorded.ts";

type Target = "host" | "endpoint";
const statuses = ["reachable", "unreachable", "unknown", "stale", "off", "unasked"] as const;
type Status = (typeof statuses)[number];

/** `-o json`, as far as this tier reads it. */
export interface Report {
  readonly kind: string;
  readonly coverage: {
    readonly nodes: number;
    readonly agents: number;
    readonly answered: number;
    readonly failed: readonly { readonly node: string; readonly pod: string; readonly message: string }[];
    readonly unasked: readonly { readonly node: string; readonly reason: string }[];
  };
  readonly summary: {
    readonly verdict: string;
    readonly pairs: Readonly<Record<Target, Readonly<Record<Status | "total", number>>>>;
  };
  readonly paths: readonly {
    readonly from: string;
    readonly to: string;
    readonly target: Target;
    readonly status: Status;
    readonly finding: number | null;
  }[];
  readonly findings: readonly { readonly id: string; readonly severity: string; readonly ignored: boolean }[];
}

/** The report a run printed. Fails with what the run said when it printed none, or sums that do not add up. */
export function reportOf(outcome: Outcome): Report {
  expect(outcome.stdout, `exit code ${outcome.code}, stderr: ${outcome.stderr}`).not.toBe("");
  const report = JSON.parse(outcome.stdout) as Report;
  expect(report.kind).toBe("Report");
  for (const { total, ...counts } of Object.values(report.summary.pairs)) {
    expect(statuses.reduce((sum, status) => sum + counts[status], 0)).toBe(total);
  }
  return report;
}

/** The pairs between two nodes with this status, in order. */
export function pairs(report: Report, target: Target, status: Status): readonly Pair[] {
  return report.paths
    .filter((path) => path.target === target && path.status === status && path.from !== path.to)
    .map(({ from, to }): Pair => [from, to])
    .sort(inOrder);
}

export function sorted(list: readonly Pair[]): readonly Pair[] {
  return [...list].sort(inOrder);
}

/** The exit code a report asks for: trouble 1, else something not looked at 3, else 0. */
export function codeFor(report: Report): 0 | 1 | 3 {
  const counts = Object.values(report.summary.pairs);
  const open = report.paths.filter((path) => {
    const finding = path.finding === null ? undefined : report.findings[path.finding];
    return path.status === "unreachable" && !finding?.ignored && finding?.severity !== "info";
  });
  if (open.length > 0) return 1;
  if (report.findings.some(({ severity, ignored }) => severity !== "info" && !ignored)) return 1;
  const gaps = report.coverage.failed.length + report.coverage.unasked.length;
  const blind = counts.every(({ total, unknown, off }) => total > 0 && unknown + off === total);
  return gaps > 0 || blind ? 3 : 0;
}

function inOrder(a: Pair, b: Pair): number {
  return a.join(" ") < b.join(" ") ? -1 : 1;
}
