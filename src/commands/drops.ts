import { addressBook } from "../analyse/drops/address-book.ts";
import { chooseWatched } from "../analyse/drops/choice.ts";
import type { TrackingWorld } from "../analyse/drops/conntrack-tally.ts";
import { dropsReport } from "../analyse/drops/drops-report.ts";
import { failingPairs } from "../analyse/drops/failing-pairs.ts";
import { dropTally } from "../analyse/drops/tally.ts";
import { unmatched } from "../analyse/matrix/scope.ts";
import { healthPort } from "../analyse/settings/wire.ts";
import type { Request } from "../cli/request.ts";
import { killAfterSeconds } from "../collect/drop-monitor.ts";
import type { Tracking } from "../model/conntrack.ts";
import type { DropsChoice, DropsReport } from "../model/drops.ts";
import { HealthError } from "../model/errors.ts";
import type { Facts } from "../model/facts.ts";
import type { AgentPod } from "../model/kube.ts";
import type { Report } from "../model/report.ts";
import { counted } from "../render/units.ts";
import { readTracking } from "./drops-conntrack.ts";
import { type DropsOutput, dropsOutput } from "./drops-output.ts";
import { type CounterRead, readCounters } from "./drops-reads.ts";
import { type Monitored, monitorAll, toBeMonitored, watchedAgent } from "./drops-watch.ts";
import type { ExitCode, Io } from "./io.ts";
import { judge, type Look, lookAt, runSignal } from "./look.ts";
import { openState } from "./open-state.ts";
import { sameSource, seeNodes } from "./spell.ts";
import type { StateReader } from "./state.ts";

export type DropsRequest = Extract<Request, { kind: "drops" }>;

/**
 * Watches what the agents' datapath drops: a first round tells whose, the drop counters are read before and after, and
 * in between each agent's monitor runs, which ends by itself. An interruption ends the watching; what was seen is shown.
 */
export async function drops(request: DropsRequest, io: Io): Promise<ExitCode> {
  const state = await openState(request, io);
  const output = dropsOutput(request, io);
  try {
    const report = await watchDrops(request, state, io, output);
    await output.end(report);
    return io.signal.aborted ? 130 : report.exitCode;
  } finally {
    io.progress(null);
    await state.close();
  }
}

async function watchDrops(
  request: DropsRequest,
  state: StateReader,
  io: Io,
  output: DropsOutput,
): Promise<DropsReport> {
  const signal = runSignal(request, io);
  const { facts, report } = await firstLook(request, state, io, signal);
  const choice = chooseWatched(facts, report, request.nodes);
  const pods = podsOf(facts, choice);
  if (pods.length === 0) throw nobodyToWatch(choice, request);
  io.progress(`reading drop counters of ${counted(pods.length, "agent")}`);
  const before = await readCounters(pods, state, signal, true);
  const world = worldOf(facts, report, before);
  const tally = dropTally(world.book, world.healthPort);
  const agents = toBeMonitored(pods);
  const { seconds } = request;
  const asReport = (after: ReadonlyMap<string, string> | null, conntrack: Tracking | null, partial: boolean) =>
    dropsReport(report, {
      seconds,
      choice,
      agents: agents.map((agent) => watchedAgent(agent, before.counters, after)),
      tally,
      conntrack,
      partial,
      generatedAt: io.now().toISOString(),
    });
  await watchFor(
    { request, state, io, output, signal, agents },
    (node, drop) => {
      const row = tally.add(node, drop);
      if (row !== null) output.drop(node, drop, row);
    },
    () => asReport(null, null, false),
  );
  const after = signal.aborted ? null : await readCounters(pods, state, signal, false);
  const conntrack = request.conntrack ? await trackingOf(pods, world, state, io, signal) : null;
  return asReport(after?.counters ?? null, conntrack, signal.aborted);
}

function worldOf(facts: Facts, report: Report, { pods }: CounterRead): TrackingWorld {
  return { book: addressBook(facts, pods), healthPort: healthPort({ facts }), failing: failingPairs(report) };
}

/** null where there is nobody to ask, and after an interruption: half a list would pass for all of it. */
async function trackingOf(
  pods: readonly AgentPod[],
  world: TrackingWorld,
  { exec }: StateReader,
  io: Io,
  signal: AbortSignal,
): Promise<Tracking | null> {
  if (exec === null || signal.aborted) return null;
  io.notice(`Reading the conntrack and NAT lists of ${counted(pods.length, "agent")}.`);
  const tracking = await readTracking(exec, pods, world, signal);
  return signal.aborted ? null : tracking;
}

interface Watching {
  readonly request: DropsRequest;
  readonly state: StateReader;
  readonly io: Io;
  readonly output: DropsOutput;
  readonly signal: AbortSignal;
  readonly agents: readonly Monitored[];
}

async function watchFor(
  { request, state, io, output, signal, agents }: Watching,
  onDrop: Parameters<typeof monitorAll>[3],
  sofar: () => DropsReport,
): Promise<void> {
  const { seconds } = request;
  if (state.exec === null || signal.aborted) return;
  io.progress(null);
  io.notice(
    `Watching ${counted(agents.length, "agent")} for ${seconds}s with cilium-dbg monitor --type drop, bounded by timeout in the agent itself.`,
  );
  const until = io.now().getTime() + seconds * 1000;
  const left = () => Math.max(0, Math.ceil((until - io.now().getTime()) / 1000));
  const tick = () => {
    if (!io.stdoutIsTerminal) io.progress(`watching ${counted(agents.length, "agent")}, ${left()}s left`);
    output.tick(sofar, left());
  };
  tick();
  const timer = setInterval(tick, 1000);
  try {
    await monitorAll(state.exec, agents, seconds, onDrop, signal);
  } finally {
    clearInterval(timer);
    io.progress(null);
  }
  if (signal.aborted) io.notice(stillRunning(agents, left() + killAfterSeconds));
}

/** A closed connection stops nothing: each monitor goes on until its own `timeout` ends it. */
function stillRunning(agents: readonly Monitored[], seconds: number): string {
  const names = agents.filter(({ end }) => end === null || end.kind === "aborted").map(({ pod }) => pod.name);
  if (names.length === 0) return "Interrupted; no monitor runs any more.";
  const most = 5;
  const listed =
    names.length > most ? `${names.slice(0, most).join(", ")} and ${names.length - most} more` : names.join(", ");
  return `Interrupted. A monitor may still run in ${listed} for at most ${seconds}s; timeout ends it there.`;
}

/** Confirming captures would only cost time: what is wanted is who fails. Named nodes narrow what the exit code is of. */
async function firstLook(request: DropsRequest, state: StateReader, io: Io, signal: AbortSignal): Promise<Look> {
  const flags = { ...request, confirm: false };
  const seen = await lookAt(state, flags, io, signal, null, {
    named: [...request.scope.nodes, ...request.nodes],
  });
  const [unknown] = unmatched(request.nodes, seen.facts.nodes);
  if (unknown !== undefined) {
    throw new HealthError(`there is no node "${unknown}" in this cluster or in any agent's view`, {
      exitCode: 2,
      hint: seeNodes(request),
    });
  }
  if (request.nodes.length === 0) return seen;
  const scope = { ...request.scope, nodes: [...request.scope.nodes, ...request.nodes] };
  return { ...seen, report: judge(seen.facts, { ...flags, scope }, io, signal.aborted, state) };
}

function podsOf(facts: Facts, { nodes }: DropsChoice): AgentPod[] {
  const pods = new Map(facts.nodes.map(({ name, agent }) => [name, agent?.pod]));
  return nodes.map((node) => pods.get(node)).filter((pod) => pod !== undefined);
}

function nobodyToWatch({ unasked }: DropsChoice, request: DropsRequest): HealthError {
  const [first] = unasked;
  const why = first === undefined ? "no running agent was found" : `${first.node}: ${first.reason}`;
  return new HealthError(`no agent could be watched: ${why}`, {
    exitCode: 3,
    hint: `Name nodes whose agents run: kubectl cilium-health drops NODE${sameSource(request)}`,
  });
}
