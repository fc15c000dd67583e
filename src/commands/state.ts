import type { SavedState } from "../bundle/captures-folder.ts";
import type { ReadFlags } from "../cli/request.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { CaptureSpec } from "../collect/captures.ts";
import { type AgentOrder, collect, type Refusal } from "../collect/collect.ts";
import type { Capture } from "../model/capture.ts";
import type { Source } from "../model/facts.ts";
import type { AgentPod, KubeList } from "../model/kube.ts";

/** Where captures come from: a live cluster or a saved state. Both are read by the same steps. */
export interface StateReader {
  readonly source: Source;
  lists(signal: AbortSignal): Promise<readonly KubeList[]>;
  /** Asks each agent its captures; a refusal means the API server lets this user exec nowhere. */
  round(
    orders: readonly AgentOrder[],
    sink: (capture: Capture) => void,
    signal: AbortSignal,
    agentDone: (done: number) => void,
  ): Promise<Refusal | null>;
  close(): void;
}

export function liveReader(
  cluster: Cluster,
  source: Source,
  lists: (signal: AbortSignal) => Promise<readonly KubeList[]>,
  flags: ReadFlags,
): StateReader {
  const mostChildren = 8;
  const { parallel, timeoutMs } = flags.collect;
  const limits = { parallel: flags.execVia === "kubectl" ? Math.min(parallel, mostChildren) : parallel, timeoutMs };
  return {
    source,
    lists,
    round: (orders, sink, signal, agentDone) => collect(cluster, orders, limits, sink, signal, agentDone),
    close: () => cluster.close(),
  };
}

export function savedReader(state: SavedState, source: Source): StateReader {
  return {
    source,
    lists: () => state.lists(),
    round: async (orders, sink, signal) => {
      for (const { pod, captures } of orders) {
        if (signal.aborted) break;
        await replay(state, pod, captures, sink);
      }
      return null;
    },
    close: () => {},
  };
}

/** Hands out what was recorded; an agent of which nothing was recorded stays one that was not asked. */
async function replay(
  state: SavedState,
  pod: AgentPod,
  captures: readonly CaptureSpec[],
  sink: (capture: Capture) => void,
): Promise<void> {
  for (const { id, argv } of captures) {
    const capture = await state.capture(pod.node, pod.name, id, argv);
    if (capture !== null) sink(capture);
  }
}
