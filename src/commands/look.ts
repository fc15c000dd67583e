import { analyse, wants } from "../analyse/analyse.ts";
import { unmatched } from "../analyse/scope.ts";
import type { ReadFlags } from "../cli/request.ts";
import { baseCaptures, confirmingCaptures } from "../collect/captures.ts";
import type { AgentOrder, Refusal } from "../collect/collect.ts";
import { captureIds } from "../model/capture.ts";
import { HealthError } from "../model/errors.ts";
import type { Facts } from "../model/facts.ts";
import type { AgentPod } from "../model/kube.ts";
import type { Report, Want } from "../model/report.ts";
import { type FactsReducer, factsReducer } from "../parse/facts.ts";
import type { Io } from "./io.ts";
import { openState } from "./open-state.ts";
import { roleManifest } from "./role-manifest.ts";
import { speller } from "./spell.ts";
import type { StateReader } from "./state.ts";

export interface Look {
  readonly facts: Facts;
  readonly report: Report;
}

/**
 * The main job: read the API's view, ask every agent, judge, and where something is wrong ask the suspects for what
 * would confirm it. An interruption or the deadline ends the asking; what is known then is judged and marked partial.
 */
export async function look(flags: ReadFlags, io: Io, kind: "cluster" | "demo" = "cluster"): Promise<Look> {
  const state = await openState(flags, io, kind);
  const deadline = flags.collect.deadlineMs > 0 ? AbortSignal.timeout(flags.collect.deadlineMs) : null;
  const signal = deadline === null ? io.signal : AbortSignal.any([io.signal, deadline]);
  try {
    const reducer = factsReducer(state.source, flags.collect.container);
    for (const list of await state.lists(signal)) reducer.addList(list);
    await askAll(state, reducer, io, signal);
    if (flags.confirm && !signal.aborted) await confirm(state, reducer, flags, io, signal);
    const facts = reducer.finish();
    rejectUnknownNodes(flags, facts);
    return { facts, report: judge(facts, flags, io, signal.aborted, state) };
  } finally {
    io.progress(null);
    state.close();
  }
}

async function askAll(state: StateReader, reducer: FactsReducer, io: Io, signal: AbortSignal): Promise<void> {
  const captures = captureIds.map((id) => baseCaptures[id]);
  const running = reducer.agents().filter((pod) => pod.state === "running");
  const orders = running.map((pod): AgentOrder => ({ pod, captures }));
  const done = (count: number) => io.progress(`reading ${count} of ${orders.length} agents`);
  done(0);
  const refusal = await state.round(orders, (capture) => reducer.add(capture), signal, done);
  if (refusal !== null) throw execRefused(refusal);
}

/** The second round is bounded by the rules' wants: suspects and one healthy control. */
async function confirm(
  state: StateReader,
  reducer: FactsReducer,
  flags: ReadFlags,
  io: Io,
  signal: AbortSignal,
): Promise<void> {
  const orders = toOrders(wants(reducer.finish(), flags.scope), reducer.agents());
  if (orders.length === 0) return;
  io.progress(`asking ${orders.length} agents for evidence`);
  await state.round(
    orders,
    (capture) => reducer.add(capture),
    signal,
    () => {},
  );
}

function toOrders(wanted: readonly Want[], agents: readonly AgentPod[]): AgentOrder[] {
  return agents.flatMap((pod) => {
    if (pod.state !== "running") return [];
    const captures = wanted.filter((want) => want.node === pod.node).map((want) => confirmingCaptures[want.capture]);
    return captures.length === 0 ? [] : [{ pod, captures }];
  });
}

function judge(facts: Facts, flags: ReadFlags, io: Io, partial: boolean, state: StateReader): Report {
  return analyse(facts, {
    scope: flags.scope,
    failOn: flags.failOn,
    ignores: flags.ignores,
    generatedAt: io.now().toISOString(),
    partial,
    spell: speller(facts, state.source, flags.connection),
  });
}

/** A misspelt node name would look like a healthy cluster. */
function rejectUnknownNodes(flags: ReadFlags, facts: Facts): void {
  const [unknown] = unmatched(flags.scope.nodes, facts.nodes);
  if (unknown === undefined) return;
  throw new HealthError(`no node matches --node ${unknown}`, {
    exitCode: 2,
    hint: "See the nodes with: kubectl get nodes",
  });
}

function execRefused({ pod, status, message }: Refusal): HealthError {
  if (status === 401) {
    return new HealthError(`the API server does not accept the credentials for exec (401): ${message}`, {
      exitCode: 3,
      hint: "Log in again, for instance by running any kubectl command with the same context.",
    });
  }
  return new HealthError(
    `this user may not run commands in the agents' pods (namespace ${pod.namespace}): ${message}`,
    {
      exitCode: 3,
      hint: `What is needed, for a cluster administrator to apply:\n${roleManifest(pod.namespace, null)}`,
    },
  );
}
