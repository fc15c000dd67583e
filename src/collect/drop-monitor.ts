import type { Cluster } from "../cluster/cluster.ts";
import { describeOutcome, type ExecOutcome } from "../model/capture.ts";
import type { AgentPod } from "../model/kube.ts";
import { programIsMissing } from "./outcomes.ts";

/** Seconds after the interrupt until `timeout` kills. */
export const killAfterSeconds = 3;

/** Bytes of one agent's events read at most; an event has about 1 KiB. */
const mostBytes = 256 * 1024 * 1024;
/** Milliseconds beyond the command's own end that an exec may take. */
const graceMs = 15_000;

/**
 * The drop monitor, ended by `timeout` in the agent's container: closing the connection would not end it. It sees its
 * interrupt only when the next event of any type comes in (cilium-dbg/cmd/monitor.go, consumeMonitorEvents), so a kill
 * follows. `--json` is as old as 1.2.
 */
export function monitorArgv(seconds: number, program: "cilium-dbg" | "cilium" = "cilium-dbg"): readonly string[] {
  const bound = ["timeout", "-s", "INT", "-k", String(killAfterSeconds), String(seconds)];
  return [...bound, program, "monitor", "--type", "drop", "--json"];
}

/** How watching one agent ended. */
export type MonitorEnd =
  | { readonly kind: "watched" }
  /** No `timeout` there that could bound the monitor: it was not started. */
  | { readonly kind: "unbounded"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "aborted" };

/** Runs the monitor in one agent for so many seconds, whatever --timeout says; `onStdout` gets what it prints. */
export async function monitorDrops(
  exec: Cluster["exec"],
  pod: AgentPod,
  seconds: number,
  onStdout: (piece: Uint8Array) => void,
  signal: AbortSignal,
): Promise<MonitorEnd> {
  const { namespace, name, container } = pod;
  const timeoutMs = (seconds + killAfterSeconds) * 1000 + graceMs;
  const run = (program: "cilium-dbg" | "cilium") =>
    exec(
      {
        namespace,
        pod: name,
        container,
        argv: monitorArgv(seconds, program),
        timeoutMs,
        maxBytes: mostBytes,
        onStdout,
      },
      signal,
    );
  const outcome = await run("cilium-dbg");
  return toEnd(monitorIsMissing(outcome) && !signal.aborted ? await run("cilium") : outcome);
}

/** coreutils' `timeout` gives 124 when it had to end the command, 137 when it had to kill it. */
const boundedCodes: ReadonlySet<number> = new Set([124, 137]);

function toEnd(outcome: ExecOutcome): MonitorEnd {
  if (outcome.kind === "aborted") return { kind: "aborted" };
  if (outcome.kind === "exit" && boundedCodes.has(outcome.code)) return { kind: "watched" };
  if (outcome.kind === "ok") return { kind: "failed", message: "the monitor ended by itself before its time was over" };
  if (timeoutIsMissing(outcome)) {
    return {
      kind: "unbounded",
      message:
        "its image has no usable `timeout`, and nothing else could end a monitor there: its counters were read alone",
    };
  }
  return { kind: "failed", message: describeOutcome(outcome) };
}

/** `timeout` ran, and did not find the program: 127, `timeout: failed to run command 'cilium-dbg': No such file …`. */
function monitorIsMissing(outcome: ExecOutcome): boolean {
  return outcome.kind === "exit" && /^timeout: (?:failed to run command|can't execute)/m.test(outcome.stderr);
}

/** Not there, or one that does not know these options (125 of coreutils; busybox prints its usage and gives 1). */
function timeoutIsMissing(outcome: ExecOutcome): boolean {
  if (monitorIsMissing(outcome)) return false;
  if (
    outcome.kind === "exit" &&
    (outcome.code === 125 || /^(?:timeout: |Usage: timeout|BusyBox )/m.test(outcome.stderr))
  )
    return true;
  return programIsMissing(outcome);
}
