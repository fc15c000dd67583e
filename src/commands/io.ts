import type { Environment } from "../cluster/cluster.ts";
import type { ScenarioSource } from "../demo/scenario-files.ts";

/** The process as a command sees it; main.ts makes it, tests make their own. */
export interface Io {
  /** stdout, with backpressure; resolves false once nobody reads any more (a closed pipe). */
  write(chunk: string): Promise<boolean>;
  /** Bytes of somebody else, as they are; resolves false once nobody reads any more. */
  output(stream: "stdout" | "stderr", bytes: Uint8Array): Promise<boolean>;
  /** One line for people, on stderr; silenced by --quiet. */
  notice(line: string): void;
  /** The progress line on stderr, on a terminal only; null clears it. */
  progress(text: string | null): void;
  /** Width of the terminal, 80 when there is none. */
  readonly columns: number;
  /** Height of the terminal, 24 when there is none. */
  readonly rows: number;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  now(): Date;
  /** Resolves after so many milliseconds, or earlier when the signal is aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly environment: Environment;
  readonly version: string;
  /** The demo's recorded scenarios. */
  readonly scenarios: ScenarioSource;
}

/** What a run comes to. */
export type ExitCode = 0 | 1 | 2 | 3 | 130;
