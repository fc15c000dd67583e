import type { SavedState } from "../bundle/saved-state.ts";
import type { ReadFlags } from "../cli/request.ts";
import type { Cluster, ListRequest, LogOutcome, LogRequest } from "../cluster/cluster.ts";
import type { CaptureSpec } from "../collect/captures.ts";
import { type AgentOrder, type CollectLimits, collect, type Refusal, type Sink } from "../collect/collect.ts";
import { mostAtOnce } from "../collect/pace.ts";
import { replySizes } from "../collect/reply-sizes.ts";
import type { Capture } from "../model/capture.ts";
import type { Source } from "../model/facts.ts";
import type { AgentPod, KubeList, KubeOutcome } from "../model/kube.ts";

/** Where captures come from: a live cluster or a saved state. Both are read by the same steps. */
export interface StateReader {
  readonly source: Source;
  /** What a saved state lacks, as sentences; more of them may be known at the end than at the start. */
  notes(): readonly string[];
  /** The saving was interrupted: what is there is not all. */
  readonly partial: boolean;
  lists(signal: AbortSignal): Promise<readonly KubeList[]>;
  /** CiliumEndpoints of every namespace: one a pod, so they are read where they are wanted alone. */
  ciliumEndpoints(signal: AbortSignal): Promise<KubeOutcome>;
  /** Asks each agent its captures; a refusal means the API server lets this user exec nowhere. */
  round(
    orders: readonly AgentOrder[],
    sink: Sink,
    signal: AbortSignal,
    agentDone: (done: number) => void,
  ): Promise<Refusal | null>;
  /** One command of its own kind, outside the rounds; null where there is nobody to ask: a saved state. */
  readonly exec: Cluster["exec"] | null;
  /** null where there is nobody to ask: a saved state. */
  podLog(request: LogRequest, signal: AbortSignal): Promise<LogOutcome> | null;
  close(): Promise<void> | void;
}

const ciliumEndpointsRequest: ListRequest = {
  group: "cilium.io",
  version: "v2",
  plural: "ciliumendpoints",
  namespace: null,
  labelSelector: null,
  fieldSelector: null,
};

export function liveReader(
  cluster: Cluster,
  source: Source,
  lists: (signal: AbortSignal) => Promise<readonly KubeList[]>,
  flags: ReadFlags,
): StateReader {
  const sizes = replySizes();
  let agents = 0;
  let isAllowed = false;
  return {
    source,
    notes: () => [],
    partial: false,
    lists: async (signal) => {
      const read = await lists(signal);
      agents = read.reduce((count, { resource, outcome }) => count + (resource === "pods" ? lengthOf(outcome) : 0), 0);
      return read;
    },
    exec: (request, signal) => cluster.exec(request, signal),
    ciliumEndpoints: (signal) => cluster.list(ciliumEndpointsRequest, signal),
    podLog: (request, signal) => cluster.podLog(request, signal),
    round: async (orders, sink, signal, agentDone) => {
      const limits = { ...limitsOf(flags, agents), sizes, isAllowed };
      const refusal = await collect(cluster, orders, limits, sink, signal, agentDone);
      isAllowed ||= refusal === null && orders.length > 0 && !signal.aborted;
      return refusal;
    },
    close: () => cluster.close(),
  };
}

function lengthOf(outcome: KubeOutcome): number {
  return outcome.kind === "ok" ? outcome.items.length : 0;
}

/** Children of kubectl cost 50 MB each. */
const mostChildren = 8;

/** `agents`: how many there are in all, whoever of them is asked. */
export function limitsOf({ collect: { parallel, timeoutMs }, execVia }: ReadFlags, agents: number): CollectLimits {
  const most = mostAtOnce(parallel, agents);
  return { parallel: execVia === "kubectl" ? Math.min(most, mostChildren) : most, timeoutMs };
}

export function savedReader(state: SavedState): StateReader {
  return {
    source: state.source,
    notes: () => state.notes(),
    partial: state.partial,
    lists: () => state.lists(),
    exec: null,
    ciliumEndpoints: () => state.ciliumEndpoints(),
    podLog: () => null,
    round: async (orders, sink, signal) => {
      for (const { pod, captures } of orders) {
        if (signal.aborted) break;
        await replay(state, pod, captures, sink);
      }
      return null;
    },
    close: () => state.close(),
  };
}

/** Of a saved capture at least so much is read, whatever a live agent may print: it is on a disk already. */
const savedBytes = 32 * 1024 * 1024;

/**
 * Hands out what was recorded; an agent of which nothing was recorded stays one that was not asked. A capture beyond
 * the limit of a live one is as good as none: to read it would cost many times its size.
 */
async function replay(state: SavedState, pod: AgentPod, captures: readonly CaptureSpec[], sink: Sink): Promise<void> {
  for (const { id, argv, maxBytes } of captures) {
    const capture = await state.capture(pod.node, pod.name, id, argv);
    if (capture !== null) await sink(withinLimit(capture, Math.max(maxBytes, savedBytes)));
  }
}

function withinLimit(capture: Capture, limitBytes: number): Capture {
  const { outcome } = capture;
  const bytes = outcome.kind === "ok" || outcome.kind === "exit" ? outcome.stdout.length : 0;
  return bytes > limitBytes ? { ...capture, outcome: { kind: "too-big", limitBytes } } : capture;
}
