import { type Target, targets } from "../../model/matrix.ts";
import type { Cells, Summary } from "../../model/report.ts";
import {
  cellStatus,
  isUnreachable,
  noPath,
  type PathCounts,
  type PathStatus,
  pathStatuses,
} from "../../model/status.ts";

type MutableCounts = { [status in PathStatus]: number } & { total: number };

function noCounts(): MutableCounts {
  return { reachable: 0, unreachable: 0, unknown: 0, stale: 0, off: 0, unasked: 0, total: 0 };
}

/** Adds one cell; cells without a path and an agent's own node do not count. */
function count(counts: MutableCounts, code: number): void {
  const status = cellStatus(code);
  if (status === null) return;
  counts[status]++;
  counts.total++;
}

/** Per node what the others say of it (in) and what it says of the others (out). */
export interface NodeCounts {
  readonly in: { readonly [target in Target]: PathCounts };
  readonly out: { readonly [target in Target]: PathCounts };
}

const counted = new WeakMap<Uint8Array, { readonly of: Cells; readonly counts: readonly NodeCounts[] }>();

/** Once for all reports on the same codes: before the closer round and after it, in a large cluster. */
export function countByNode(cells: Cells): readonly NodeCounts[] {
  const known = counted.get(cells.host);
  if (known?.of.endpoint === cells.endpoint) return known.counts;
  const counts = countAnew(cells);
  counted.set(cells.host, { of: cells, counts });
  return counts;
}

function countAnew(cells: Cells): readonly NodeCounts[] {
  const counts = Array.from({ length: cells.size }, () => ({
    in: { host: noCounts(), endpoint: noCounts() },
    out: { host: noCounts(), endpoint: noCounts() },
  }));
  for (const target of targets) {
    for (let from = 0; from < cells.size; from++) {
      for (let to = 0; to < cells.size; to++) {
        const code = cells[target][from * cells.size + to] ?? noPath;
        if (code === noPath || from === to) continue;
        const [source, sink] = [counts[from], counts[to]];
        if (source !== undefined) count(source.out[target], code);
        if (sink !== undefined) count(sink.in[target], code);
      }
    }
  }
  return counts;
}

export function sumCounts(all: readonly PathCounts[]): PathCounts {
  const sum = noCounts();
  for (const counts of all) {
    for (const status of pathStatuses) sum[status] += counts[status];
    sum.total += counts.total;
  }
  return sum;
}

/** Pairs of which a looked-at target is unreachable, all pairs that exist, and the node that all broken ones share. */
export function countPairs(cells: Cells): Pick<Summary, "unreachablePairs" | "totalPairs"> & { hub: number | null } {
  let unreachablePairs = 0;
  let totalPairs = 0;
  let hubs: readonly number[] | null = null;
  for (let from = 0; from < cells.size; from++) {
    for (let to = 0; to < cells.size; to++) {
      const at = from * cells.size + to;
      if (from === to || (cells.host[at] === noPath && cells.endpoint[at] === noPath)) continue;
      totalPairs++;
      if (!isUnreachable(cells.host[at]) && !isUnreachable(cells.endpoint[at])) continue;
      unreachablePairs++;
      hubs = hubs === null ? [from, to] : hubs.filter((node) => node === from || node === to);
    }
  }
  return { unreachablePairs, totalPairs, hub: hubs?.length === 1 ? (hubs[0] ?? null) : null };
}
