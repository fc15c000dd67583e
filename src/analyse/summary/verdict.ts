import { type Target, targets } from "../../model/matrix.ts";
import type { Cells, Coverage, Finding, Summary, Verdict } from "../../model/report.ts";
import type { FailOn, Severity } from "../../model/request.ts";
import { isUnreachable, type PathCounts } from "../../model/status.ts";
import { isOpenFailure } from "./open-failures.ts";

const severityOrder: readonly Severity[] = ["error", "warning", "info"];

/**
 * 1 when something is broken, else 3 when something could not be looked at, else 0. A finding outranks a coverage gap;
 * a code is never a count.
 */
export function exitCode(
  cells: Cells,
  findings: readonly Finding[],
  coverage: Coverage,
  pairs: { readonly [target in Target]: PathCounts },
  failOn: FailOn,
): 0 | 1 | 3 {
  if (failOn !== "never" && (hasOpenFailure(cells, findings) || hasFinding(findings, failOn))) return 1;
  return wasLookedAt(coverage, pairs) ? 0 : 3;
}

function hasOpenFailure(cells: Cells, findings: readonly Finding[]): boolean {
  return targets.some((target) =>
    cells[target].some((code, cell) => isUnreachable(code) && isOpenFailure(cells, findings, target, cell)),
  );
}

function hasFinding(findings: readonly Finding[], failOn: Severity): boolean {
  return findings.some((finding) => countsAt(finding, failOn));
}

/** Whether a finding makes a run fail. */
export function countsAt(finding: Finding, failOn: FailOn): boolean {
  if (finding.ignored || failOn === "never") return false;
  return severityOrder.indexOf(finding.severity) <= severityOrder.indexOf(failOn);
}

/** Nothing is green for lack of evidence: every agent due was heard, and every path that is not off was judged. */
function wasLookedAt(coverage: Coverage, pairs: { readonly [target in Target]: PathCounts }): boolean {
  if (coverage.agents === 0 || coverage.answered < coverage.agents || coverage.unasked.length > 0) return false;
  if (coverage.clusters?.some(({ problem, agents, answered }) => problem !== "" || answered < agents)) return false;
  const { host, endpoint } = pairs;
  const open = targets.some((target) => pairs[target].unknown + pairs[target].stale + pairs[target].unasked > 0);
  if (open) return false;
  const total = host.total + endpoint.total;
  return total === 0 ? coverage.agents === 1 : host.off + endpoint.off < total;
}

export function verdict(
  code: 0 | 1 | 3,
  summary: Pick<Summary, "pairs">,
  coverage: Coverage,
  broken: boolean,
): Verdict {
  if (code === 1 || broken) return "unhealthy";
  if (code === 0) return "healthy";
  const { host, endpoint } = summary.pairs;
  const judged = host.reachable + host.unreachable + endpoint.reachable + endpoint.unreachable;
  return coverage.answered === 0 || judged === 0 ? "unknown" : "incomplete";
}

/** Whether any path that is looked at is unreachable and not excused, whatever --fail-on says. */
export function isBroken(cells: Cells, findings: readonly Finding[]): boolean {
  return hasOpenFailure(cells, findings) || hasFinding(findings, "warning");
}
