// Owns the rig's processes, so that they end with the test run however that ends: when the runner closes this
// program's stdin, or dies and the kernel closes it, everything started is killed and the scratch folder removed.
//
// stdin: one StartRequest a line. stdout: one Event a line.
import { type ChildProcess, spawn } from "node:child_process";
import { openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Start `command`; its output goes to `<scratch>/<name>.log`. */
export interface StartRequest {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A started process ended, or could not be started. */
export interface EndEvent {
  readonly name: string;
  readonly how: string;
}

const scratch = process.argv[2];
if (scratch === undefined) throw new Error("usage: supervise.ts SCRATCH_FOLDER");
const children: ChildProcess[] = [];

// Ctrl-C reaches the whole terminal group; the runner stops first and closes stdin.
process.on("SIGINT", () => {});
process.on("SIGTERM", stop);

createInterface({ input: process.stdin })
  .on("line", (line) => start(JSON.parse(line) as StartRequest))
  .on("close", stop);

function start(request: StartRequest): void {
  const log = openSync(join(scratch as string, `${request.name}.log`), "a");
  const child = spawn(request.command, request.args, {
    cwd: scratch,
    env: request.env,
    stdio: ["ignore", log, log],
    detached: true,
  });
  children.push(child);
  child.on("error", (error) => report({ name: request.name, how: error.message }));
  child.on("exit", (code, signal) => report({ name: request.name, how: signal ?? `code ${code}` }));
}

function report(event: EndEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

function stop(): void {
  // Nothing they hold outlives the scratch folder, and an API server asked politely keeps its port for a minute.
  for (const child of children.toReversed()) child.kill("SIGKILL");
  rmSync(scratch as string, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  process.exit(0);
}
