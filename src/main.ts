import { homedir } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { parseRequest } from "./cli/parse-request.ts";
import type { ShowFlags } from "./cli/request.ts";
import type { ExitCode, Io } from "./commands/io.ts";
import { HealthError } from "./model/errors.ts";
import { shown, shownLines } from "./model/visible-text.ts";

declare const __VERSION__: string;
declare const __SCENARIOS__: string;

/** Stamped by the build from package.json. */
const version = typeof __VERSION__ === "string" ? __VERSION__ : "0.0.0-source";

/** The build packs the demo's scenarios into one file beside the program. */
const scenariosBeside = typeof __SCENARIOS__ === "string" ? __SCENARIOS__ : "./demo/scenarios/";

/** The process edge: argv, environment, streams, signals, exit code. Beside the entry, which checks the Node version, only this file touches `process`. The scenarios' bytes are given where they stand beside no program. */
export async function start(packedScenarios?: Uint8Array): Promise<void> {
  endQuietlyOnClosedPipe();
  const request = parseRequest(process.argv.slice(2));
  if (request.kind === "help") {
    process.stdout.write(request.text);
    return;
  }
  if (request.kind === "wrong") {
    process.stderr.write(`error: ${request.message}\n${request.hint}\n`);
    process.exitCode = 2;
    return;
  }
  const quiet = "show" in request ? request.show.quiet : false;
  const verbose = "connection" in request && (request.connection?.verbosity ?? 0) > 0;
  const io = processIo(quiet, packedScenarios ?? new URL(scenariosBeside, import.meta.url));
  if ("show" in request) io.progress("starting");
  const { run } = await import("./commands/run.ts");
  process.exitCode = await run(request, io).catch((error: unknown) => explain(error, io, verbose));
  // Its answer is written; a login plugin or a connection that is still under way must not keep the shell waiting.
  if (request.kind === "complete") process.exit();
}

/**
 * One sentence, what to do, and with -v the causes. Anything but a HealthError is a bug of ours and says so. A server's
 * own words may be in each of them.
 */
function explain(error: unknown, io: Io, verbose: boolean): ExitCode {
  io.progress(null);
  if (io.signal.aborted) return 130;
  const known = error instanceof HealthError;
  const message = error instanceof Error ? error.message : String(error);
  const head = known ? `error: ${message}` : `error: this program failed: ${message} (run it with -v 1 for details)`;
  const said = [head, known ? error.hint : "", verbose ? causes(error) : ""].filter((text) => text !== "").join("\n");
  process.stderr.write(`${shownLines(said)}\n`);
  return known ? error.exitCode : 3;
}

function causes(error: unknown): string {
  const lines: string[] = [];
  for (let cause = error; cause instanceof Error && lines.length < 8; cause = cause.cause) {
    lines.push(`cause: ${cause.stack ?? cause.message}`);
  }
  return lines.join("\n");
}

function processIo(quiet: ShowFlags["quiet"], scenarios: Io["scenarios"]): Io {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupt.abort());
  const notice = (line: string) => {
    if (!quiet) process.stderr.write(`${shownLines(line)}\n`);
  };
  const line = quiet || process.stderr.isTTY !== true ? noLine : progressLine();
  return {
    write: writeStdout,
    output: (stream, bytes) => writeTo(process[stream], bytes),
    notice,
    progress: line.show,
    get columns() {
      return process.stdout.columns || 80;
    },
    get rows() {
      return process.stdout.rows || 24;
    },
    stdoutIsTerminal: process.stdout.isTTY === true,
    stderrIsTerminal: process.stderr.isTTY === true,
    signal: interrupt.signal,
    now: () => new Date(),
    // Ends early when aborted.
    pause: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
    environment: {
      env: process.env,
      homeDir: homedir(),
      cwd: process.cwd(),
      platform: process.platform,
      // Only asked for a login plugin: opening stdin loads what nothing else needs.
      get stdinIsTerminal() {
        return process.stdin.isTTY === true;
      },
      notice,
      lendTerminal: line.lend,
      userAgent: `kubectl-cilium_health/${version}`,
    },
    version,
    scenarios,
  };
}

interface ProgressLine {
  show(text: string | null): void;
  lend<T>(run: () => Promise<T>): Promise<T>;
}

const noLine: ProgressLine = { show: () => {}, lend: (run) => run() };

/** Redraws one line on stderr; null clears it. It is gone while the terminal is lent, and back as it is by then. */
function progressLine(): ProgressLine {
  let wanted = "";
  let drawn = "";
  let lent = 0;
  const draw = () => {
    const text = lent > 0 ? "" : wanted;
    if (text === drawn) return;
    drawn = text;
    process.stderr.write(`\r\u001b[K${drawn}`);
  };
  const show = (text: string | null) => {
    wanted = shown(text ?? "");
    draw();
  };
  const lend = async <T>(run: () => Promise<T>): Promise<T> => {
    lent++;
    draw();
    try {
      return await run();
    } finally {
      lent--;
      draw();
    }
  };
  return { show, lend };
}

/** Waits while the reader is slow; false once it is gone. Never `process.exit` after output: a pipe would be cut. */
function writeStdout(chunk: string): Promise<boolean> {
  return writeTo(process.stdout, chunk);
}

function writeTo(stream: NodeJS.WriteStream, chunk: string | Uint8Array): Promise<boolean> {
  if (stream.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    stream.write(chunk, (error) => resolve(error == null));
  });
}

/** `| head` closes the pipe: that is no error. */
function endQuietlyOnClosedPipe(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}
