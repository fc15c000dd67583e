import type { Cluster, ExecRequest } from "../cluster/cluster.ts";
import type { ExecOutcome } from "../model/capture.ts";
import type { OutputStream } from "../model/exec.ts";
import type { AgentPod } from "../model/kube.ts";
import type { CollectLimits, Refusal } from "./collect.ts";
import { openLater, pause, refusalOf } from "./collect.ts";
import { pauseBeforeRetryMs } from "./outcomes.ts";
import { adaptivePace } from "./pace.ts";
import { runPool } from "./pool.ts";

export interface FanOutLimits extends CollectLimits {
  /** Bytes of stdout, and of stderr, after which a command is left. */
  readonly maxBytes: number;
}

/** Sees the command in each agent while it runs. */
export interface FanOutWatch {
  /** It is asked now. */
  begun(pod: AgentPod): void;
  /** A piece is good for the length of the call. */
  output(pod: AgentPod, stream: OutputStream, piece: Uint8Array): void;
  /** A promise while nobody should say more; null where there is room. */
  hold(): Promise<void> | null;
  /** `started`: whether the command may have been started. The next agent of this lane waits for the promise. */
  ended(pod: AgentPod, outcome: ExecOutcome, started: boolean): Promise<void> | void;
}

/**
 * Runs one command in every pod, a bounded number at a time, and never twice in one: it is somebody's own and may change
 * something, so only a request that surely started nothing is made again. The first exec goes alone until its command
 * has started: where the API server refuses it (401, 403) it would refuse all, so that is the end, and returned.
 */
export async function fanOut(
  cluster: Cluster,
  pods: readonly AgentPod[],
  argv: readonly string[],
  limits: FanOutLimits,
  watch: FanOutWatch,
  signal: AbortSignal,
): Promise<Refusal | null> {
  const gate = openLater<Refusal | null>();
  const pace = adaptivePace(limits.parallel, () => performance.now());
  let refusal: Refusal | null = null;
  const one = async (pod: AgentPod, onStart: () => void) => {
    let started = false;
    watch.begun(pod);
    const { namespace, name, container } = pod;
    const { timeoutMs, maxBytes } = limits;
    const request: ExecRequest = {
      ...{ namespace, pod: name, container, argv, timeoutMs, maxBytes },
      onStart: () => {
        started = true;
        onStart();
      },
      onStdout: (piece) => watch.output(pod, "stdout", piece),
      onStderr: (piece) => watch.output(pod, "stderr", piece),
      hold: () => watch.hold(),
    };
    const ask = () => cluster.exec(request, signal);
    let outcome = await ask();
    pace.heard(outcome);
    if (!started && surelyNotStarted(outcome) && !signal.aborted) {
      await pause(pauseBeforeRetryMs(outcome), signal);
      if (!signal.aborted) outcome = await ask();
    }
    return { outcome, started };
  };
  await runPool(pods, pace.width, signal, async (pod) => {
    const isFirst = pod === pods[0];
    if (!isFirst && ((await gate.opened) !== null || signal.aborted)) return;
    const { outcome, started } = await one(pod, () => gate.open(null));
    if (isFirst) {
      refusal = refusalOf(pod, outcome);
      gate.open(refusal);
    }
    if (refusal === null) await watch.ended(pod, outcome, started);
  });
  return refusal;
}

/** Refused before anything was handed on, or no connection was made. */
function surelyNotStarted(outcome: ExecOutcome): boolean {
  if (outcome.kind === "http") return outcome.status === 429 || outcome.status === 503;
  return outcome.kind === "network" && (outcome.code === "EMFILE" || outcome.code === "ENFILE");
}
