import type { Source } from "./facts.ts";

/**
 * `ok` · `stale` its report is too old to trust · `unknown` its age cannot be told · `warming-up` no probe cycle finished
 * yet · `no-answer` asked, and its health API gave no report · `down` its container does not run · `none` no agent pod
 * where one is due · `unasked` the run ended before it was asked.
 */
const pingStates = ["ok", "stale", "unknown", "warming-up", "no-answer", "down", "none", "unasked"] as const;
export type PingState = (typeof pingStates)[number];

/** `ping`: is each agent's health API up, and how old is what it says. */
export interface PingReport {
  /** RFC 3339. */
  readonly generatedAt: string;
  /** The newest of the agents' own clocks, RFC 3339; "" when none is known. */
  readonly takenAt: string;
  readonly source: Source;
  /** True when the run was interrupted or hit its deadline. */
  readonly partial: boolean;
  readonly versions: readonly string[];
  /** Agents due, and how many of them are in each state. */
  readonly counts: { readonly [state in PingState]: number } & { readonly agents: number };
  /** By node name. */
  readonly agents: readonly PingAgent[];
  /** What narrows the answer, as sentences. */
  readonly notes: readonly string[];
  readonly exitCode: 0 | 3;
}

/** Durations in nanoseconds, null where unknown; each by the agent's own clock. */
export interface PingAgent {
  readonly node: string;
  readonly zone: string;
  /** "" where there is none. */
  readonly pod: string;
  readonly state: PingState;
  /** Why it is not `ok`, as a sentence; "" for one that is. */
  readonly message: string;
  readonly version: string;
  readonly restarts: number;
  /** RFC 3339, "" where its container does not run. */
  readonly startedAt: string;
  readonly upNs: number | null;
  readonly probeIntervalNs: number | null;
  /** Start of the probe cycle its report is of, RFC 3339; "" when unknown. */
  readonly cycleStartedAt: string;
  readonly reportAgeNs: number | null;
  readonly oldestProbeNs: number | null;
  /** Until its next cycle begins. */
  readonly nextCycleNs: number | null;
  /** With --fresh: whether its report is of a cycle that began after the request; null where it was not asked for. */
  readonly fresh: boolean | null;
}
