import type { Cluster } from "../cluster/cluster.ts";
import type { Capture, CaptureOutcome, ExecOutcome } from "../model/capture.ts";
import type { AgentPod } from "../model/kube.ts";
import { type CaptureSpec, withOldName } from "./captures.ts";
import { isCompleteJson } from "./complete.ts";
import { runPool } from "./pool.ts";

/** What to ask of whom. */
export interface AgentOrder {
  readonly pod: AgentPod;
  readonly captures: readonly CaptureSpec[];
}

export interface CollectLimits {
  readonly parallel: number;
  /** Milliseconds for one exec, counted from its start. */
  readonly timeoutMs: number;
}

/**
 * Asks every agent and hands each capture to the sink as soon as it is known; nothing is kept here. A failed capture
 * is a value. The first exec runs alone: where the API server refuses it (401, 403) it would refuse all, so
 * collecting stops there and the refusal is returned.
 */
export async function collect(
  cluster: Cluster,
  orders: readonly AgentOrder[],
  limits: CollectLimits,
  sink: (capture: Capture) => void,
  signal: AbortSignal,
  agentDone: (done: number) => void,
): Promise<Refusal | null> {
  let done = 0;
  const runOne = async (order: AgentOrder) => {
    await askAgent(cluster, order, limits.timeoutMs, sink, signal);
    agentDone(++done);
  };
  const [first, ...rest] = orders;
  if (first === undefined) return null;
  const refusal = await askFirst(cluster, first, limits.timeoutMs, sink, signal);
  if (refusal !== null) return refusal;
  agentDone(++done);
  await runPool(rest, limits.parallel, signal, runOne);
  return null;
}

/** The API server does not let this user exec. */
export interface Refusal {
  readonly pod: AgentPod;
  readonly status: 401 | 403;
  readonly message: string;
}

async function askFirst(
  cluster: Cluster,
  order: AgentOrder,
  timeoutMs: number,
  sink: (capture: Capture) => void,
  signal: AbortSignal,
): Promise<Refusal | null> {
  let refusal: Refusal | null = null;
  const watch = (capture: Capture) => {
    const { outcome } = capture;
    if (outcome.kind === "http" && (outcome.status === 401 || outcome.status === 403)) {
      refusal ??= { pod: order.pod, status: outcome.status, message: outcome.message };
    }
    sink(capture);
  };
  await askAgent(cluster, order, timeoutMs, watch, signal);
  return refusal;
}

async function askAgent(
  cluster: Cluster,
  order: AgentOrder,
  timeoutMs: number,
  sink: (capture: Capture) => void,
  signal: AbortSignal,
): Promise<void> {
  const { pod } = order;
  let givenUp: CaptureOutcome | null = null;
  for (const spec of order.captures) {
    const asked: { argv: readonly string[]; outcome: CaptureOutcome } =
      givenUp === null
        ? await askOnceMore(cluster, pod, spec, timeoutMs, signal)
        : { argv: spec.argv, outcome: givenUp };
    sink({ node: pod.node, pod: pod.name, id: spec.id, argv: asked.argv, outcome: asked.outcome });
    if (givenUp === null && agentIsOutOfReach(asked.outcome)) givenUp = asked.outcome;
  }
}

/** One capture: the old program name where the new one is missing, one retry where a second try can help. */
async function askOnceMore(
  cluster: Cluster,
  pod: AgentPod,
  spec: CaptureSpec,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<{ argv: readonly string[]; outcome: CaptureOutcome }> {
  const ask = async (argv: readonly string[]): Promise<CaptureOutcome> => {
    const { namespace, name, container } = pod;
    const request = { namespace, pod: name, container, argv, timeoutMs, maxBytes: spec.maxBytes };
    return checkWhole(await cluster.exec(request, signal), spec);
  };
  let argv = spec.argv;
  let outcome = await ask(argv);
  const oldName = withOldName(spec.argv);
  if (oldName !== null && programIsMissing(outcome)) {
    argv = oldName;
    outcome = await ask(argv);
  }
  if (isWorthAnotherTry(outcome, spec) && !signal.aborted) outcome = await ask(argv);
  return { argv, outcome };
}

function checkWhole(outcome: ExecOutcome, spec: CaptureSpec): CaptureOutcome {
  if (outcome.kind !== "ok" || !spec.json || isCompleteJson(outcome.stdout)) return outcome;
  return { kind: "cut", bytes: outcome.stdout.length };
}

/** 126 and 127 are the runtime's codes for a program that cannot be started; some runtimes say it in words alone. */
export function programIsMissing(outcome: CaptureOutcome): boolean {
  if (outcome.kind === "exit" && (outcome.code === 126 || outcome.code === 127)) return true;
  const said =
    outcome.kind === "exit"
      ? outcome.stderr
      : outcome.kind === "remote-error" || outcome.kind === "http"
        ? outcome.message
        : "";
  return /executable file not found|no such file or directory.*exec|exec.*no such file or directory/i.test(said);
}

/** Transient by nature. An empty reply that ended well is one too: an exec can lose all its bytes. */
function isWorthAnotherTry(outcome: CaptureOutcome, spec: CaptureSpec): boolean {
  switch (outcome.kind) {
    case "cut":
    case "closed-without-status":
      return true;
    case "network":
      return outcome.code === "ECONNRESET" || outcome.code === "EPIPE";
    case "timeout":
      return outcome.phase === "handshake";
    case "http":
      return outcome.status === 429 || (outcome.status >= 502 && outcome.status <= 504);
    case "ok":
      return spec.json && outcome.stdout.length === 0;
    default:
      return false;
  }
}

/** After these the agent's other captures would only wait for the same end. */
function agentIsOutOfReach(outcome: CaptureOutcome): boolean {
  switch (outcome.kind) {
    case "http":
    case "timeout":
    case "dead-peer":
    case "network":
    case "aborted":
      return true;
    case "remote-error":
      return !programIsMissing(outcome);
    default:
      return false;
  }
}
