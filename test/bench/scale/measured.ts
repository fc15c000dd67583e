import { spawn } from "node:child_process";

/** What one process took. Client alone: whoever answers it is another process. */
export interface Measured {
  /** Milliseconds of user and system time, of all threads. */
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly bytes: number;
  readonly peakMiB: number;
}

export interface Finished {
  readonly code: number | null;
  /** The first megabyte; a loop over a thousand agents prints a gigabyte. */
  readonly stdout: string;
  readonly stdoutBytes: number;
  readonly stderr: string;
}

const mostKept = 1024 * 1024;

/** Runs to its end; rejects when it cannot be started. */
export function finished(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr, stdoutBytes] = ["", "", 0];
    child.stdout.on("data", (chunk: Buffer) => {
      stdoutBytes += chunk.length;
      if (stdout.length < mostKept) stdout += chunk.toString("utf8");
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stdoutBytes, stderr }));
  });
}

/**
 * The same with its times, as GNU time tells them; the peak is that of the largest process. Bytes are its output's.
 * `check` throws when it did not do what is measured.
 */
export async function measured(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  check: (end: Finished) => void,
): Promise<Measured> {
  const end = await finished("/usr/bin/time", ["-f", "\n@%e %U %S %M", command, ...args], env);
  check(end);
  const { stdoutBytes, stderr } = end;
  const words = /@([\d.]+) ([\d.]+) ([\d.]+) (\d+)\s*$/.exec(stderr);
  if (words === null) throw new Error(`${command} was not measured: ${stderr.slice(-500)}`);
  const [wall = 0, user = 0, system = 0, kilobytes = 0] = words.slice(1).map(Number);
  return {
    cpuMs: (user + system) * 1000,
    wallMs: wall * 1000,
    bytes: stdoutBytes,
    peakMiB: kilobytes / 1024,
  };
}

export function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** Medians, each of its own. */
export function medians(all: readonly Measured[]): Measured {
  const of = (read: (one: Measured) => number) => middle(all.map(read));
  return {
    cpuMs: of((one) => one.cpuMs),
    wallMs: of((one) => one.wallMs),
    bytes: of((one) => one.bytes),
    peakMiB: of((one) => one.peakMiB),
  };
}
