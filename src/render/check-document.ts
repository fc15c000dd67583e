import type { CheckReport } from "../model/check-report.ts";
import { documentHead, publicCoverage } from "./document.ts";

/** The public document of `check`: every check with its counts, and what is not ok; with `all` what is ok too. */
export function checkDocument({ report, checks, lines, exitCode }: CheckReport, all: boolean): Record<string, unknown> {
  const { summary, coverage } = report;
  return {
    ...documentHead("Check", report),
    cilium: report.cilium,
    coverage: publicCoverage(coverage),
    reachability: {
      verdict: summary.verdict,
      cause: summary.cause,
      unreachablePairs: summary.unreachablePairs,
      totalPairs: summary.totalPairs,
    },
    exitCode,
    checks,
    lines: lines.filter(({ status }) => all || status !== "ok"),
  };
}
