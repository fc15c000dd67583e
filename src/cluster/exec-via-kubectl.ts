import { type ChildProcess, spawn } from "node:child_process";
import type { ExecOutcome } from "../model/capture.ts";
import type { ConnectionFlags } from "../model/request.ts";
import { ChildStderr } from "./child-stderr.ts";
import type { Environment, ExecRequest } from "./cluster.ts";
import { heldTimer } from "./held-timer.ts";
import { stdoutSink } from "./stdout-sink.ts";
import type { Clock } from "./wire.ts";

/** Milliseconds between the polite end and the other one. */
const killMs = 500;

/**
 * `--exec-via=kubectl`: the same exec by a kubectl child, for clusters that only kubectl gets through to. The kubectl
 * that started us ($KUBECTL_PATH), else the one in PATH. Costs 50 MB and 50 ms of CPU each: at most eight at once.
 */
export function execViaKubectl(
  flags: ConnectionFlags,
  environment: Environment,
  clock: Clock,
  request: ExecRequest,
  signal: AbortSignal,
): Promise<ExecOutcome> {
  if (signal.aborted) return Promise.resolve({ kind: "aborted" });
  const command = environment.env["KUBECTL_PATH"] || "kubectl";
  try {
    const child = spawn(command, kubectlArgv(flags, request), {
      cwd: environment.cwd,
      env: { ...environment.env },
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    return childOutcome(child, command, clock, request, signal);
  } catch (error) {
    return Promise.resolve(notStarted(command, error));
  }
}

/** Everything after `kubectl`: connection flags as they were given to us, then the exec; never a shell. */
export function kubectlArgv(flags: ConnectionFlags, request: ExecRequest): string[] {
  const single: [string, string | null][] = [
    ["kubeconfig", flags.kubeconfig],
    ["context", flags.context],
    ["cluster", flags.cluster],
    ["user", flags.user],
    ["server", flags.server],
    ["token", flags.token],
    ["as", flags.as],
    ["as-uid", flags.asUid],
    ["certificate-authority", flags.certificateAuthority],
    ["client-certificate", flags.clientCertificate],
    ["client-key", flags.clientKey],
    ["tls-server-name", flags.tlsServerName],
  ];
  return [
    ...single.flatMap(([name, value]) => (value === null ? [] : [`--${name}=${value}`])),
    ...flags.asGroups.map((group) => `--as-group=${group}`),
    ...(flags.insecureSkipTlsVerify ? ["--insecure-skip-tls-verify"] : []),
    `--namespace=${request.namespace}`,
    "exec",
    `--container=${request.container}`,
    request.pod,
    "--",
    ...request.argv,
  ];
}

function childOutcome(
  child: ChildProcess,
  command: string,
  clock: Clock,
  request: ExecRequest,
  signal: AbortSignal,
): Promise<ExecOutcome> {
  const stdout = stdoutSink(request.maxBytes, request.onStdout);
  return new Promise((resolve) => {
    let early: ExecOutcome | null = null;
    let stopKill = () => {};
    const end = (outcome: ExecOutcome) => {
      if (early !== null) return;
      early = outcome;
      child.kill("SIGTERM");
      stopKill = clock.after(killMs, () => {
        child.kill("SIGKILL");
        // A login plugin that kubectl started may still hold these open.
        child.stdout?.destroy();
        child.stderr?.destroy();
      });
    };
    const time = heldTimer(clock, request.timeoutMs, () =>
      end({ kind: "timeout", phase: "command", afterMs: request.timeoutMs }),
    );
    const abort = () => end({ kind: "aborted" });
    signal.addEventListener("abort", abort, { once: true });
    const settle = (outcome: ExecOutcome) => {
      time.stop();
      stopKill();
      signal.removeEventListener("abort", abort);
      resolve(early ?? outcome);
    };
    const told = request.onStderr === undefined ? null : stdoutSink(request.maxBytes, request.onStderr);
    const stderr = new ChildStderr((piece) => {
      if (told?.add(piece) === false) end({ kind: "too-big", limitBytes: request.maxBytes });
    });
    child.on("spawn", () => request.onStart?.());
    child.stdout?.on("data", (piece: Buffer) => {
      if (early !== null) return;
      if (!stdout.add(piece)) return end({ kind: "too-big", limitBytes: request.maxBytes });
      const until = request.hold?.() ?? null;
      if (until === null) return;
      time.hold();
      child.stdout?.pause();
      void until.then(() => {
        time.release();
        child.stdout?.resume();
      });
    });
    child.stderr?.on("data", (piece: Buffer) => stderr.add(piece));
    child.on("error", (error) => settle(notStarted(command, error)));
    child.on("close", (code, killedBy) => {
      const { word, stderr: text } = stderr.end(code === 0 || code === null);
      if (code === 0) settle({ kind: "ok", stdout: stdout.bytes(), stderr: text });
      else if (code === null)
        settle({ kind: "remote-error", message: `kubectl was ended by ${killedBy ?? "a signal"}`, stderr: text });
      else settle(kubectlFailure(word, stdout.bytes(), text));
    });
  });
}

function notStarted(command: string, thrown: unknown): ExecOutcome {
  const error: Error & { readonly code?: unknown } = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = typeof error.code === "string" ? error.code : "";
  const message =
    code === "ENOENT"
      ? `--exec-via=kubectl needs a kubectl: ${command} was not found ($KUBECTL_PATH is looked at first, then PATH)`
      : `${command} could not be started: ${error.message}`;
  return { kind: "network", code, message };
}

const httpStatus = new Map([
  ["BadRequest", 400],
  ["Unauthorized", 401],
  ["Forbidden", 403],
  ["NotFound", 404],
  ["Conflict", 409],
  ["TooManyRequests", 429],
  ["ServiceUnavailable", 503],
  ["Timeout", 504],
]);

/**
 * kubectl ends with the command's own code, and with 1 for every trouble of its own: its last word tells which
 * (k8s.io/kubectl pkg/cmd/util/helpers.go; k8s.io/client-go util/exec for "command terminated").
 */
export function kubectlFailure(word: string, stdout: Uint8Array, stderr: string): ExecOutcome {
  const terminated = /^command terminated with exit code (\d{1,9})$/.exec(word);
  if (terminated !== null) {
    return { kind: "exit", code: Number(terminated[1]), stdout, stderr };
  }
  const refused = /^Error from server(?: \((\w+)\))?: (.*)$/.exec(word);
  const reason = refused?.[1] ?? "";
  const message = refused?.[2] ?? word;
  const status = httpStatus.get(reason);
  if (status !== undefined) return { kind: "http", status, reason, message, retryAfterSeconds: null };
  if (/^error: You must be logged in to the server/.test(word)) {
    return { kind: "http", status: 401, reason: "Unauthorized", message, retryAfterSeconds: null };
  }
  if (/^(Unable to connect to the server|The connection to the server)/.test(word)) {
    return {
      kind: "network",
      code: /connection to the server .* was refused/.test(word) ? "ECONNREFUSED" : "",
      message,
    };
  }
  return { kind: "remote-error", message: message || "kubectl failed without a word", stderr };
}
