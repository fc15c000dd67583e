import type { CheckCounts, CheckGap, CheckLine, CheckReport, CheckSummary, LineStatus } from "../model/check-report.ts";
import { lineStatuses } from "../model/check-report.ts";
import type { Facts, NodeFacts } from "../model/facts.ts";
import type { ComparedLists } from "../model/lists.ts";
import type { Report } from "../model/report.ts";
import type { FailOn, IgnoreFlag, Scope } from "../model/request.ts";
import { wholeScene } from "./analyse.ts";
import type { Answer, Check, CheckScene } from "./check.ts";
import { checks as allChecks } from "./checks/index.ts";
import { docsLinks } from "./docs.ts";
import { lens } from "./matrix/scope.ts";
import { compareNames } from "./summary/coverage.ts";

export interface CheckOptions {
  readonly scope: Scope;
  readonly failOn: FailOn;
  readonly ignores: readonly IgnoreFlag[];
}

/** FACTS and the report of the same run → what every check says. A function of its arguments. */
export function runChecks(
  facts: Facts,
  report: Report,
  lists: ComparedLists,
  options: CheckOptions,
  checks: readonly Check[] = allChecks,
): CheckReport {
  const looked = lens(options.scope, facts.nodes).nodes;
  const isMeant = ({ remote, agent, agentNotDue }: NodeFacts) => !remote && agent !== null && agentNotDue === "";
  const nodes = facts.nodes.flatMap((node, at) => (isMeant(node) && looked[at] === 1 ? [at] : []));
  const checked: CheckScene = { scene: wholeScene(facts), findings: report.findings, nodes, lists };
  const answers = checks.map((check) => ({ check, answers: lookSafely(check, checked) }));
  const lines = answers.flatMap((one) => toLines(one.check, one.answers, facts.nodes, options.ignores));
  return {
    report,
    nodes: nodes.length,
    checks: answers.map((one) => summaryOf(one.check, one.answers, lines)),
    lines: lines.toSorted((a, b) => lineStatuses.indexOf(a.status) - lineStatuses.indexOf(b.status)),
    gaps: gapsOf(lines, nodes.length),
    exitCode: exitCodeOf(
      report,
      lines,
      answers.flatMap((one) => one.answers),
      options.failOn,
    ),
  };
}

/** A check that throws says so of itself and harms no other. */
function lookSafely(check: Check, checked: CheckScene): Answer[] {
  try {
    return check.look(checked);
  } catch (error) {
    const text = `this check of the program failed: ${error instanceof Error ? error.message : String(error)}`;
    return [{ node: null, status: "not run", text, due: false }];
  }
}

/** Nodes of which the same is said share a line. */
function toLines(
  { cause }: Check,
  answers: readonly Answer[],
  nodes: readonly NodeFacts[],
  ignores: readonly IgnoreFlag[],
): CheckLine[] {
  const groups = new Map<string, { readonly answer: Answer; readonly names: string[] }>();
  for (const answer of answers) {
    const key = JSON.stringify([answer.status, answer.id ?? "", answer.text, answer.fix ?? ""]);
    const group = groups.get(key) ?? { answer, names: [] };
    groups.set(key, group);
    const name = answer.node === null ? undefined : nodes[answer.node]?.name;
    if (name !== undefined) group.names.push(name);
  }
  return [...groups.values()].flatMap(({ answer, names }) => {
    const id = answer.id ?? cause.id;
    const isBad = answer.status === "failed" || answer.status === "warning";
    const line = (some: readonly string[], ignored: boolean): CheckLine => ({
      check: cause.id,
      id,
      status: answer.status,
      ignored,
      nodes: [...some].sort(compareNames),
      text: answer.text,
      hint: isBad ? (answer.fix ?? cause.fix) : "",
      docs: isBad ? docsLinks[cause.docs] : "",
    });
    if (!isBad) return [line(names, false)];
    const meant = ignores.filter(({ rule }) => rule === id || rule === cause.id);
    if (meant.some(({ node }) => node === null)) return [line(names, true)];
    const apart = new Set(meant.map(({ node }) => node));
    const [ignored, open] = [names.filter((name) => apart.has(name)), names.filter((name) => !apart.has(name))];
    return [
      ...(open.length > 0 || names.length === 0 ? [line(open, false)] : []),
      ...(ignored.length > 0 ? [line(ignored, true)] : []),
    ];
  });
}

function summaryOf({ cause }: Check, answers: readonly Answer[], lines: readonly CheckLine[]): CheckSummary {
  const count = (status: LineStatus) => answers.filter((answer) => answer.status === status).length;
  const counts: CheckCounts = {
    ok: count("ok"),
    warning: count("warning"),
    failed: count("failed"),
    notRun: count("not run"),
  };
  const own = lines.filter((line) => line.check === cause.id && !line.ignored).map(({ status }) => status);
  const status = lineStatuses.find((one) => own.includes(one)) ?? "ok";
  return { id: cause.id, title: cause.title, status, counts };
}

function gapsOf(lines: readonly CheckLine[], all: number): CheckGap[] {
  const gaps = new Map<
    string,
    { readonly nodes: readonly string[]; readonly text: string; readonly checks: string[] }
  >();
  for (const { status, nodes, text, check } of lines) {
    if (status !== "not run") continue;
    const key = JSON.stringify([nodes, text]);
    const gap = gaps.get(key) ?? { nodes: nodes.length === all ? [] : nodes, text, checks: [] };
    gaps.set(key, gap);
    gap.checks.push(check);
  }
  return [...gaps.values()];
}

/**
 * By the contract of every command: 1 where the reachability is broken or a line counts at --fail-on, else 3 where
 * something that was due could not be looked at.
 */
function exitCodeOf(
  { exitCode }: Report,
  lines: readonly CheckLine[],
  answers: readonly Answer[],
  failOn: FailOn,
): CheckReport["exitCode"] {
  if (exitCode === 1 || lines.some((line) => countsAt(line, failOn))) return 1;
  const isGap = answers.some(({ status, due }) => status === "not run" && due === true);
  return exitCode === 3 || isGap ? 3 : 0;
}

/** `failed` counts as an error, `warning` as a warning; there is nothing below. */
function countsAt({ status, ignored }: CheckLine, failOn: FailOn): boolean {
  if (ignored || failOn === "never") return false;
  return status === "failed" || (status === "warning" && failOn !== "error");
}
