import type { DiffReport, DiffSide, FindingName, PathChange, ValueChange } from "../model/diff.ts";
import { shown } from "../model/visible-text.ts";
import { columns } from "./columns.ts";
import { apiVersion } from "./document.ts";
import type { RenderOptions } from "./options.ts";
import { type Theme, theme } from "./theme.ts";

/** The public document of `diff`; `paths` is read once, as it is written. */
export function diffDocument(diff: DiffReport): Record<string, unknown> {
  return {
    apiVersion,
    kind: "Diff",
    old: publicSide(diff.old),
    new: publicSide(diff.new),
    different: diff.different,
    counts: diff.counts,
    nodes: diff.nodes,
    addresses: diff.addresses,
    settings: diff.settings,
    findings: diff.findings,
    paths: { [Symbol.iterator]: () => diff.paths[Symbol.iterator]() } satisfies Iterable<PathChange>,
  };
}

function publicSide(side: DiffSide): Record<string, unknown> {
  return { ...side, takenAt: side.takenAt === "" ? null : side.takenAt };
}

const mostPaths = 30;

/** What changed, the worst first; nothing is folded with --all. */
export function* diffTable(diff: DiffReport, options: RenderOptions): Generator<string> {
  const look = theme(options);
  const arrow = options.ascii ? "->" : "→";
  if (options.noHeaders) {
    yield* pathTable(diff, look, options, arrow);
    return;
  }
  yield `old  ${sideLine(diff.old)}\nnew  ${sideLine(diff.new)}\n\n`;
  if (!diff.different) {
    yield "no difference: the same nodes, addresses, settings and findings, every path as it was\n";
    return;
  }
  const { broke, healed, changed } = diff.counts;
  yield `${broke} paths broke, ${healed} healed, ${changed} changed otherwise\n`;
  yield* namesLine(look.good("new"), diff.nodes.new);
  yield* namesLine(look.bad("gone"), diff.nodes.gone);
  yield* findingLines(look.bad("new finding"), diff.findings.new);
  yield* findingLines(look.good("no longer found"), diff.findings.gone);
  yield* valueTable("CHANGED ADDRESS", diff.addresses, arrow);
  yield* valueTable("CHANGED SETTING", diff.settings, arrow);
  yield* pathTable(diff, look, options, arrow);
}

function sideLine({ source, takenAt, partial, agents, answered }: DiffSide): string {
  const name = source.name || source.context || source.cluster || "cluster";
  const when = takenAt === "" ? "no agent answered" : takenAt;
  return `${shown(name)} (${source.kind}), ${when}, ${answered} of ${agents} agents answered${partial ? ", partial" : ""}`;
}

function* namesLine(word: string, names: readonly string[]): Generator<string> {
  if (names.length > 0) yield `${word} ${names.length === 1 ? "node" : "nodes"}: ${names.map(shown).join(", ")}\n`;
}

function* findingLines(word: string, findings: readonly FindingName[]): Generator<string> {
  for (const { id, title } of findings) yield `${word}: ${shown(id)}  ${shown(title)}\n`;
}

function* valueTable(heading: string, changes: readonly ValueChange[], arrow: string): Generator<string> {
  if (changes.length === 0) return;
  const rows = changes.map(({ node, name, was, is }) => [
    shown(node) || "(cluster)",
    shown(name),
    `${shown(was) || "<none>"} ${arrow} ${shown(is) || "<none>"}`,
  ]);
  yield "\n";
  for (const line of columns(["NODE", heading, `WAS ${arrow} IS`], rows)) yield `${line}\n`;
}

/** Broken paths before healed ones; beyond a screen the rest is counted. */
function* pathTable(diff: DiffReport, look: Theme, options: RenderOptions, arrow: string): Generator<string> {
  const most = options.all || options.noHeaders ? Number.POSITIVE_INFINITY : mostPaths;
  const total = diff.counts.broke + diff.counts.healed + diff.counts.changed;
  if (total === 0) return;
  const paint = { broke: look.bad, healed: look.good, changed: look.doubtful };
  const rows: string[][] = [];
  for (const kind of ["broke", "healed", "changed"] as const) {
    if (diff.counts[kind] === 0) continue;
    for (const path of diff.paths) {
      if (rows.length >= most) break;
      if (path.change !== kind) continue;
      const { from, to, target, was, is } = path;
      rows.push([paint[kind](kind), `${shown(from)} ${arrow} ${shown(to)}`, target, `${was} ${arrow} ${is}`]);
    }
  }
  if (!options.noHeaders) yield "\n";
  const headings = options.noHeaders ? [] : ["CHANGE", "PATH", "TARGET", `WAS ${arrow} IS`];
  for (const line of columns(headings, rows)) yield `${line}\n`;
  if (rows.length < total) yield `and ${total - rows.length} more (--all shows them)\n`;
}
