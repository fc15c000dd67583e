import { structuredPatch } from "diff";
import type { ExecGroup, ExecOutput, OutputStream } from "../model/exec.ts";
import { foldedNames } from "./node-names.ts";
import type { RenderOptions } from "./options.ts";
import { linesOf, shownLine, textOf } from "./remote-text.ts";
import { type Theme, theme } from "./theme.ts";
import { counted } from "./units.ts";

/** Beyond these, outputs are shown whole: to compare them would take longer than to read them. */
const mostDiffBytes = 512 * 1024;
const mostEdits = 2_000;
const mostGroups = 50;
/** Steps of comparing, of all groups together: about two seconds. A line read is one, and each two edits meet in one. */
const mostSteps = 8_000_000;
/** With room for fewer edits than these left, comparing has hardly a chance. */
const leastEdits = 20;

/**
 * The biggest group with its output, then each other one as a unified diff against it. `neutral`: for a terminal, control
 * characters made visible; else the bytes as they are.
 */
export function* execGroupChunks(
  groups: readonly ExecGroup[],
  options: RenderOptions,
  neutral: boolean,
): Generator<string | Uint8Array> {
  const look = theme(options);
  const [base, ...others] = groups;
  if (base === undefined) return;
  const all: Shown = { look, columns: options.columns, neutral };
  const effort = new Effort();
  yield `${headOf(base, all)}\n`;
  yield* outputOf(base, all);
  for (const group of others.slice(0, mostGroups - 1)) {
    yield `\n${headOf(group, all)}\n`;
    yield* comparedWith(base, group, effort, all);
  }
  if (effort.refused > 0) {
    const many = effort.refused > 1;
    yield `\n${counted(effort.refused, "output")} above ${many ? "are" : "is"} shown whole and not compared: to compare all of them would take too long\n`;
  }
  const more = others.length - (mostGroups - 1);
  if (more > 0) {
    yield `\n${options.ascii ? "..." : "…"} and ${counted(more, "more different output")} (--show json or --to DIR has them all)\n`;
  }
}

/** What comparing may still cost. */
class Effort {
  #left = mostSteps;
  /** Groups for which nothing was left. */
  refused = 0;

  /** Edits that two texts of so many lines may be apart, 0 where none can be looked for. */
  edits(lines: number): number {
    const edits = Math.floor(Math.sqrt(Math.max(0, this.#left - lines)));
    return edits < leastEdits ? 0 : Math.min(mostEdits, edits);
  }

  spend(lines: number, edits: number): void {
    this.#left -= lines + edits ** 2;
  }
}

interface Shown {
  readonly look: Theme;
  readonly columns: number;
  readonly neutral: boolean;
}

function headOf({ nodes, first }: ExecGroup, { look, columns }: Shown): string {
  const code = first.exitCode === null ? first.message : `exit code ${first.exitCode}`;
  const ending = first.exitCode === 0 ? code : look.bad(code);
  return `${look.strong(`=== ${counted(nodes.length, "agent")}:`)} ${foldedNames(nodes, Math.max(40, columns - 40))}  (${ending})`;
}

function* outputOf({ first }: ExecGroup, shownAs: Shown): Generator<string | Uint8Array> {
  if (first.stdout.length + first.stderr.length === 0) yield `${shownAs.look.faint("(no output)")}\n`;
  yield* streamOf(first.stdout, shownAs);
  if (first.stderr.length > 0) yield `${shownAs.look.faint("--- stderr")}\n`;
  yield* streamOf(first.stderr, shownAs);
}

function* streamOf({ bytes, cut }: ExecOutput, { look, neutral }: Shown): Generator<string | Uint8Array> {
  if (neutral) for (const line of linesOf(bytes)) yield `${shownLine(line)}\n`;
  else if (bytes.length > 0) {
    yield bytes;
    if (bytes.at(-1) !== 0x0a) yield "\n";
  }
  if (cut) yield `${look.doubtful(`(cut after ${counted(bytes.length, "byte")}, see --max-bytes)`)}\n`;
}

function* comparedWith(
  base: ExecGroup,
  group: ExecGroup,
  effort: Effort,
  shownAs: Shown,
): Generator<string | Uint8Array> {
  const patches = (["stdout", "stderr"] as const).map((stream) => patchOf(base, group, stream, effort));
  if (patches.includes("too-much")) effort.refused++;
  if (patches.includes("too-much") || patches.includes(null)) return yield* outputOf(group, shownAs);
  const lines = patches.flatMap((patch) => (typeof patch === "string" ? [] : (patch ?? [])));
  if (lines.length === 0) yield `${shownAs.look.faint("(the same output)")}\n`;
  for (const line of lines) {
    const text = shownAs.neutral ? shownLine(new TextEncoder().encode(line)) : line;
    yield `${painted(text, shownAs.look)}\n`;
  }
}

function painted(line: string, look: Theme): string {
  if (line.startsWith("---") || line.startsWith("+++")) return look.strong(line);
  if (line.startsWith("@@")) return look.faint(line);
  return line.startsWith("-") ? look.bad(line) : line.startsWith("+") ? look.good(line) : line;
}

/** More of them than there are lines: the output itself is shorter to read. */
function changedIn(hunks: readonly { readonly lines: readonly string[] }[]): number {
  return hunks.reduce((sum, { lines }) => sum + lines.filter((line) => !line.startsWith(" ")).length, 0);
}

function linesIn(text: string): number {
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}

/** Lines of a unified diff, none where the two are equal; null where they cannot be compared, or are too far apart. */
function patchOf(
  base: ExecGroup,
  group: ExecGroup,
  stream: OutputStream,
  effort: Effort,
): readonly string[] | "too-much" | null {
  const [one, other] = [base.first[stream], group.first[stream]];
  if (one.digest === other.digest) return [];
  if (one.bytes.length === 0 || Math.max(one.bytes.length, other.bytes.length) > mostDiffBytes) return null;
  const [before, after] = [textOf(one.bytes), textOf(other.bytes)];
  if (before === null || after === null || before.includes("\0") || after.includes("\0")) return null;
  const names = [base, group].map(({ nodes }) => foldedNames(nodes, 40));
  const size = linesIn(before) + linesIn(after);
  const edits = effort.edits(size);
  if (edits === 0) return "too-much";
  const patch = structuredPatch("", "", before, after, "", "", { context: 3, maxEditLength: edits });
  effort.spend(size, patch === undefined ? edits : changedIn(patch.hunks));
  if (patch === undefined) return edits < mostEdits ? "too-much" : null;
  if (changedIn(patch.hunks) > linesIn(after.trimEnd())) return null;
  const word = stream === "stdout" ? "" : " (stderr)";
  return [
    `--- ${names[0]}${word}`,
    `+++ ${names[1]}${word}`,
    ...patch.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
      `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
      ...lines,
    ]),
  ];
}
