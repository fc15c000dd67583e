import { shown } from "../model/visible-text.ts";
import type { Change, FailedRound, PathGroup, Standing, WatchRound } from "../model/watch.ts";
import { apiVersion, reportDocument } from "./document.ts";
import type { RenderOptions } from "./options.ts";
import { statusTable } from "./status-table.ts";
import { type Theme, theme } from "./theme.ts";
import { counted } from "./units.ts";

/** One round as the public document of `--watch -o json`, to be written on one line. `last`: the watch ended here. */
export function watchDocument(round: WatchRound, all: boolean, last: boolean): Record<string, unknown> {
  const { number, at, standing, since, confirmCycles, brokenPaths, suspectedPaths, changes, report } = round;
  return {
    apiVersion,
    kind: "Watch",
    round: number,
    last,
    at,
    standing,
    since,
    confirmCycles,
    brokenPaths,
    suspectedPaths,
    error: null,
    changes: last ? [] : changes.all,
    report: reportDocument(report, all),
  };
}

export function failedDocument({ number, at, error }: FailedRound): Record<string, unknown> {
  return { apiVersion, kind: "Watch", round: number, last: false, at, error, changes: [], report: null };
}

/** What a round changed, a line each, with the time. */
export function changeLines({ at, changes }: WatchRound, options: RenderOptions): string[] {
  const look = theme(options);
  const line = (word: Word, text: string) => `${clock(at)}  ${paint(look, word)(word.padEnd(6))}  ${text}`;
  return [
    ...changes.pathGroups.map((group) => line(group.change, groupText(group))),
    ...changes.others.map((change) => line(change.change, changeText(change))),
  ];
}

type Word = Change["change"];

function paint(look: Theme, word: Word): (text: string) => string {
  switch (word) {
    case "broke":
      return look.bad;
    case "healed":
      return look.good;
    case "new":
    case "gone":
      return look.doubtful;
    default: {
      const never: never = word;
      return never;
    }
  }
}

function groupText(group: PathGroup): string {
  switch (group.kind) {
    case "node": {
      const { node, to, from, targets } = group;
      const where = to === 0 ? "from" : from === 0 ? "to" : "from and to";
      return `${counted(to + from, "path")} ${where} ${shown(node)} (${targets.join(" and ")})`;
    }
    case "path":
      return `${shown(group.from)} to ${shown(group.to)} (${group.target})`;
    case "more":
      return `and ${counted(group.count, "more path")}`;
    default: {
      const never: never = group;
      return never;
    }
  }
}

function changeText(change: Exclude<Change, { kind: "path" }>): string {
  switch (change.kind) {
    case "node":
      return `node ${shown(change.node)}`;
    case "agent":
      return `agent of ${shown(change.node)}: was ${change.was}, is ${change.is}`;
    case "finding":
      return `finding ${change.id}: ${shown(change.title)}`;
    default: {
      const never: never = change;
      return never;
    }
  }
}

export function failedLine({ at, error }: FailedRound, options: RenderOptions): string {
  return `${clock(at)}  ${theme(options).doubtful("failed")}  ${shown(error)}`;
}

/** The round and its standing, which is red only after the cycles asked for. */
export function standingLine(round: WatchRound, options: RenderOptions): string {
  const { number, standing, since, suspectedPaths, confirmCycles } = round;
  const look = theme(options);
  const looks: { readonly [one in Standing]: (text: string) => string } = {
    healthy: look.good,
    unhealthy: look.bad,
    suspected: look.doubtful,
    incomplete: look.doubtful,
    unknown: look.doubtful,
  };
  const waiting =
    suspectedPaths === 0 ? "" : `, ${counted(suspectedPaths, "path")} bad in under ${counted(confirmCycles, "cycle")}`;
  return `round ${number}: ${looks[standing](standing)} since ${clock(since)}${waiting}`;
}

/** To the second. */
function clock(time: string): string {
  return time.replace(/\.\d+Z$/, "Z");
}

/** The first screen of a round; nothing on it is red before the standing is. */
export function roundTable(round: WatchRound, options: RenderOptions, wide: boolean): string[] {
  const calm = round.standing !== "unhealthy";
  return [...statusTable(round.report, { ...options, calm }, wide)].join("").trimEnd().split("\n");
}

/** As many lines as a terminal shows; the line that says what is left out is the last one. */
export function fitted(lines: readonly string[], columns: number, rows: number, dots: string): string[] {
  const heights = lines.map((line) => Math.max(1, Math.ceil(widthOf(line) / columns)));
  const total = heights.reduce((sum, height) => sum + height, 0);
  if (total <= rows) return [...lines];
  let used = 0;
  const fits = heights.findIndex((height) => {
    used += height;
    return used > rows - 1;
  });
  const hidden = lines.length - fits;
  return [
    ...lines.slice(0, fits),
    `${dots} ${counted(hidden, "more line")} (Ctrl-C ends the watch and prints all)`.slice(0, columns),
  ];
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what colours a text has no width
const colour = /\u001b\[[0-9;]*m/g;

/** Cells of a terminal; characters from the Hangul block on are counted double, which is right or leaves room. */
function widthOf(line: string): number {
  let width = 0;
  for (const character of line.replace(colour, "")) width += (character.codePointAt(0) ?? 0) < 0x1100 ? 1 : 2;
  return width;
}
