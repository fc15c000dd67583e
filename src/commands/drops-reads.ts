import type { KnownPod } from "../analyse/drops/address-book.ts";
import { baseCaptures, confirmingCaptures } from "../collect/captures.ts";
import type { Capture } from "../model/capture.ts";
import type { AgentPod } from "../model/kube.ts";
import { readEndpointNames } from "../parse/endpoint-names.ts";
import { inLanes } from "./short-round.ts";
import type { StateReader } from "./state.ts";

export interface CounterRead {
  /** By node: the text of `bpf metrics list`. A node whose counters could not be read is not in it. */
  readonly counters: ReadonlyMap<string, string>;
  readonly pods: readonly KnownPod[];
}

/** Drop counters of these agents, and the names of their pods where these are wanted. */
export async function readCounters(
  agents: readonly AgentPod[],
  state: StateReader,
  signal: AbortSignal,
  withNames: boolean,
): Promise<CounterRead> {
  const counters = new Map<string, string>();
  const pods: KnownPod[] = [];
  const captures = [
    confirmingCaptures["bpf-metrics.json"],
    ...(withNames ? [baseCaptures["cilium-endpoint-list.json"]] : []),
  ];
  const take = ({ node, id, outcome }: Capture) => {
    if (outcome.kind !== "ok") return;
    if (id === "bpf-metrics.json") counters.set(node, new TextDecoder().decode(outcome.stdout));
    else pods.push(...readEndpointNames(outcome.stdout).map((one) => ({ ...one, node })));
  };
  await state.round(inLanes(agents.map((pod) => ({ pod, captures }))), take, signal, () => {});
  return { counters, pods };
}
