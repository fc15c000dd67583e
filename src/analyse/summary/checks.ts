import type { Check, CheckOutcome, CheckSuite } from "../../model/check.ts";
import type { Target } from "../../model/matrix.ts";
import type { Finding, Report, ReportNode } from "../../model/report.ts";
import type { FailOn } from "../../model/request.ts";
import { cellStatus, type PathStatus } from "../../model/status.ts";
import { isOpenFailure } from "./open-failures.ts";
import { countsAt } from "./verdict.ts";

/**
 * A report as the tests of a CI run: the verdict, each agent, each node as a target, each finding. Some check failed
 * exactly when the exit code is 1, and some could not be looked at when it is 3.
 */
export function checksOf(report: Report, failOn: FailOn): CheckSuite[] {
  return [
    { name: "verdict", checks: [verdictCheck(report)] },
    { name: "agents", checks: report.nodes.flatMap((node) => agentCheck(node, report)) },
    { name: "host", checks: report.nodes.flatMap((node) => nodeCheck(node, "host", report, failOn)) },
    { name: "endpoint", checks: report.nodes.flatMap((node) => nodeCheck(node, "endpoint", report, failOn)) },
    { name: "findings", checks: report.findings.map((finding) => findingCheck(finding, failOn)) },
  ];
}

const outcomeOfCode: { readonly [code in Report["exitCode"]]: CheckOutcome } = {
  0: "passed",
  1: "failed",
  3: "unseen",
};

function verdictCheck({ exitCode, summary, coverage }: Report): Check {
  const { verdict, cause, unreachablePairs, totalPairs } = summary;
  const because = cause === null ? "" : `, most likely ${cause}`;
  const heard = `${coverage.answered} of ${coverage.agents} agents answered`;
  const message = `${verdict}: ${unreachablePairs} of ${totalPairs} node pairs unreachable${because}; ${heard}`;
  return { name: "reachability", outcome: outcomeOfCode[exitCode], message, details: coverage.notes };
}

function agentCheck(node: ReportNode, { coverage }: Report): Check[] {
  if (node.agent === null || node.agent.state === "not-due") return [];
  const unasked = coverage.unasked.filter((one) => one.node === node.name).map(({ reason }) => reason);
  const failed = coverage.failed.filter((one) => one.node === node.name).map(({ message }) => message);
  const [message = "", ...details] = [...unasked, ...failed];
  if (node.agent.state === "ok") return [{ name: node.name, outcome: "passed", message: "", details: failed }];
  const waiting = node.agent.state === "warming-up" ? "its agent has finished no probe cycle yet" : "no answer";
  return [{ name: node.name, outcome: "unseen", message: message || waiting, details }];
}

/** A node as a target of all others. Paths of agents that were not heard fail in the agents' suite, not here. */
function nodeCheck(node: ReportNode, target: Target, report: Report, failOn: FailOn): Check[] {
  const counts = node.in[target];
  const open = sourcesOf(node, target, report, "open");
  const asked = counts.total - counts.unasked - counts.off;
  if (counts.total === 0 && open.length === 0) return [];
  const check = (outcome: CheckOutcome, message: string, details: readonly string[] = []): Check[] => [
    { name: node.name, outcome, message, details },
  ];
  if (open.length > 0) {
    const message = `its ${target} is unreachable from ${namesText(open)}`;
    return check(failOn === "never" ? "skipped" : "failed", message, claimsOf(node, target, report));
  }
  if (counts.unknown + counts.stale > 0) {
    const doubtful = [
      ...sourcesOf(node, target, report, "unknown").map((name) => `${name}: a probe has no result`),
      ...sourcesOf(node, target, report, "stale").map((name) => `${name}: the probe is too old to trust`),
    ];
    return check("unseen", `its ${target} could not be judged from ${counts.unknown + counts.stale} nodes`, doubtful);
  }
  if (counts.unreachable > 0) {
    const message = `${counts.unreachable} unreachable paths do not count: ignored, or claimed by an info finding`;
    return check("skipped", message, claimsOf(node, target, report));
  }
  if (asked > 0) return check("passed", "");
  if (counts.unasked > 0) return check("unseen", "no agent that probes it was heard");
  return check("skipped", `checking of the ${target} is off`);
}

/** Names of the nodes whose path to this one is so; `open`: unreachable, and it counts. */
function sourcesOf(node: ReportNode, target: Target, report: Report, wanted: PathStatus | "open"): string[] {
  const { cells, findings } = report;
  return report.nodes.flatMap((from) => {
    const cell = from.index * cells.size + node.index;
    const is =
      wanted === "open"
        ? isOpenFailure(cells, findings, target, cell)
        : cellStatus(cells[target][cell] ?? 0) === wanted;
    return is ? [from.name] : [];
  });
}

const mostNames = 10;

function namesText(names: readonly string[]): string {
  const more = names.length - mostNames;
  return more > 0 ? `${names.slice(0, mostNames).join(", ")} and ${more} more` : names.join(", ");
}

/** The findings that claim paths to a node. */
function claimsOf(node: ReportNode, target: Target, { nodes, cells, findings }: Report): string[] {
  const claims = new Set(nodes.map((from) => cells.claims[target][from.index * cells.size + node.index] ?? 0));
  return findings.flatMap(({ id, title }, at) => (claims.has(at + 1) ? [`${id}: ${title}`] : []));
}

function findingCheck(finding: Finding, failOn: FailOn): Check {
  const { id, severity, confidence, title, nodes, evidence, confirm, fix, docs } = finding;
  const details = [
    ...evidence.map(({ text }) => `because ${text}`),
    ...confirm.map(({ command }) => `confirm ${command}`),
    ...[fix, docs].filter((text) => text !== "").map((text) => `fix ${text}`),
  ];
  const name = nodes.length === 0 ? id : `${id}: ${namesText(nodes)}`;
  const outcome = countsAt(finding, failOn) ? "failed" : finding.ignored ? "skipped" : "passed";
  return { name, outcome, message: `${severity} (${confidence}): ${title}`, details };
}
