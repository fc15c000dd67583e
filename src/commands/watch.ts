import { follow, type WatchMemory } from "../analyse/changes/changes.ts";
import { nextRoundMs } from "../analyse/summary/next-round.ts";
import type { Request, WatchFlags } from "../cli/request.ts";
import { HealthError } from "../model/errors.ts";
import type { WatchRound } from "../model/watch.ts";
import type { ExitCode, Io } from "./io.ts";
import { type Look, lookAt, runSignal } from "./look.ts";
import { openState } from "./open-state.ts";
import type { StateReader } from "./state.ts";
import { detailOf } from "./status.ts";
import { appendedText, jsonLines, type WatchOutput } from "./watch-output.ts";
import { terminalScreen } from "./watch-terminal.ts";

type StatusRequest = Extract<Request, { kind: "status" }>;

/** Where rounds come from, and the time between them; tests give their own. */
export interface WatchSource {
  look(signal: AbortSignal): Promise<Look>;
  close(): Promise<void> | void;
  /** Resolves after so many milliseconds, or earlier when the signal is aborted. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * Looks again after each probe cycle until Ctrl-C or the deadline, and shows what changed. The first round fails as a
 * single look would; later ones are shown as failed, and tried again. Exits 130, or with the last report's code where
 * the deadline or a closed pipe ended it.
 */
export async function watch(
  request: StatusRequest,
  flags: WatchFlags,
  io: Io,
  source: WatchSource = clusterSource(request, io),
): Promise<ExitCode> {
  const signal = runSignal(request, io);
  const output = outputOf(request, flags, io);
  const watching: Watching = { confirmCycles: flags.confirmCycles, io, source, output, signal };
  const state: Watched = { memory: null, last: null, number: 0, failures: 0 };
  try {
    while (!signal.aborted) {
      const waitMs = await oneRound(state, watching);
      if (waitMs === null) break;
      await countdown(waitMs, watching);
    }
  } finally {
    io.progress(null);
    await source.close();
  }
  if (state.last !== null) await output.end(state.last);
  return io.signal.aborted ? 130 : (state.last?.report.exitCode ?? 3);
}

interface Watching {
  readonly confirmCycles: number;
  readonly io: Io;
  readonly source: WatchSource;
  readonly output: WatchOutput;
  readonly signal: AbortSignal;
}

interface Watched {
  memory: WatchMemory | null;
  last: WatchRound | null;
  number: number;
  /** Failed rounds in a row. */
  failures: number;
}

/** Milliseconds until the next round; null ends the watch. */
async function oneRound(state: Watched, watching: Watching): Promise<number | null> {
  const { io, source, output, signal } = watching;
  state.number++;
  await output.waiting(0);
  try {
    const seen = await source.look(signal);
    io.progress(null);
    // A round that was cut short knows less than the one before it.
    if (signal.aborted && state.last !== null) return null;
    state.failures = 0;
    state.last = roundOf(state, seen, watching.confirmCycles);
    const waitMs = nextRoundMs(seen.facts);
    return (await output.round(state.last)) ? waitMs : null;
  } catch (error) {
    io.progress(null);
    if (signal.aborted && state.last !== null) return null;
    if (!(error instanceof HealthError) || state.last === null) throw error;
    const waitMs = Math.min(60_000, 10_000 * 2 ** state.failures++);
    const failed = { number: state.number, at: io.now().toISOString(), error: error.message };
    return (await output.failed(failed)) ? waitMs : null;
  }
}

function roundOf(state: Watched, { report }: Look, confirmCycles: number): WatchRound {
  const { memory, changes, brokenPaths, suspectedPaths } = follow(state.memory, report, confirmCycles);
  state.memory = memory;
  return {
    number: state.number,
    report,
    at: report.takenAt || report.generatedAt,
    standing: memory.standing.is,
    since: memory.standing.since,
    confirmCycles,
    brokenPaths,
    suspectedPaths,
    changes,
  };
}

/** In steps of a second, so that a terminal shows how long it is still. */
async function countdown(ms: number, { source, output, signal }: Watching): Promise<void> {
  for (let left = ms; left > 0 && !signal.aborted; left -= 1000) {
    await output.waiting(left);
    await source.pause(Math.min(1000, left), signal);
  }
}

function outputOf(request: StatusRequest, { format }: WatchFlags, io: Io): WatchOutput {
  if (format === "json" || (format === null && !io.stdoutIsTerminal)) return jsonLines(request, io);
  return io.stdoutIsTerminal ? terminalScreen(request, io) : appendedText(request, io);
}

/** One connection for all rounds: a kubeconfig that is switched meanwhile does not move the watch to another cluster. */
export function clusterSource(request: StatusRequest, io: Io, pause: WatchSource["pause"] = io.pause): WatchSource {
  let state: StateReader | null = null;
  return {
    look: async (signal) => {
      state ??= await openState(request, io);
      return lookAt(state, request, io, signal, null, detailOf(request));
    },
    close: () => state?.close(),
    pause,
  };
}
