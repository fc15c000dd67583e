import type { CheckGap, CheckLine, CheckReport, CheckSummary, LineStatus } from "../model/check-report.ts";
import { shown } from "../model/visible-text.ts";
import { columns } from "./columns.ts";
import { ours, type RenderOptions } from "./options.ts";
import { headLine, pairLines, unheardLines } from "./overview.ts";
import { type Theme, theme } from "./theme.ts";
import { counted } from "./units.ts";
import { wrapped } from "./wrap.ts";

/** A line for each check, then what is not ok, node by node, with a hint; with --all what is ok too. */
export function* checkTable(seen: CheckReport, options: RenderOptions): Generator<string> {
  const look = theme(options);
  const dots = options.ascii ? "..." : "…";
  const lines = seen.lines.filter(({ status, text }) => status !== "ok" || (options.all && text !== ""));
  if (options.noHeaders) {
    for (const line of plainRows(options.all ? seen.lines : lines)) yield `${line}\n`;
    return;
  }
  yield `${headLine(seen.report)}\n\n`;
  for (const line of summaryRows(seen.checks, look)) yield `${line}\n`;
  yield "\n";
  for (const line of [...pairLines(seen.report, look), ...unheardLines(seen.report, dots)]) yield `${line}\n`;
  if (seen.report.summary.unreachablePairs > 0) yield `why, as far as it is known: ${ours("", options)}\n`;
  const told = lines.filter(({ status }) => status !== "not run");
  for (const [at, line] of told.entries()) {
    if (!isAlike(told[at - 1], line)) yield "\n";
    yield* block(line, seen.nodes, look, options);
    if (!isAlike(told[at + 1], line)) yield* hintLines(line, options);
  }
  const gaps = seen.gaps.slice(0, options.all ? seen.gaps.length : mostGaps);
  if (gaps.length > 0) yield "\n";
  for (const gap of gaps) yield* gapLine(gap, look, options);
  const more = seen.gaps.length - gaps.length;
  if (more > 0) yield `${dots} and ${counted(more, "more reason")} why checks were not run (--all shows them)\n`;
}

const mostGaps = 10;
const mostNamed = 5;

function summaryRows(checks: readonly CheckSummary[], look: Theme): string[] {
  const rows = checks.map(({ id, status, counts }) => {
    const parts = [
      [counts.failed, "failed"],
      [counts.warning, "warning"],
      [counts.notRun, "not run"],
      [counts.ok, "ok"],
    ] as const;
    const said = parts.flatMap(([count, word]) => (count > 0 ? [`${count} ${word}`] : []));
    return [id, paint(status, look), said.join(", ") || "nothing to look at"];
  });
  return columns(["CHECK", "RESULT", "NODES"], rows);
}

function paint(status: LineStatus, look: Theme): string {
  switch (status) {
    case "failed":
      return look.bad(status);
    case "warning":
      return look.doubtful(status);
    case "not run":
      return look.faint(status);
    case "ok":
      return look.good(status);
    default: {
      const never: never = status;
      return never;
    }
  }
}

function* block(line: CheckLine, all: number, look: Theme, options: RenderOptions): Generator<string> {
  const ignored = line.ignored ? " (ignored)" : "";
  const where = line.nodes.length === 0 ? "" : `  ${namesText(line.nodes, all)}`;
  yield `${paint(line.status, look)}${ignored}  ${look.strong(line.id)}${where}\n`;
  if (line.text !== "") yield* labelled("seen", shown(line.text), options);
}

/** Lines with the same hint stand together and share it. */
function isAlike(one: CheckLine | undefined, line: CheckLine): boolean {
  return one !== undefined && line.hint !== "" && one.id === line.id && one.hint === line.hint;
}

function* hintLines(line: CheckLine, options: RenderOptions): Generator<string> {
  if (line.hint === "") return;
  yield* labelled("hint", shown(line.hint), options);
  yield `       ${shown(line.docs)}\n`;
}

function* gapLine({ nodes, text, checks }: CheckGap, look: Theme, options: RenderOptions): Generator<string> {
  const who = nodes.length === 0 ? "" : `${namesText(nodes)}: `;
  const many = checks.length > 3 ? counted(checks.length, "check") : checks.join(", ");
  const label = look.faint("not run");
  const [first = "", ...rest] = wrapped(`${many}: ${who}${shown(text)}`, options.columns - 9);
  yield `${label}  ${first}\n`;
  for (const part of rest) yield `         ${part}\n`;
}

/** `  seen   …`, the word on the first line alone. */
function* labelled(word: string, text: string, options: RenderOptions): Generator<string> {
  let head = word;
  for (const part of wrapped(text, options.columns - 7)) {
    yield `  ${head.padEnd(4)} ${part}\n`;
    head = "";
  }
}

/** Rows for a program: STATUS, ID, NODES, TEXT. */
function plainRows(lines: readonly CheckLine[]): string[] {
  return columns(
    [],
    lines.map(({ status, id, nodes, text }) => [
      status.replace(" ", "-"),
      id,
      nodes.map(shown).join(",") || "-",
      shown(text),
    ]),
  );
}

function namesText(nodes: readonly string[], all = 0): string {
  if (nodes.length === all && all > 1) return `all ${all} nodes`;
  const more = nodes.length - mostNamed;
  return more > 1 ? `${nodes.slice(0, mostNamed).map(shown).join(", ")} and ${more} more` : nodes.map(shown).join(", ");
}
