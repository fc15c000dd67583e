import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { EndEvent, StartRequest } from "./supervise.ts";

/** How a command ended that was run to its end. `code` is 128 + n after signal n was sent to it by its own timeout. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Milliseconds before the command is killed; 60 s unless told. */
  readonly timeoutMs?: number;
}

/** Runs one command to its end. Rejects only when it could not be started or had to be killed. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
  const { env, cwd, stdin, timeoutMs = 60_000 } = options;
  return new Promise((resolve, reject) => {
    const settings = { env, timeout: timeoutMs, killSignal: "SIGKILL" as const, maxBuffer: 256 * 1024 * 1024 };
    const child = execFile(
      command,
      args,
      cwd === undefined ? settings : { ...settings, cwd },
      (error, stdout, stderr) => {
        if (error === null) resolve({ code: 0, stdout, stderr });
        else if (typeof error.code === "number") resolve({ code: error.code, stdout, stderr });
        else reject(new Error(`${command} ${args.join(" ")}: ${error.message}\n${stderr}`));
      },
    );
    // One that ends before it has read all of it says why by its exit code and its stderr, not by EPIPE.
    child.stdin?.on("error", () => {}).end(stdin ?? "");
  });
}

/** As `run`, and a code other than 0 is an error that carries what the command said. */
export async function runOk(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  const outcome = await run(command, args, options);
  if (outcome.code === 0) return outcome.stdout;
  throw new Error(`${command} ${args.join(" ")} exited with ${outcome.code}:\n${outcome.stderr}`);
}

/** The long-running processes of a rig; see supervise.ts for how they end. */
export class Processes {
  readonly #supervisor: ChildProcessByStdio<Writable, Readable, null>;
  readonly #ended = new Map<string, string>();
  readonly #scratch: string;

  constructor(scratch: string) {
    this.#scratch = scratch;
    const program = join(import.meta.dirname, "supervise.ts");
    this.#supervisor = spawn(process.execPath, [program, scratch], { stdio: ["pipe", "pipe", "inherit"] });
    // A write to one that died is told by its exit code, not by EPIPE.
    this.#supervisor.stdin.on("error", () => {});
    createInterface({ input: this.#supervisor.stdout }).on("line", (line) => {
      const event = JSON.parse(line) as EndEvent;
      this.#ended.set(event.name, event.how);
    });
  }

  /** Starts a process and waits until `ready` says so; fails with the end of its log when it ends or takes over 60 s. */
  async start(request: StartRequest, ready: () => Promise<boolean>): Promise<void> {
    this.#supervisor.stdin.write(`${JSON.stringify(request)}\n`);
    const deadline = performance.now() + 60_000;
    while (!(await ready())) {
      const how = this.#ended.get(request.name);
      if (this.#supervisor.exitCode !== null) throw new Error(`supervise.ts ended before ${request.name} was ready`);
      if (how !== undefined)
        throw new Error(`${request.name} ended (${how}) before it was ready:\n${this.#log(request.name)}`);
      if (performance.now() > deadline)
        throw new Error(`${request.name} was not ready after 60 s:\n${this.#log(request.name)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Ends every process, removes the scratch folder. */
  async stop(): Promise<void> {
    if (this.#supervisor.exitCode === null) {
      const gone = new Promise((resolve) => this.#supervisor.once("exit", resolve));
      this.#supervisor.stdin.end();
      await gone;
    }
    rmSync(this.#scratch, { recursive: true, force: true });
  }

  #log(name: string): string {
    const path = join(this.#scratch, `${name}.log`);
    return existsSync(path) ? lastLines(path) : "(it logged nothing)";
  }
}

function lastLines(path: string): string {
  return readFileSync(path, "utf8").split("\n").slice(-15).join("\n");
}

/** TCP ports on loopback that nothing listens on at the moment. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once("error", reject).listen(0, "127.0.0.1", () => {
            const address = server.address();
            if (address === null || typeof address === "string") reject(new Error("no TCP port"));
            else resolve(address.port);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Command lines of the processes of this machine whose environment has a variable that starts like this. */
export function commandLinesWith(variable: string): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) =>
      processText(pid, "environ")
        .split("\0")
        .some((one) => one.startsWith(variable)),
    )
    .map((pid) => processText(pid, "cmdline").split("\0").join(" ").trim());
}

/** "" for one that has ended meanwhile, or is another user's. */
function processText(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}
