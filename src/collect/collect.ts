import type { Cluster } from "../cluster/cluster.ts";
import type { Capture, CaptureOutcome, ExecOutcome } from "../model/capture.ts";
import type { AgentPod } from "../model/kube.ts";
import { type CaptureSpec, withOldName } from "./captures.ts";
import { isWhole } from "./complete.ts";
import { agentIsOutOfReach, isWorthAnotherTry, pauseBeforeRetryMs, programIsMissing } from "./outcomes.ts";
import { adaptivePace, type Pace } from "./pace.ts";
import { runPool } from "./pool.ts";
import { type ReplySizes, replySizes } from "./reply-sizes.ts";

/** What to ask of whom. */
export interface AgentOrder {
  readonly pod: AgentPod;
  readonly captures: readonly CaptureSpec[];
  /** All captures at once instead of one after the other; of the very first agent only once the first of all has ended. */
  readonly sideBySide?: boolean;
}

/** Takes a capture as soon as it is known; where it has to wait (for a disk), that agent's next command waits too. */
export type Sink = ((capture: Capture) => void) | ((capture: Capture) => Promise<void> | void);

export interface CollectLimits {
  /** Agents asked at once at most; fewer where more do not help. */
  readonly parallel: number;
  /** Milliseconds for one exec, counted from its start. */
  readonly timeoutMs: number;
  /** An exec has been let through before: the first need not be waited for. */
  readonly isAllowed?: boolean;
  /** What earlier rounds of the run have shown; without it nothing is known of replies yet. */
  readonly sizes?: ReplySizes;
}

/** The API server does not let this user exec. */
export interface Refusal {
  readonly pod: AgentPod;
  readonly status: 401 | 403;
  readonly message: string;
}

/**
 * Asks every agent and hands each capture to the sink as soon as it is known; nothing is kept here. A failed capture
 * is a value, and one of an agent that is not running is `not-run`. The first exec runs alone: where the API server
 * refuses it (401, 403) it would refuse all, so collecting stops there and the refusal is returned.
 */
export async function collect(
  cluster: Cluster,
  orders: readonly AgentOrder[],
  limits: CollectLimits,
  sink: Sink,
  signal: AbortSignal,
  agentDone: (done: number) => void,
): Promise<Refusal | null> {
  const first = limits.isAllowed === true ? undefined : orders.find((order) => isRunning(order.pod));
  const gate = openLater<void>();
  let isOpen = first === undefined;
  let refusal: Refusal | null = null;
  let done = 0;
  const pace = adaptivePace(limits.parallel, () => performance.now());
  const sizes = limits.sizes ?? replySizes();
  const line: Line = { cluster, timeoutMs: limits.timeoutMs, pace, sizes, signal };
  const letIn = () => {
    isOpen = true;
    gate.open();
  };
  const askFirst = (order: AgentOrder) =>
    askAgent(line, order, sink, (outcome) => {
      refusal = refusalOf(order.pod, outcome);
      letIn();
    }).finally(letIn);
  const ask = async (order: AgentOrder) => {
    if (order === first) await askFirst(order);
    else if (!isRunning(order.pod)) await sayNotRun(order, sink);
    else if (refusal !== null || signal.aborted) return;
    else await askAgent(line, order, sink);
    if (refusal === null) agentDone(++done);
  };
  // Until the first reply nobody knows whether others are let in, nor how large their replies are.
  const width = () => (isOpen ? Math.min(pace.width(), sizes.lanes()) : 1);
  await runPool(orders, width, signal, ask, gate.opened);
  return refusal;
}

function isRunning(pod: AgentPod): boolean {
  return pod.state === "running";
}

/** A promise that is settled from outside; only the first value counts. */
export function openLater<T>(): { readonly opened: Promise<T>; open(value: T): void } {
  let open: (value: T) => void = () => undefined;
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { opened, open: (value) => open(value) };
}

export function refusalOf(pod: AgentPod, outcome: CaptureOutcome): Refusal | null {
  if (outcome.kind !== "http" || (outcome.status !== 401 && outcome.status !== 403)) return null;
  return { pod, status: outcome.status, message: outcome.message };
}

/** An exec into a container that is not running only waits or fails: nothing is run there. */
async function sayNotRun({ pod, captures }: AgentOrder, sink: Sink): Promise<void> {
  const message = `its agent is not running (${pod.reason || pod.state})`;
  for (const { id, argv } of captures) {
    await sink({ node: pod.node, pod: pod.name, id, argv, outcome: { kind: "not-run", message } });
  }
}

/** What every exec of a run shares. */
interface Line {
  readonly cluster: Cluster;
  readonly timeoutMs: number;
  readonly pace: Pace;
  readonly sizes: ReplySizes;
  readonly signal: AbortSignal;
}

async function askAgent(
  line: Line,
  order: AgentOrder,
  sink: Sink,
  heard: (outcome: CaptureOutcome) => void = nobodyWaits,
): Promise<void> {
  const { pod } = order;
  let givenUp: CaptureOutcome | null = null;
  const ask = async (spec: CaptureSpec) => {
    const asked: Asked = givenUp === null ? await askOnceMore(line, pod, spec) : { argv: spec.argv, outcome: givenUp };
    await sink({ node: pod.node, pod: pod.name, id: spec.id, argv: asked.argv, outcome: asked.outcome });
    if (givenUp === null && agentIsOutOfReach(asked.outcome)) givenUp = asked.outcome;
    heard(asked.outcome);
  };
  const isFirst = heard !== nobodyWaits;
  const alone = order.sideBySide !== true ? order.captures.length : isFirst ? 1 : 0;
  for (const spec of order.captures.slice(0, alone)) await ask(spec);
  await Promise.all(order.captures.slice(alone).map(ask));
}

const nobodyWaits = () => undefined;

interface Asked {
  readonly argv: readonly string[];
  readonly outcome: CaptureOutcome;
}

/** One capture: the old program name where the new one is missing, one retry where a second try can help. */
async function askOnceMore(
  { cluster, timeoutMs, pace, sizes, signal }: Line,
  pod: AgentPod,
  spec: CaptureSpec,
): Promise<Asked> {
  const ask = async (argv: readonly string[]): Promise<CaptureOutcome> => {
    const { namespace, name, container } = pod;
    const request = { namespace, pod: name, container, argv, timeoutMs, maxBytes: spec.maxBytes };
    const outcome = await cluster.exec(request, signal);
    pace.heard(outcome);
    sizes.heard(outcome);
    return checkWhole(outcome, spec);
  };
  let argv = spec.argv;
  let outcome = await ask(argv);
  const oldName = withOldName(spec.argv);
  if (oldName !== null && programIsMissing(outcome) && !signal.aborted) {
    argv = oldName;
    outcome = await ask(argv);
  }
  if (isWorthAnotherTry(outcome, spec)) {
    await pause(pauseBeforeRetryMs(outcome), signal);
    if (!signal.aborted) outcome = await ask(argv);
  }
  return { argv, outcome };
}

function checkWhole(outcome: ExecOutcome, spec: CaptureSpec): CaptureOutcome {
  if (outcome.kind !== "ok" || isWhole(outcome.stdout, spec)) return outcome;
  return { kind: "cut", bytes: outcome.stdout.length };
}

/** Ends early when aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0 || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
