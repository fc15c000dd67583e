import type { HeatBlock, HeatMap } from "../model/heat-map.ts";
import { cellIsStale, cellStatus, noPath, type PathStatus } from "../model/status.ts";
import type { Theme } from "./theme.ts";

/** One cell as it is drawn: a glyph that means the same without its colour. */
export interface Glyph {
  readonly text: string;
  readonly meaning: string;
  readonly paint: (text: string) => string;
}

export interface Glyphs {
  readonly of: (block: HeatBlock, at: number, isSelf: boolean) => Glyph;
  /** In the order of the legend. */
  readonly all: readonly Glyph[];
}

/** The glyphs of one measure. X, ?, ~, - and ! are the same with --ascii; dots and bars have a stand-in. */
export function glyphs(map: HeatMap, look: Theme, ascii: boolean): Glyphs {
  const plain = (text: string) => text;
  const glyph = (text: string, meaning: string, paint = plain): Glyph => ({ text, meaning, paint });
  const dot = ascii ? "." : "·";
  const status: { readonly [status in PathStatus]: Glyph } = {
    reachable: glyph(dot, "reachable", look.faint),
    unreachable: glyph("X", "unreachable", look.bad),
    unknown: glyph("?", "unknown: a probe has no result", look.doubtful),
    stale: glyph("~", "stale: too old to trust", look.doubtful),
    off: glyph("-", "off: checking is disabled", look.faint),
    unasked: glyph("!", "unasked: its agent gave no row", look.doubtful),
  };
  const staleFailure = glyph("x", "unreachable when last probed, stale", look.bad);
  const partly = glyph("%", "some paths unreachable", look.bad);
  const self = glyph(ascii ? "\\" : "╲", "the node itself", look.faint);
  const none = glyph(" ", "no path", plain);
  const levels = levelGlyphs(map, look, ascii);
  return {
    all: [...levels, ...(levels.length === 0 ? [status.reachable] : []), status.unreachable, staleFailure, partly]
      .concat(levels.length === 0 ? [] : [status.reachable])
      .concat(status.unknown, status.stale, status.off, status.unasked, self),
    of: (block, at, isSelf) => {
      const code = block.status[at] ?? noPath;
      const level = levels[(block.level[at] ?? 0) - 1];
      if (level !== undefined) return level;
      const word = cellStatus(code);
      if (word === null) return isSelf ? self : none;
      if (word !== "unreachable") return status[word];
      if ((block.share[at] ?? 1) < 1) return partly;
      return cellIsStale(code) ? staleFailure : status.unreachable;
    },
  };
}

function levelGlyphs(map: HeatMap, look: Theme, ascii: boolean): Glyph[] {
  const marks = ascii ? "1234567" : "▁▂▃▄▅▆▇";
  return map.levels.map((bound, at) => {
    const least = map.levels[at - 1] ?? null;
    const meaning = bound === null ? `>${span(least ?? 0)}` : `${ascii ? "<=" : "≤"}${span(bound)}`;
    return { text: marks[at] ?? "?", meaning, paint: look.levels[at] ?? look.bad };
  });
}

/** A level's bound, in the one unit it is round in: `0.5ms`, `100ms`, `30s`, `5m`. */
function span(ns: number): string {
  if (ns < 1e9) return `${ns / 1e6}ms`;
  return ns < 6e10 ? `${ns / 1e9}s` : `${ns / 6e10}m`;
}
