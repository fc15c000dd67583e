import type { Protocol, Target } from "./matrix.ts";
import type { Report, ReportNode } from "./report.ts";

/** What a heat map's cells show: the path's status, one protocol's, how slow it is, or how old the probe is. */
export const heatMeasures = ["status", "icmp", "http", "latency", "age"] as const;
export type HeatMeasure = (typeof heatMeasures)[number];

/** How nodes were put together so that the map fits. `trouble`: the worst nodes stand alone, the rest are one entry. */
export type HeatFold = "zone" | "subnet" | "trouble";

/** A report as a heat map: entries × entries, for each target that is looked at. */
export interface HeatMap {
  readonly report: Report;
  readonly by: HeatMeasure;
  readonly targets: readonly Target[];
  /** null when every entry is one node. */
  readonly fold: HeatFold | null;
  /** In drawing order: zone, then worst first. An entry's number is its place plus 1. */
  readonly entries: readonly HeatEntry[];
  readonly blocks: { readonly [target in Target]: HeatBlock };
  /** Upper bounds of the levels 1, 2, … in nanoseconds, the last one without end (null); empty for a status. */
  readonly levels: readonly (number | null)[];
  /** Zones of the block with most unreachable paths, to be opened next; empty where nothing is folded by zone, or a part is opened. */
  readonly worstZones: readonly string[];
}

export interface HeatEntry {
  readonly label: string;
  /** Nodes with the same heading stand together: the zone, with the cluster's name in front for a remote one. */
  readonly heading: string;
  /** Node indices; more than one in a folded entry. */
  readonly members: readonly number[];
  /** Whether any path starts, or ends, here. */
  readonly isFrom: boolean;
  readonly isTo: boolean;
}

/** Row-major by entry, rows are from. */
export interface HeatBlock {
  /** A cell code (`cellStatus`, `cellIsStale`): of a folded cell the worst status. */
  readonly status: Uint8Array;
  /** 0 none, else the level; of a folded cell the median of its paths. */
  readonly level: Uint8Array;
  /** Unreachable paths among all of the cell, 0 to 1. */
  readonly share: Float32Array;
}

/** Everything an interactive page needs, row by row, in drawing order; nothing is held for all pairs at once. */
export interface HeatPage {
  readonly report: Report;
  readonly by: HeatMeasure;
  readonly targets: readonly Target[];
  readonly protocols: readonly Protocol[];
  /** In drawing order; a place in it is a row and a column. */
  readonly nodes: readonly HeatPageNode[];
  /** Failure texts by number minus 1; `<ip>` stands for the probed address. */
  readonly messages: readonly string[];
  /** Indices of findings that claim a path. */
  readonly claimed: ReadonlySet<number>;
  /** Upper bounds of the colours' levels, as in `HeatMap`. */
  readonly latencyLevels: readonly (number | null)[];
  readonly ageLevels: readonly (number | null)[];
  readonly rows: Iterable<HeatPageRow>;
}

export interface HeatPageNode {
  readonly node: ReportNode;
  readonly heading: string;
}

/** One node's view, by the place of the other node. */
export interface HeatPageRow {
  readonly host: HeatPageTarget;
  readonly endpoint: HeatPageTarget;
  /** Age of the pair's oldest probe, `sixBitLog` of `ageUnitNs`. */
  readonly age: Uint8Array;
}

export interface HeatPageTarget {
  /** Three bits of ICMP, plus 8 times those of HTTP: 0 none, 1 to 6 a status (`pathStatuses`), 7 unreachable and stale. */
  readonly status: Uint8Array;
  /** Of an unreachable probe the number of its failure text, else `sixBitLog` of its latency over `latencyUnitNs`. */
  readonly icmp: Uint8Array;
  readonly http: Uint8Array;
  /** 0 unclaimed, else finding index + 1. */
  readonly claims: Uint16Array;
}
