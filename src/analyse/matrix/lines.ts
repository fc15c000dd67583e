import type { Shape } from "../shapes/shapes.ts";
import { blank, failed, type Plane } from "./planes.ts";

/** Of the judged cells of a shape this share must fail: a lost probe or a late answer must not hide a shape. */
export const enough = 0.85;

type Line = Omit<Shape, "probes"> & { readonly kind: "cross" | "column" | "row" };

/**
 * The crosses, columns and rows that explain most, one after the other; their cells are blanked. A line counts when
 * nearly all of its judged cells fail; a cross needs both its lines, each with cells of its own.
 */
export function takeLines(left: Plane, size: number): Line[] {
  const tally = countLines(left, size);
  const lines: Line[] = [];
  for (let best = bestLine(tally); best !== null; best = bestLine(tally)) {
    const cells = lineCells(left, size, best.node, best.kind);
    for (const cell of cells) {
      left[cell] = blank;
      addCell(tally, Math.floor(cell / size), cell % size, -1, true);
    }
    lines.push({ kind: best.kind, nodes: [best.node], groups: [], by: "", cells });
  }
  return lines;
}

/** Judged and failing cells of every line. Kept up to date, not counted anew: a mesh may lose hundreds of lines. */
interface Tally {
  readonly size: number;
  readonly rows: LineCounts;
  readonly columns: LineCounts;
}

interface LineCounts {
  readonly judged: Uint32Array;
  readonly failed: Uint32Array;
}

function countLines(left: Plane, size: number): Tally {
  const empty = () => ({ judged: new Uint32Array(size), failed: new Uint32Array(size) });
  const tally: Tally = { size, rows: empty(), columns: empty() };
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) {
      const value = left[from * size + to];
      if (value !== blank) addCell(tally, from, to, 1, failed(value));
    }
  }
  return tally;
}

function addCell({ rows, columns }: Tally, from: number, to: number, step: 1 | -1, fails: boolean): void {
  rows.judged[from] = (rows.judged[from] ?? 0) + step;
  columns.judged[to] = (columns.judged[to] ?? 0) + step;
  if (!fails) return;
  rows.failed[from] = (rows.failed[from] ?? 0) + step;
  columns.failed[to] = (columns.failed[to] ?? 0) + step;
}

interface Candidate {
  readonly kind: Line["kind"];
  readonly node: number;
  readonly gain: number;
}

function bestLine({ size, rows, columns }: Tally): Candidate | null {
  let best: Candidate | null = null;
  for (let node = 0; node < size; node++) {
    const column = failuresOfLine(columns, node);
    const row = failuresOfLine(rows, node);
    const gain = column + row;
    if (gain === 0 || (best !== null && gain <= best.gain)) continue;
    best = { kind: column > 0 && row > 0 ? "cross" : column > 0 ? "column" : "row", node, gain };
  }
  return best;
}

/** How many cells a line would explain, 0 when it is none: a single failing cell is a pair's business. */
function failuresOfLine({ judged, failed: failing }: LineCounts, node: number): number {
  const count = failing[node] ?? 0;
  return count >= 2 && count >= (judged[node] ?? 0) * enough ? count : 0;
}

function lineCells(left: Plane, size: number, node: number, kind: Line["kind"]): number[] {
  const cells: number[] = [];
  for (let other = 0; other < size; other++) {
    const [inbound, outbound] = [other * size + node, node * size + other];
    if (kind !== "row" && failed(left[inbound])) cells.push(inbound);
    if (kind !== "column" && failed(left[outbound])) cells.push(outbound);
  }
  return cells.sort((a, b) => a - b);
}
