import type { HeatEntry, HeatMap } from "../model/heat-map.ts";
import type { Target } from "../model/matrix.ts";
import type { Report } from "../model/report.ts";
import { shown } from "../model/visible-text.ts";
import type { Glyph, Glyphs } from "./matrix-glyphs.ts";
import type { RenderOptions } from "./options.ts";

const longestName = 26;
const longestHeading = 16;
const gap = 3;

/** How many entries fit side by side in one block of this width, drawn as narrow as can be. */
export function matrixCapacity(report: Report, options: RenderOptions): number {
  if (options.all) return Number.POSITIVE_INFINITY;
  const names = report.nodes.map((node) => node.name);
  const headings = new Set(report.nodes.map((node) => (node.remote ? `${node.cluster}/${node.zone}` : node.zone)));
  const digits = String(names.length).length;
  const labels =
    widest(names, longestName) + digits + 2 + (headings.size > 1 ? widest([...headings], longestHeading) + 2 : 0);
  const walls = headings.size - 1;
  return Math.max(1, options.columns - labels - 1 - (walls < options.columns / 4 ? walls : 0));
}

function widest(texts: readonly string[], most: number): number {
  return Math.min(
    most,
    texts.reduce((width, text) => Math.max(width, shown(text).length), 0),
  );
}

/** Where everything stands: measured once, then drawn line by line. */
interface Frame {
  readonly map: HeatMap;
  readonly glyphs: Glyphs;
  readonly options: RenderOptions;
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** Places in `columns` that a wall stands before. */
  readonly walls: ReadonlySet<number>;
  readonly cellWidth: number;
  readonly headingWidth: number;
  readonly nameWidth: number;
  readonly digits: number;
}

/** All targets' blocks: beside each other where that fits, else one below the other. */
export function* gridLines(map: HeatMap, glyphs: Glyphs, options: RenderOptions): Generator<string> {
  const frame = frameOf(map, glyphs, options);
  const side = labelWidth(frame) + map.targets.length * (Math.max(longestTitle, blockWidth(frame)) + gap) - gap;
  const groups = side <= options.columns ? [map.targets] : map.targets.map((target) => [target]);
  for (const [at, targets] of groups.entries()) {
    if (at > 0) yield "";
    if (!options.noHeaders) yield* headLines(frame, targets);
    yield* bodyLines(frame, targets);
  }
}

function frameOf(map: HeatMap, glyphs: Glyphs, options: RenderOptions): Frame {
  const { entries } = map;
  const places = entries.map((_entry, at) => at);
  const columns = places.filter((at) => entries[at]?.isTo === true);
  const walls = new Set(
    columns.flatMap((at, place) => (place > 0 && isWall(entries[columns[place - 1] ?? 0], entries[at]) ? [place] : [])),
  );
  const frame = {
    map,
    glyphs,
    options,
    rows: places.filter((at) => entries[at]?.isFrom === true),
    columns,
    walls,
    cellWidth: 1,
    headingWidth: widest(
      entries.map((entry) => entry.heading),
      longestHeading,
    ),
    nameWidth: widest(entries.map(labelOf), longestName),
    digits: String(entries.length).length,
  };
  const widths = map.fold !== null && map.levels.length === 0 ? [shareWidth, 2] : [2];
  const fitting = widths.find((cellWidth) => {
    const wide = { ...frame, cellWidth };
    return labelWidth(wide) + blockWidth(wide) <= options.columns;
  });
  return { ...frame, cellWidth: fitting ?? 1 };
}

function isWall(before: HeatEntry | undefined, after: HeatEntry | undefined): boolean {
  const isLone = (entry: HeatEntry | undefined) => entry?.members.length === 1;
  return before?.heading !== after?.heading && (isLone(before) || isLone(after));
}

/** `zone-a (333 nodes)` for a folded entry. */
function labelOf(entry: HeatEntry): string {
  const { label, members } = entry;
  return members.length === 1 ? label : `${label || "(none)"} (${members.length})`;
}

function labelWidth(frame: Frame): number {
  return (frame.headingWidth > 0 ? frame.headingWidth + 2 : 0) + frame.digits + 1 + frame.nameWidth + 1;
}

function blockWidth({ columns, walls, cellWidth }: Frame): number {
  return columns.length * cellWidth + walls.size * (cellWidth > 1 ? 2 : 1);
}

/** Blocks side by side, the shorter ones filled up so that the next one's title stands over it. */
function beside(frame: Frame, blocks: readonly string[]): string {
  const missing = Math.max(0, longestTitle - blockWidth(frame));
  return blocks.join(" ".repeat(gap + missing));
}

const longestTitle = "ENDPOINT".length;

/** The target's name, then the columns' numbers, one digit below the other so that a column stays one glyph wide. */
function* headLines(frame: Frame, targets: readonly Target[]): Generator<string> {
  const blank = " ".repeat(labelWidth(frame));
  const titles = targets.map((target) => blockTitles[target].padEnd(blockWidth(frame)));
  yield `${blank}${beside(frame, titles)}`.trimEnd();
  const isWide = frame.cellWidth > frame.digits;
  const lines = isWide ? 1 : frame.digits;
  for (let line = 0; line < lines; line++) {
    const numbers = frame.columns.map((at, place) => {
      const number = String(at + 1);
      const text = isWide ? number : (number.padStart(frame.digits)[line] ?? " ");
      return `${wallBefore(frame, place)}${text.padStart(isWide ? Math.min(frame.cellWidth, 2) : frame.cellWidth).padEnd(frame.cellWidth)}`;
    });
    yield `${blank}${beside(
      frame,
      targets.map(() => numbers.join("")),
    )}`.trimEnd();
  }
}

const blockTitles: { readonly [target in Target]: string } = {
  host: "HOST",
  endpoint: "ENDPOINT",
};

function wallBefore({ walls, cellWidth, options }: Frame, place: number): string {
  if (!walls.has(place)) return "";
  const wall = options.ascii ? "|" : "│";
  return cellWidth > 1 ? ` ${wall}` : wall;
}

function* bodyLines(frame: Frame, targets: readonly Target[]): Generator<string> {
  let before: number | null = null;
  for (const row of frame.rows) {
    const entry = frame.map.entries[row];
    if (entry === undefined) continue;
    const opens = before === null || frame.map.entries[before]?.heading !== entry.heading;
    if (before !== null && isWall(frame.map.entries[before], entry)) yield wallLine(frame, targets);
    before = row;
    const blocks = targets.map((target) => cellsOf(frame, target, row));
    yield `${rowLabel(frame, entry, row, opens)}${beside(frame, blocks)}`.trimEnd();
  }
}

function wallLine(frame: Frame, targets: readonly Target[]): string {
  const [flat, cross] = frame.options.ascii ? ["-", "+"] : ["─", "┼"];
  const cells = frame.columns.map((_at, place) => {
    const wall = frame.walls.has(place) ? (frame.cellWidth > 1 ? `${flat}${cross}` : cross) : "";
    return `${wall}${flat.repeat(frame.cellWidth)}`;
  });
  return `${" ".repeat(labelWidth(frame))}${beside(
    frame,
    targets.map(() => cells.join("")),
  )}`;
}

function rowLabel(frame: Frame, entry: HeatEntry, row: number, opens: boolean): string {
  const heading = frame.headingWidth > 0 ? `${cut(opens ? entry.heading : "", frame.headingWidth, frame)}  ` : "";
  return `${heading}${String(row + 1).padStart(frame.digits)} ${cut(labelOf(entry), frame.nameWidth, frame)} `;
}

/** Names are cut in the middle: what tells nodes of one pool apart stands at the end. */
function cut(text: string, width: number, { options }: Frame): string {
  const safe = shown(text);
  if (safe.length <= width) return safe.padEnd(width);
  const mark = options.ascii ? "~" : "…";
  const tail = Math.floor((width - 1) * 0.6);
  return `${safe.slice(0, width - 1 - tail)}${mark}${safe.slice(safe.length - tail)}`;
}

/** One row of one block; neighbours of the same look are painted together, to keep escape sequences few. */
function cellsOf(frame: Frame, target: Target, row: number): string {
  const { map, glyphs, columns, cellWidth } = frame;
  const block = map.blocks[target];
  let text = "";
  let run = { glyph: null as Glyph | null, text: "" };
  const flush = () => {
    text += run.glyph === null ? run.text : run.glyph.paint(run.text);
  };
  for (const [place, column] of columns.entries()) {
    const at = row * map.entries.length + column;
    const glyph = glyphs.of(block, at, row === column);
    const cell = cellText(glyph.text, block.share[at] ?? 0, cellWidth);
    const wall = wallBefore(frame, place);
    if (glyph === run.glyph && wall === "") run.text += cell;
    else {
      flush();
      text += wall;
      run = { glyph, text: cell };
    }
  }
  flush();
  return text;
}

const shareWidth = 7;

/** A glyph, right in its cell; a wide folded cell says the share of its paths that is unreachable instead. */
function cellText(glyph: string, share: number, width: number): string {
  if (width < shareWidth) return glyph.padStart(width);
  const percent =
    share === 0 || share === 1 ? "" : share < 0.01 ? " <1%" : ` ${Math.min(99, Math.round(share * 100))}%`;
  return ` ${glyph}${percent}`.padEnd(width);
}
