import type { Report } from "./report.ts";

/** `not run`: it could not be looked at; the text says why. */
export const lineStatuses = ["failed", "warning", "not run", "ok"] as const;
export type LineStatus = (typeof lineStatuses)[number];

/** What one check says of some nodes in the same words. */
export interface CheckLine {
  /** Id of the check. */
  readonly check: string;
  /** The catalogue's rule that names the fault, else the check's own id: what --ignore takes and explain explains. */
  readonly id: string;
  readonly status: LineStatus;
  readonly ignored: boolean;
  /** Always the full list; empty for the cluster as a whole. */
  readonly nodes: readonly string[];
  /** "" for an ok line that has nothing to add. */
  readonly text: string;
  /** What to do, "" where nothing is to be done. */
  readonly hint: string;
  /** Cilium's own page, "" where there is no hint. */
  readonly docs: string;
}

/** Answers of one check by status: one a node, or one for the cluster. */
export interface CheckCounts {
  readonly ok: number;
  readonly warning: number;
  readonly failed: number;
  readonly notRun: number;
}

export interface CheckSummary {
  readonly id: string;
  readonly title: string;
  /** The worst of its lines that count. */
  readonly status: LineStatus;
  readonly counts: CheckCounts;
}

/** Checks that could not be run on the same nodes for the same reason. */
export interface CheckGap {
  /** Empty for all that are looked at. */
  readonly nodes: readonly string[];
  readonly text: string;
  readonly checks: readonly string[];
}

/** `check`: the settings of every node, and the reachability seen in the same run. */
export interface CheckReport {
  readonly report: Report;
  /** How many nodes are looked at. */
  readonly nodes: number;
  readonly checks: readonly CheckSummary[];
  /** Worst first, then in the order of the checks. */
  readonly lines: readonly CheckLine[];
  readonly gaps: readonly CheckGap[];
  readonly exitCode: 0 | 1 | 3;
}
