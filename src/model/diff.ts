import type { Source } from "./facts.ts";
import type { Target } from "./matrix.ts";
import type { PathStatus } from "./status.ts";

/** Two states compared: `diff OLD NEW`. */
export interface DiffReport {
  readonly old: DiffSide;
  readonly new: DiffSide;
  readonly different: boolean;
  /** Paths between nodes that both states have, by what became of them. */
  readonly counts: { readonly [change in PathChangeKind]: number };
  /** Read anew each time: a big cluster has millions of paths. */
  readonly paths: Iterable<PathChange>;
  readonly nodes: { readonly new: readonly string[]; readonly gone: readonly string[] };
  readonly addresses: readonly ValueChange[];
  readonly settings: readonly ValueChange[];
  readonly findings: { readonly new: readonly FindingName[]; readonly gone: readonly FindingName[] };
}

export interface DiffSide {
  readonly source: Source;
  /** RFC 3339, "" when no agent answered. */
  readonly takenAt: string;
  readonly partial: boolean;
  readonly agents: number;
  readonly answered: number;
}

/**
 * `broke` is unreachable now and was not; `healed` was unreachable and is reachable now; `changed` is any other change
 * of status: a path that was unreachable and cannot be seen now is not healed.
 */
export const pathChangeKinds = ["broke", "healed", "changed"] as const;
export type PathChangeKind = (typeof pathChangeKinds)[number];

export interface PathChange {
  readonly change: PathChangeKind;
  readonly from: string;
  readonly to: string;
  readonly target: Target;
  readonly was: PathStatus;
  readonly is: PathStatus;
}

export interface ValueChange {
  /** "" for the whole cluster. */
  readonly node: string;
  readonly name: string;
  /** "" when there was or is none. */
  readonly was: string;
  readonly is: string;
}

export interface FindingName {
  readonly id: string;
  readonly title: string;
  readonly nodes: readonly string[];
}
