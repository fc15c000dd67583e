import type { Target } from "./matrix.ts";
import type { Confidence } from "./report.ts";

/** How the connections of a burst, or of all of them, ended. */
export interface Attempts {
  readonly opened: number;
  readonly refused: number;
  /** No answer within their time. */
  readonly silent: number;
  /** Ended by an error of the kernel, by its text: `No route to host`, `Network is unreachable`, … */
  readonly failed: ReadonlyMap<string, number>;
  /** Why none was tried, "" where they were: the command did not run. */
  readonly untried: string;
}

/** Which path is looked at, and by which address. */
export interface LocatePath {
  readonly from: string;
  readonly to: string;
  readonly target: Target;
  /** An IP address in canonical digits; nothing else is ever put into a command. */
  readonly address: string;
  readonly port: number;
}

/** One counter of one side; the words a reader sees it under. */
export type CounterName = "tunnelTx" | "tunnelRx" | "tunnelLost" | "nicTx" | "nicRx" | "healthTx" | "healthRx";

/** What one side's counters did in a window; a counter that could not be read is not in it. */
export interface SideGrowth {
  readonly counters: Partial<Readonly<Record<CounterName, number>>>;
  /** Drop reasons of the datapath; null when they could not be read. */
  readonly drops: readonly { readonly reason: string; readonly direction: string; readonly packets: number }[] | null;
}

/** A stretch of time between two reads: a quiet one (0 sent), or one with a burst. */
export interface LocateWindow {
  readonly sent: number;
  readonly seconds: number;
  readonly attempts: Attempts;
  /** null where that side's agent was not, or could not be, asked. */
  readonly from: SideGrowth | null;
  readonly to: SideGrowth | null;
  /** Connections from the sender that the target's own kernel has half open; null where it was not asked. */
  readonly halfOpen: number | null;
}

/** Everything the judgement knows. */
export interface LocateFindings {
  readonly path: LocatePath;
  /** Name of the tunnel device the path uses, "" where it goes bare (native routing, node addresses). */
  readonly tunnelDevice: string;
  /** Network cards that lead to other nodes, "" where it could not be told which. */
  readonly fromNic: string;
  readonly toNic: string;
  readonly windows: readonly LocateWindow[];
  /** Why the target's agent was not asked, "" when it was. */
  readonly targetUnasked: string;
}

/**
 * Where packets end: `works` nowhere · `refused` somebody answers with a refusal · `source` on the sending node ·
 * `past-source` they leave it, and the target could not be asked ·
 * `between` the nodes · `target-input` between the target's card and its tunnel device or TCP stack · `target` deeper in
 * the target · `way-back` the answer is lost · `unknown`.
 */
export type LocatePlace =
  | "works"
  | "refused"
  | "source"
  | "past-source"
  | "between"
  | "between-or-target-input"
  | "target-input"
  | "target"
  | "way-back"
  | "unknown";

/** One counter in numbers: what it did in the quiet and in each burst. */
export interface LocateCounter {
  readonly node: string;
  /** `cilium_vxlan TX`, `Policy denied ingress`, `half-open`. */
  readonly name: string;
  /** Packets in the quiet time, as many as would come in the time of all bursts; null where none could be told. */
  readonly background: number | null;
  readonly bursts: readonly number[];
}

export interface Location {
  readonly path: LocatePath;
  readonly place: LocatePlace;
  /** null where nothing could be told. */
  readonly confidence: Confidence | null;
  /** One or two sentences, without a final stop. */
  readonly text: string;
  readonly bursts: readonly number[];
  readonly attempts: {
    readonly opened: number;
    readonly refused: number;
    readonly silent: number;
    readonly failed: number;
  };
  readonly counters: readonly LocateCounter[];
}
