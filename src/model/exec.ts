import type { Source } from "./facts.ts";

/** How a command's output is shown. */
export const execShows = ["prefix", "group", "json"] as const;
export type ExecShow = (typeof execShows)[number];

export type OutputStream = "stdout" | "stderr";

/**
 * How the command went in one agent. `ended` by itself, with an exit code · `not-started` the container has no such
 * program · `cut` far more than the byte limit came · `timed-out` after --timeout · `lost` the connection broke after its start ·
 * `interrupted` by Ctrl-C or --deadline after its start · `failed` the agent could not be asked · `unasked` nobody tried.
 */
const execStates = ["ended", "not-started", "cut", "timed-out", "lost", "interrupted", "failed", "unasked"] as const;
export type ExecState = (typeof execStates)[number];

export interface ExecOutput {
  /** What was kept; empty where the output was only shown. */
  readonly bytes: Uint8Array;
  /** Equal for equal outputs. */
  readonly digest: string;
  /** Bytes that came within the limit. */
  readonly length: number;
  /** There was more, beyond the limit. */
  readonly cut: boolean;
  /** File that holds it, relative to the folder of --to; "" where there is none. */
  readonly file: string;
}

/** The command in one agent. */
export interface ExecResult {
  readonly node: string;
  readonly zone: string;
  /** "" where there is none. */
  readonly pod: string;
  readonly state: ExecState;
  /** Of a command that ended by itself, else null. */
  readonly exitCode: number | null;
  /** Why it did not end by itself; "" where it did. */
  readonly message: string;
  /** Nothing of ours ended it: a closed exec connection stops no command in a container. */
  readonly mayStillRun: boolean;
  /** Nanoseconds from the request to the end; null where nobody tried. */
  readonly durationNs: number | null;
  readonly stdout: ExecOutput;
  readonly stderr: ExecOutput;
}

/** `exec -- CMD…`: one command in every agent. */
export interface ExecReport {
  /** RFC 3339. */
  readonly generatedAt: string;
  readonly source: Source;
  readonly partial: boolean;
  readonly command: readonly string[];
  /** By node name. */
  readonly results: readonly ExecResult[];
  readonly notes: readonly string[];
  readonly exitCode: 0 | 1 | 3;
}

/** Agents in which the command went alike: same end, same output. */
export interface ExecGroup {
  readonly nodes: readonly string[];
  readonly first: ExecResult;
}
