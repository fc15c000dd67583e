import { nodesThatDiffer } from "../analyse/compare/list-rules.ts";
import type { Request } from "../cli/request.ts";
import { listCaptures } from "../collect/check-captures.ts";
import type { AgentOrder } from "../collect/collect.ts";
import type { Facts } from "../model/facts.ts";
import type { AgentPod } from "../model/kube.ts";
import type { ComparedLists, ListTables } from "../model/lists.ts";
import { parseCiliumEndpoint } from "../parse/kube-ciliumendpoints.ts";
import { listReducer } from "../parse/list-tables.ts";
import type { Io } from "./io.ts";
import { inLanes, shortFrom } from "./short-round.ts";
import type { StateReader } from "./state.ts";

type CheckRequest = Extract<Request, { kind: "check" }>;

/** Agents up to which their lists are compared unasked: each list holds every pod, so they grow with the square. */
const listsUpTo = 50;

/** The lists that agents are compared by, as far as they are cheap or asked for. */
export async function comparedLists(
  state: StateReader,
  request: CheckRequest,
  facts: Facts,
  io: Io,
  signal: AbortSignal,
): Promise<ComparedLists> {
  const pods = answeringPods(facts);
  const isAll = request.lists || request.from !== null;
  const tooMany = (what: string) => `${what} were not asked for with ${pods.length} agents: --lists does`;
  const endpoints =
    isAll || pods.length < shortFrom ? await announcedEndpoints(state, signal) : tooMany("CiliumEndpoints");
  if (!isAll && pods.length > listsUpTo) {
    return { endpoints, first: tooMany("lists of addresses and Services"), again: null };
  }
  io.progress(`comparing the lists of ${pods.length} agents`);
  const first = await readLists(state, pods, signal);
  const again =
    request.from === null && request.confirm ? await secondReading(state, facts, first, pods, io, signal) : null;
  return { endpoints, first, again };
}

function answeringPods(facts: Facts): AgentPod[] {
  return facts.nodes.flatMap(({ agent }) => {
    const hasAnswered = agent !== null && (agent.health !== null || agent.status !== null);
    return hasAnswered && agent.pod.state === "running" ? [agent.pod] : [];
  });
}

async function announcedEndpoints(state: StateReader, signal: AbortSignal): Promise<ComparedLists["endpoints"]> {
  const outcome = await state.ciliumEndpoints(signal);
  if (outcome.kind === "absent") return outcome.message;
  return outcome.items.map(parseCiliumEndpoint).filter((endpoint) => endpoint !== null);
}

async function readLists(state: StateReader, pods: readonly AgentPod[], signal: AbortSignal): Promise<ListTables> {
  const reducer = listReducer();
  const orders = pods.map((pod): AgentOrder => ({ pod, captures: Object.values(listCaptures) }));
  await state.round(
    orders,
    (capture) => reducer.add(capture),
    signal,
    () => {},
  );
  return reducer.finish();
}

/** At most so many nodes that differ, and others beside them, are read again. */
const mostAgain = 12;
const controls = 4;
/** What has just changed somewhere is known everywhere by then. */
const settleMs = 2000;

/** Entries in flight look odd for a moment: those that differ and a few others are read once more. null where nobody is. */
async function secondReading(
  state: StateReader,
  facts: Facts,
  first: ListTables,
  pods: readonly AgentPod[],
  io: Io,
  signal: AbortSignal,
): Promise<ListTables | null> {
  const odd = new Set(nodesThatDiffer(facts, first).slice(0, mostAgain));
  if (odd.size === 0 || signal.aborted) return null;
  io.progress("reading what differs a second time");
  await io.pause(settleMs, signal);
  const others = pods.filter(({ node }) => !odd.has(node)).slice(0, Math.max(controls, odd.size));
  const asked = [...pods.filter(({ node }) => odd.has(node)), ...others];
  const reducer = listReducer();
  const orders = inLanes(asked.map((pod): AgentOrder => ({ pod, captures: Object.values(listCaptures) })));
  await state.round(
    orders,
    (capture) => reducer.add(capture),
    signal,
    () => {},
  );
  return signal.aborted ? null : reducer.finish();
}
