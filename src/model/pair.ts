import type { Location } from "./locate.ts";
import type { Finding, Report, ReportNode } from "./report.ts";

/** Two nodes looked at closely: `pair A B`. */
export interface PairReport {
  readonly report: Report;
  readonly a: PairSide;
  readonly b: PairSide;
  /** Settings of both agents, by name; "" where unknown. */
  readonly settings: readonly PairSetting[];
  /** Findings that claim one of the pair's paths or name one of its nodes. */
  readonly findings: readonly Finding[];
  /** Where a path of the pair is lost; null unless --locate looked, and could. */
  readonly location: Location | null;
  /** What narrows the answer, as sentences. */
  readonly notes: readonly string[];
  /** By the contract, over the paths of this pair alone. */
  readonly exitCode: 0 | 1 | 3;
}

export interface PairSide {
  readonly node: ReportNode;
  /** The agent's own clock, epoch milliseconds; 0 unknown. */
  readonly clock: number;
  /** Time of its report, epoch milliseconds; 0 unknown. */
  readonly reportTime: number;
}

export interface PairSetting {
  readonly name: string;
  readonly a: string;
  readonly b: string;
  /** True when the two differ in something that should be alike on every node. */
  readonly differs: boolean;
}
