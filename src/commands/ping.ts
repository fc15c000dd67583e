import { agentNodes, pingReport } from "../analyse/summary/ping.ts";
import type { Request } from "../cli/request.ts";
import type { AgentOrder } from "../collect/collect.ts";
import { pulseCaptures } from "../collect/pulse-captures.ts";
import type { PingReport } from "../model/ping.ts";
import { type PulseReducer, pulseReducer } from "../parse/agent-pulse.ts";
import { factsReducer } from "../parse/facts.ts";
import { pingChunks } from "../render/ping.ts";
import { refusalError } from "./exec-refused.ts";
import { oneZoneAfterTheOther, progressText } from "./fair-order.ts";
import { awaitFresh } from "./fresh.ts";
import type { ExitCode, Io } from "./io.ts";
import { rejectUnknownNodes, runSignal } from "./look.ts";
import { openState } from "./open-state.ts";
import { shortFrom } from "./short-round.ts";
import { renderOptions, writeAll } from "./show.ts";
import type { StateReader } from "./state.ts";

type PingRequest = Extract<Request, { kind: "ping" }>;

/** Is each agent's health API up, and how old is what it says; nothing is asked of the paths between them. */
export async function ping(request: PingRequest, io: Io): Promise<ExitCode> {
  const report = await pingAll(request, io);
  await writeAll(pingChunks(report, request.format, renderOptions(request.show, io, request.all)), io);
  return io.signal.aborted ? 130 : report.exitCode;
}

export async function pingAll(request: PingRequest, io: Io): Promise<PingReport> {
  const state = await openState(request, io);
  try {
    return await pingIn(state, request, io);
  } finally {
    io.progress(null);
    await state.close();
  }
}

async function pingIn(state: StateReader, request: PingRequest, io: Io): Promise<PingReport> {
  const signal = runSignal(request, io);
  const reducer = factsReducer(state.source, request.collect.container);
  for (const list of await state.lists(signal)) reducer.addList(list);
  const facts = reducer.finish();
  rejectUnknownNodes(request, facts);
  const nodes = agentNodes(facts, request.scope);
  const pods = nodes.flatMap(({ agent }) => (agent?.pod.state === "running" ? [agent.pod] : []));
  const inShort = request.from === null && pods.length >= shortFrom;
  const captures = pulseCaptures(inShort);
  const pulses = pulseReducer();
  const orders = oneZoneAfterTheOther(pods, nodes).map((pod): AgentOrder => ({ pod, captures }));
  const before = io.now().getTime();
  await askAll(state, orders, pulses, io, signal);
  const tookMs = io.now().getTime() - before;
  const waiting = { state, pods, pulses, inShort, flags: request, io, signal, tookMs };
  const waits = request.fresh ? await awaitFresh(waiting) : null;
  return pingReport(facts, pulses.pulse, {
    scope: request.scope,
    generatedAt: io.now().toISOString(),
    partial: signal.aborted || state.partial,
    notes: [...state.notes(), ...(waits?.notes ?? [])],
    notFresh: waits?.late ?? null,
  });
}

async function askAll(
  state: StateReader,
  orders: readonly AgentOrder[],
  pulses: PulseReducer,
  io: Io,
  signal: AbortSignal,
): Promise<void> {
  const started = io.now().getTime();
  const done = (count: number) => io.progress(progressText(count, orders.length, io.now().getTime() - started));
  done(0);
  const refusal = await state.round(orders, pulses.add, signal, done);
  if (refusal !== null) throw refusalError(refusal);
}
