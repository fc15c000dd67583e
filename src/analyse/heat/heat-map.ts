import type { Facts } from "../../model/facts.ts";
import type { HeatBlock, HeatEntry, HeatMap, HeatMeasure } from "../../model/heat-map.ts";
import { type Protocol, type Target, targets } from "../../model/matrix.ts";
import type { Cells, Report } from "../../model/report.ts";
import type { Scope } from "../../model/request.ts";
import { cellCode, cellStatus, noPath, type PathStatus, pathStatuses } from "../../model/status.ts";
import { rowJudge } from "../matrix/correlate.ts";
import { lens } from "../matrix/scope.ts";
import { foldToFit } from "./heat-fold.ts";
import { heatOrder } from "./heat-order.ts";
import { ageLevels, ageOf, latencyLevels, latencyOf, levelOf } from "./heat-values.ts";

export interface HeatOptions {
  readonly by: HeatMeasure;
  readonly scope: Scope;
  /** Entries that fit side by side; Infinity folds nothing. */
  readonly capacity: number;
}

/** FACTS and their REPORT → what a heat map shows: order, folding and every cell. */
export function heatMap(facts: Facts, report: Report, { by, scope, capacity }: HeatOptions): HeatMap {
  const { fold, entries } = foldToFit(heatOrder(report), scope, capacity);
  const levels = by === "latency" ? latencyLevels : by === "age" ? ageLevels : [];
  const reader = cellReader(facts, report.cells, by, scope, levels);
  const looked = targets.filter((target) => scope.target === null || scope.target === target);
  const block = (target: Target) => readBlock(entries, target, looked.includes(target) ? reader : null, report.cells);
  const blocks = { host: block("host"), endpoint: block("endpoint") };
  const isOpened = scope.zones.length + scope.nodes.length > 0;
  const worstZones = fold === "zone" && !isOpened ? worstBlock(report, entries, blocks) : [];
  return { report, by, targets: looked, fold, entries, blocks, levels, worstZones };
}

/** One row of the node matrix by measure: cell codes, and the level of each. */
type RowReader = (from: number, target: Target) => { codes: Uint8Array; level: (to: number) => number };

function cellReader(
  facts: Facts,
  cells: Cells,
  by: HeatMeasure,
  scope: Scope,
  levels: readonly (number | null)[],
): RowReader {
  const protocols: readonly Protocol[] = scope.protocol === null ? ["icmp", "http"] : [scope.protocol];
  const noLevel = () => 0;
  if (by === "icmp" || by === "http") {
    const judge = rowJudge(facts, lens({ ...scope, protocol: by }, facts.nodes));
    return (from, target) => ({ codes: judge(from, target), level: noLevel });
  }
  return (from, target) => {
    const codes = cells[target].subarray(from * cells.size, (from + 1) * cells.size);
    const row = cells.matrix.rows[from] ?? null;
    if (by === "status" || row === null) return { codes, level: noLevel };
    const level =
      by === "age"
        ? (to: number) => levelOf(ageOf(cells, from, target, to, protocols), levels)
        : (to: number) => (answers(codes[to]) ? levelOf(latencyOf(row, target, to, protocols), levels) : 0);
    return { codes, level };
  };
}

/** An unreachable path has no latency worth a colour, though one of its probes may have been answered. */
function answers(code: number | undefined): boolean {
  const status = cellStatus(code ?? noPath);
  return status === "reachable" || status === "stale";
}

function readBlock(entries: readonly HeatEntry[], target: Target, read: RowReader | null, cells: Cells): HeatBlock {
  const size = entries.length;
  const block = {
    status: new Uint8Array(size * size),
    level: new Uint8Array(size * size),
    share: new Float32Array(size * size),
  };
  if (read === null) return block;
  const columnOf = new Int32Array(cells.size).fill(-1);
  entries.forEach(({ members }, at) => {
    for (const index of members) columnOf[index] = at;
  });
  const sums = Array.from({ length: size }, () => new Uint32Array(tallies));
  entries.forEach(({ members }, row) => {
    for (const sum of sums) sum.fill(0);
    for (const from of members) addRow(sums, from, columnOf, read(from, target), members.length > 1);
    sums.forEach((sum, column) => {
      const at = row * size + column;
      const total = sum.subarray(1, 1 + pathStatuses.length).reduce((a, b) => a + b, 0);
      block.status[at] = worst(sum);
      block.level[at] = medianLevel(sum);
      block.share[at] = total === 0 ? 0 : (sum[unreachable] ?? 0) / total;
    });
  });
  return block;
}

/** A cell's paths counted: by status (from 1), how many of the unreachable are stale, then by level (from 1). */
const unreachable = pathStatuses.indexOf("unreachable") + 1;
const staleFailures = pathStatuses.length + 1;
const firstLevel = staleFailures + 1;
const mostLevels = 7;
const tallies = firstLevel + mostLevels;

function addRow(
  sums: readonly Uint32Array[],
  from: number,
  columnOf: Int32Array,
  { codes, level }: ReturnType<RowReader>,
  isFolded: boolean,
): void {
  codes.forEach((code, to) => {
    // A folded cell is about pairs: an agent's own failing probe would hide in it, and shows where the node stands alone.
    if (code === noPath || (isFolded && from === to)) return;
    const sum = sums[columnOf[to] ?? -1];
    if (sum === undefined) return;
    add(sum, code & 0x0f);
    if ((code & 0x0f) === unreachable && code > 0x0f) add(sum, staleFailures);
    const reached = level(to);
    if (reached > 0) add(sum, firstLevel + reached - 1);
  });
}

function add(sum: Uint32Array, at: number): void {
  sum[at] = (sum[at] ?? 0) + 1;
}

const worstFirst: readonly PathStatus[] = ["unreachable", "unknown", "stale", "unasked", "reachable", "off"];

function worst(sum: Uint32Array): number {
  const status = worstFirst.find((one) => (sum[pathStatuses.indexOf(one) + 1] ?? 0) > 0);
  if (status === undefined) return noPath;
  const allStale = status === "unreachable" && sum[staleFailures] === sum[unreachable];
  return cellCode(status, status === "stale" || allStale);
}

function medianLevel(sum: Uint32Array): number {
  const levels = sum.subarray(firstLevel);
  const half = levels.reduce((a, b) => a + b, 0) / 2;
  if (half === 0) return 0;
  let level = 0;
  for (let below = 0; below < half; level++) below += levels[level] ?? 0;
  return level;
}

/** Zones of the folded cell with the largest unreachable share. */
function worstBlock(report: Report, entries: readonly HeatEntry[], blocks: HeatMap["blocks"]): string[] {
  let most = 0;
  let zones: string[] = [];
  const zoneByIndex = new Map(report.nodes.map((node) => [node.index, node.zone]));
  for (const target of targets) {
    blocks[target].share.forEach((share, at) => {
      if (share <= most) return;
      most = share;
      const [from, to] = [Math.floor(at / entries.length), at % entries.length];
      zones = [from, to].map((place) => zoneByIndex.get(entries[place]?.members[0] ?? -1) ?? "");
    });
  }
  return [...new Set(zones)].filter((zone) => zone !== "").sort();
}
