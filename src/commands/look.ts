import { analyse, wants } from "../analyse/analyse.ts";
import { unmatched } from "../analyse/matrix/scope.ts";
import type { ReadFlags } from "../cli/request.ts";
import { type CaptureSpec, confirmingCaptures } from "../collect/captures.ts";
import type { AgentOrder, Refusal } from "../collect/collect.ts";
import { shortCaptures } from "../collect/short-captures.ts";
import type { Capture } from "../model/capture.ts";
import { HealthError } from "../model/errors.ts";
import type { Facts } from "../model/facts.ts";
import type { AgentPod, KubeList } from "../model/kube.ts";
import type { Report, Want } from "../model/report.ts";
import { type FactsReducer, factsReducer } from "../parse/facts.ts";
import { counted } from "../render/units.ts";
import { askInShort, type Round } from "./counting-round.ts";
import { ExecRefused } from "./exec-refused.ts";
import { oneZoneAfterTheOther, progressText } from "./fair-order.ts";
import { type Waits, waitForFresh } from "./fresh.ts";
import { withWaits } from "./fresh-report.ts";
import type { Io } from "./io.ts";
import { openState } from "./open-state.ts";
import { type Closer, closerRound, firstRound, inLanes, isShort, type NodeLists, shortNotes } from "./short-round.ts";
import { seeNodes, speller } from "./spell.ts";
import type { StateReader } from "./state.ts";

export interface Look {
  readonly facts: Facts;
  readonly report: Report;
  /** With --fresh: what was waited for; the report's notes and its exit code say it too. */
  readonly waits?: Waits;
}

/** Somebody who sees what is read while it is read: the bundle. Where it waits, the reading waits. */
export interface Tap {
  list(list: KubeList): Promise<void>;
  capture(capture: Capture): Promise<void>;
  /** Exec is allowed nowhere: without a tap that is the end of the run. */
  refused(refusal: Refusal): void;
}

/** One run on an open state, as its rounds hand it on. */
interface Run {
  readonly state: StateReader;
  readonly reducer: FactsReducer;
  readonly flags: ReadFlags;
  readonly io: Io;
  /** Ends the asking. */
  readonly signal: AbortSignal;
  readonly tap: Tap | null;
}

/** What of a large cluster is asked for in more detail than a report needs. */
export interface Detail {
  /** Node names or globs whose agents are asked more than the others. */
  readonly named: readonly string[];
  /** Latency and age of each probe are shown. */
  readonly everyProbe: boolean;
  readonly nodeLists: NodeLists;
  /** What each agent is asked beside, by how many agents there are. */
  readonly more: (agents: number) => readonly CaptureSpec[];
}

function usual(flags: ReadFlags): Detail {
  return { named: flags.scope.nodes, everyProbe: false, nodeLists: "of-some", more: () => [] };
}

/**
 * The main job: read the API's view, ask every agent, judge, and where something is wrong ask the suspects for what
 * would confirm it. An interruption or the deadline ends the asking; what is known then is judged and marked partial.
 */
export async function look(
  flags: ReadFlags,
  io: Io,
  kind: "cluster" | "demo" = "cluster",
  detail: Partial<Detail> = {},
): Promise<Look> {
  const state = await openState(flags, io, kind);
  try {
    const signal = runSignal(flags, io);
    // A pair is two agents' views: nobody else is waited for. A scope is paths to its nodes too, which all agents probe.
    const waits = flags.fresh ? await waitForFresh(state, flags, io, signal, detail.named ?? []) : null;
    const seen = await lookAt(state, flags, io, signal, null, detail);
    return waits === null ? seen : { ...seen, report: withWaits(seen.report, waits), waits };
  } finally {
    io.progress(null);
    await state.close();
  }
}

/** Aborted by an interruption and by --deadline. */
export function runSignal(flags: ReadFlags, io: Io): AbortSignal {
  const { deadlineMs } = flags.collect;
  return deadlineMs > 0 ? AbortSignal.any([io.signal, AbortSignal.timeout(deadlineMs)]) : io.signal;
}

/** The same on a state that is open already, and stays open. */
export async function lookAt(
  state: StateReader,
  flags: ReadFlags,
  io: Io,
  signal: AbortSignal,
  tap: Tap | null,
  detail: Partial<Detail> = {},
): Promise<Look> {
  const reducer = factsReducer(state.source, flags.collect.container);
  const run: Run = { state, reducer, flags, io, signal, tap };
  for (const list of await state.lists(signal)) {
    reducer.addList(list);
    await tap?.list(list);
  }
  const running = oneZoneAfterTheOther(
    reducer.agents().filter((pod) => pod.state === "running"),
    reducer.finish().nodes,
  );
  // A saved state gives what it has, and one that is being saved shall hold everything.
  const { named, everyProbe, nodeLists, more } = { ...usual(flags), ...detail };
  const captures = firstRound(running.length, flags.from !== null || tap !== null, nodeLists);
  const beside = more(running.length);
  const round = askAll(run, running.length);
  const notes: string[] = [];
  let seen: Report | null = null;
  if (isShort(captures)) {
    const also = [...captures.filter((one) => !shortCaptures.includes(one)), ...beside];
    const counted = await askInShort(running, reducer, { named, everyProbe, also }, round, io, signal);
    const { closer, report } = await askCloser(run, named, nodeLists);
    notes.push(...shortNotes(running.length, counted, closer, nodeLists));
    seen = report;
  } else await round(running.map((pod): AgentOrder => ({ pod, captures: [...captures, ...beside] })));
  // A report that is there already rests on all that anybody wanted to know.
  const asked = seen === null && flags.confirm && !signal.aborted && (await confirm(run));
  const facts = reducer.finish();
  rejectUnknownNodes(flags, facts);
  const report = seen === null || asked || signal.aborted ? judge(facts, flags, io, signal.aborted, state) : seen;
  return { facts, report: withNotes(report, notes) };
}

/** Reduces a capture and shows it to the tap. */
function sinkOf(reducer: FactsReducer, tap: Tap | null): (capture: Capture) => Promise<void> | void {
  return (capture) => {
    reducer.add(capture);
    return tap?.capture(capture);
  };
}

/**
 * Rounds over `agents` agents in all, on one progress line. They throw ExecRefused where the API server lets this user
 * exec nowhere and there is no tap.
 */
function askAll({ state, reducer, flags, io, signal, tap }: Run, agents: number): Round {
  const started = io.now().getTime();
  const sink = sinkOf(reducer, tap);
  let before = 0;
  return async (orders, heard = () => undefined) => {
    const done = (count: number) => {
      io.progress(progressText(Math.min(before + count, agents), agents, io.now().getTime() - started));
    };
    done(0);
    const both = (capture: Capture) => {
      heard(capture);
      return sink(capture);
    };
    const refusal = await state.round(orders, both, signal, done);
    before += orders.length;
    if (refusal === null) return;
    if (tap !== null) return tap.refused(refusal);
    const facts = reducer.finish();
    throw new ExecRefused(refusal, { facts, report: judge(facts, flags, io, false, state) });
  };
}

/**
 * After a short round: more of the agents concerned, null where the run was ended before. What would confirm a suspicion
 * is asked along. And the report, where nobody was asked anything more.
 */
async function askCloser(
  run: Run,
  named: readonly string[],
  nodeLists: NodeLists,
): Promise<{ readonly closer: Closer | null; readonly report: Report | null }> {
  const { state, reducer, flags, io, signal } = run;
  if (signal.aborted) return { closer: null, report: null };
  const facts = reducer.finish();
  const report = judge(facts, flags, io, false, state);
  const closer = closerRound(facts, report, named, nodeLists);
  const orders = [...closer.orders, ...(flags.confirm ? confirmingOrders(run, facts) : [])];
  if (orders.length === 0) return { closer, report };
  io.progress(`asking ${counted(new Set(orders.map(({ pod }) => pod)).size, "agent")} more closely`);
  await state.round(inLanes(orders), sinkOf(reducer, null), signal, () => {});
  return { closer: signal.aborted ? null : closer, report: null };
}

/** The next round is bounded by the rules' wants: suspects and one healthy control. False where nobody was asked. */
async function confirm(run: Run): Promise<boolean> {
  const { state, reducer, io, signal, tap } = run;
  const orders = confirmingOrders(run, reducer.finish());
  if (orders.length === 0) return false;
  io.progress(`asking ${counted(orders.length, "agent")} for evidence`);
  await state.round(inLanes(orders), sinkOf(reducer, tap), signal, () => {});
  return true;
}

/** What the rules want to know of each agent beyond what was asked before. */
function confirmingOrders({ reducer, flags }: Run, facts: Facts): AgentOrder[] {
  const read = new Map(facts.nodes.map((node) => [node.name, node.agent?.confirming]));
  const wanted = wants(facts, flags.scope).filter(({ node, capture }) => read.get(node)?.has(capture) !== true);
  return toOrders(wanted, reducer.agents());
}

function toOrders(wanted: readonly Want[], agents: readonly AgentPod[]): AgentOrder[] {
  return agents.flatMap((pod) => {
    if (pod.state !== "running") return [];
    const captures = wanted.filter((want) => want.node === pod.node).map((want) => confirmingCaptures[want.capture]);
    return captures.length === 0 ? [] : [{ pod, captures }];
  });
}

/** What is known as a report. A saved state's own gaps are said in it. */
export function judge(facts: Facts, flags: ReadFlags, io: Io, interrupted: boolean, state: StateReader): Report {
  const report = analyse(facts, {
    scope: flags.scope,
    failOn: flags.failOn,
    ignores: flags.ignores,
    generatedAt: io.now().toISOString(),
    partial: interrupted || state.partial,
    spell: speller(facts, facts.source, flags),
  });
  return withNotes(report, state.notes());
}

function withNotes(report: Report, notes: readonly string[]): Report {
  if (notes.length === 0) return report;
  return { ...report, coverage: { ...report.coverage, notes: [...report.coverage.notes, ...notes] } };
}

/** A misspelt node name would look like a healthy cluster. */
export function rejectUnknownNodes(flags: ReadFlags, facts: Facts): void {
  const [unknown] = unmatched(flags.scope.nodes, facts.nodes);
  if (unknown === undefined) return;
  throw new HealthError(`no node matches --node ${unknown}`, {
    exitCode: 2,
    hint: seeNodes(flags),
  });
}
