import {
  decodeLatency,
  listedWith,
  type MatrixRow,
  noResult,
  type Protocol,
  presenceOf,
  probedAt,
  success,
  type Target,
} from "../../model/matrix.ts";
import type { Cells } from "../../model/report.ts";

/** Latency of a path in nanoseconds, by the first protocol that got an answer from the primary address; 0 unknown. */
export function latencyOf(row: MatrixRow, target: Target, to: number, protocols: readonly Protocol[]): number {
  if (presenceOf(row, target, to) !== listedWith) return 0;
  for (const protocol of protocols) {
    const probe = row[target].positions[0]?.[protocol];
    if (probe === undefined || probe.outcome[to] !== success) continue;
    const ns = decodeLatency(probe.latency[to] ?? 0);
    if (ns > 0) return ns;
  }
  return 0;
}

/** Age of a path's oldest probe in nanoseconds, by its agent's own clock; 0 when no time is known. */
export function ageOf(cells: Cells, from: number, target: Target, to: number, protocols: readonly Protocol[]): number {
  const row = cells.matrix.rows[from] ?? null;
  const clock = cells.clocks[from] ?? 0;
  if (row === null || clock === 0 || presenceOf(row, target, to) !== listedWith) return 0;
  let oldest = 0;
  for (const address of row[target].positions) {
    for (const protocol of protocols) {
      const probe = address[protocol];
      if ((probe.outcome[to] ?? noResult) === noResult) continue;
      const at = probedAt(row, probe, to) * 1000 || (cells.timestamps[from] ?? 0);
      // A probe of this very second still has an age: 0 means unknown.
      if (at > 0) oldest = Math.max(oldest, clock - at, 1);
    }
  }
  return oldest * 1e6;
}

/** Bounds in nanoseconds: within a zone, between zones, between regions, and what no cluster should see. */
export const latencyLevels: readonly (number | null)[] = [5e5, 1e6, 2e6, 5e6, 2e7, 1e8, null];

/** Bounds in nanoseconds: from a small cluster's probe interval to what only a stuck prober shows. */
export const ageLevels: readonly (number | null)[] = [3e10, 6e10, 1.2e11, 3e11, 6e11, 1.8e12, null];

/** The level from 1 of a value; 0 of an unknown one. */
export function levelOf(ns: number, levels: readonly (number | null)[]): number {
  return ns > 0 ? 1 + levels.findIndex((bound) => bound === null || ns <= bound) : 0;
}
