import type { AgentHealth, CaptureFailure } from "./facts.ts";

/**
 * What one agent tells of its own probing, without the paths it probes: is its health API up, which cycle is its report
 * of, how old is it by the agent's own clock. Times are epoch milliseconds, 0 where unknown.
 */
export interface AgentPulse {
  /** Right after its health report, by the agent's own `date`. */
  readonly clock: number;
  /** The head of its report; null where its health API gave none. */
  readonly health: AgentHealth | null;
  /** When and how its report's probes were made; null where only the head was asked for. */
  readonly probes: ProbeTimes | null;
  /** `1.19.3`, "" when unknown. */
  readonly version: string;
  /** Why a command told nothing. */
  readonly failures: readonly CaptureFailure[];
}

export interface ProbeTimes {
  /** Epoch milliseconds of the oldest and the newest probe; 0 where probes carry no time (before 1.18). */
  readonly oldest: number;
  readonly newest: number;
  /** Addresses probed, and how many of them swallow what is sent. */
  readonly addresses: number;
  readonly silent: number;
}

/** The head of a health report as a large cluster is asked for it: first and last word, and the cells of its one line. */
export const headMark = "head";
export const headCells = [".timestamp", ".local.name", ".probeInterval"] as const;
