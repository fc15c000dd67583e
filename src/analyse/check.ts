import type { LineStatus } from "../model/check-report.ts";
import type { ComparedLists } from "../model/lists.ts";
import type { Finding } from "../model/report.ts";
import type { Cause } from "./rule.ts";
import type { Scene } from "./scene.ts";

/** What a check sees: every node's facts, what the rules found, and which nodes it is to speak of. */
export interface CheckScene {
  /** Of the whole cluster, whatever the scope: a node is compared with all others. */
  readonly scene: Scene;
  readonly findings: readonly Finding[];
  /** Nodes of this cluster with an agent, within the scope; ascending. */
  readonly nodes: readonly number[];
  readonly lists: ComparedLists;
}

/** What a check says of one node, or, where `node` is null, of the cluster. */
export interface Answer {
  readonly node: number | null;
  readonly status: LineStatus;
  /** Names no node but others: equal texts of several nodes become one line. */
  readonly text: string;
  /** Id of the catalogue's rule that names this fault. */
  readonly id?: string;
  /** Instead of the check's own hint. */
  readonly fix?: string;
  /** Of `not run`: the agent was to answer and did not. */
  readonly due?: boolean;
}

/** One thing that is looked at on every node, and compared. Pure: it reads the scene alone. */
export interface Check {
  /** Its prose, as a rule has it; `severity` is that of its worst line, `fix` its hint. */
  readonly cause: Cause;
  look(checked: CheckScene): Answer[];
}
