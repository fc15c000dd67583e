import type { CiliumNode } from "../model/kube.ts";
import type { MatrixBuilder } from "../model/matrix.ts";
import type { HealthTape } from "./health-tape.ts";
import type { NamedNode } from "./names.ts";
import type { Counting } from "./read-tally.ts";
import type { TextPool } from "./text-pool.ts";

/** Where a capture belongs: its agent's column, and how names become columns. */
export interface ReadingContext {
  readonly builder: MatrixBuilder;
  readonly column: number;
  /** -1 for a name that names nobody. */
  readonly columnOf: (name: string) => number;
  /** Told before any name is turned into a column: what the agent calls its own node, "" when it does not say. */
  readonly learnCluster: (node: string, localName: string, listed: () => readonly NamedNode[]) => void;
  /** Of all replies; the tape holds one at a time. */
  readonly texts: TextPool;
  readonly tape: HealthTape;
  /** null: nobody was asked to count. */
  readonly counting: Counting | null;
  /** What a node of this cluster announces of itself, by its name in a reply; null for other clusters' nodes. */
  readonly cilium: (name: string) => CiliumNode | null;
}
