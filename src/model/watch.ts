import type { Target } from "./matrix.ts";
import type { AgentState, Report, Verdict } from "./report.ts";

/** What happened between two rounds of a watch. Paths break after the cycles asked for, and heal at once. */
export type Change =
  | {
      readonly kind: "path";
      readonly change: "broke" | "healed";
      readonly from: string;
      readonly to: string;
      readonly target: Target;
      /** RFC 3339: the first bad probe that was seen. */
      readonly since: string;
    }
  | { readonly kind: "node"; readonly change: "new" | "gone"; readonly node: string }
  | {
      readonly kind: "agent";
      readonly change: "broke" | "healed";
      readonly node: string;
      readonly was: AgentState;
      readonly is: AgentState;
    }
  | {
      readonly kind: "finding";
      readonly change: "new" | "gone";
      readonly id: string;
      readonly title: string;
      readonly nodes: readonly string[];
    };

/** Path changes as few lines: many of them around one node, or a single one. */
export type PathGroup = { readonly change: "broke" | "healed" } & (
  | {
      readonly kind: "node";
      readonly node: string;
      /** Paths to the node and from it. */
      readonly to: number;
      readonly from: number;
      readonly targets: readonly Target[];
    }
  | { readonly kind: "path"; readonly from: string; readonly to: string; readonly target: Target }
  | { readonly kind: "more"; readonly count: number }
);

export interface Changes {
  /** Read anew each time: a big cluster may lose millions of paths at once. */
  readonly all: Iterable<Change>;
  readonly pathGroups: readonly PathGroup[];
  readonly others: readonly Exclude<Change, { kind: "path" }>[];
}

/** The verdict over rounds; `suspected`: something is broken, but not for the cycles asked for. */
export type Standing = Verdict | "suspected";

/** One round of a watch. */
export interface WatchRound {
  /** From 1. */
  readonly number: number;
  readonly report: Report;
  /** RFC 3339: the agents' own time, else this run's. */
  readonly at: string;
  readonly standing: Standing;
  /** RFC 3339: the round that brought this standing. */
  readonly since: string;
  readonly confirmCycles: number;
  /** Unreachable paths that count, by whether they were so for the cycles asked for. */
  readonly brokenPaths: number;
  readonly suspectedPaths: number;
  readonly changes: Changes;
}

/** A round that could not be made. */
export interface FailedRound {
  readonly number: number;
  /** RFC 3339, this machine's time. */
  readonly at: string;
  readonly error: string;
}
