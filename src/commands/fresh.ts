import { globPattern } from "../analyse/matrix/scope.ts";
import { againInMs, freshInMs, givenUpAfterMs, isFresh, probesOnDemand } from "../analyse/summary/fresh.ts";
import type { ReadFlags } from "../cli/request.ts";
import type { AgentOrder } from "../collect/collect.ts";
import { probeCapture, pulseCaptures, reportCaptures } from "../collect/pulse-captures.ts";
import { describeOutcome } from "../model/capture.ts";
import type { AgentPod } from "../model/kube.ts";
import type { AgentPulse } from "../model/pulse.ts";
import { type PulseReducer, pulseReducer } from "../parse/agent-pulse.ts";
import { factsReducer } from "../parse/facts.ts";
import { age, counted } from "../render/units.ts";
import { oneZoneAfterTheOther } from "./fair-order.ts";
import type { Io } from "./io.ts";
import { shortFrom } from "./short-round.ts";
import type { StateReader } from "./state.ts";

/** What --fresh came to. */
export interface Waits {
  /** By node: why its report is of an older cycle, "" where it is fresh. */
  readonly late: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

/** Agents that fall due within this are asked together. */
const togetherMs = 1_500;
const stepMs = 1_000;
/** Of --deadline kept for reading what is known: so many times what one look at all agents took, within bounds. */
const looks = 5;
const leastReserveMs = 2_000;

/** One agent that is waited for. Times are this machine's, epoch milliseconds. */
interface Waited {
  readonly pod: AgentPod;
  readonly version: string;
  /** The agent's own clock when it was first looked at. */
  readonly since: number;
  readonly firstAt: number;
  readonly giveUpAt: number;
  askAt: number;
}

/**
 * Looks at the agents meant and waits for each one's next finished cycle. null where nobody may be asked, which the look
 * that follows says in full. `named`: nodes or globs; empty waits for all.
 */
export async function waitForFresh(
  state: StateReader,
  flags: ReadFlags,
  io: Io,
  signal: AbortSignal,
  named: readonly string[],
): Promise<Waits | null> {
  const reducer = factsReducer(state.source, flags.collect.container);
  for (const list of await state.lists(signal)) reducer.addList(list);
  const patterns = named.map(globPattern);
  const meant = (node: string) => patterns.length === 0 || patterns.some((pattern) => pattern.test(node));
  const running = reducer.agents().filter((pod) => pod.state === "running" && meant(pod.node));
  const pods = oneZoneAfterTheOther(running, reducer.finish().nodes);
  const inShort = pods.length >= shortFrom;
  const pulses = pulseReducer();
  const captures = pulseCaptures(inShort);
  const before = io.now().getTime();
  io.progress(`looking at ${counted(pods.length, "agent")} before the wait`);
  const orders = pods.map((pod): AgentOrder => ({ pod, captures }));
  if ((await state.round(orders, pulses.add, signal, () => {})) !== null) return null;
  return awaitFresh({ state, pods, pulses, inShort, flags, io, signal, tookMs: io.now().getTime() - before });
}

/** What a wait works with. */
export interface Waiting {
  readonly state: StateReader;
  readonly pods: readonly AgentPod[];
  /** Holds a first look at each agent, and at the end the last one. */
  readonly pulses: PulseReducer;
  /** Ask for heads alone. */
  readonly inShort: boolean;
  readonly flags: Pick<ReadFlags, "collect">;
  readonly io: Io;
  readonly signal: AbortSignal;
  /** Milliseconds the first look took. */
  readonly tookMs: number;
}

/** Asks each agent when its next cycle can have ended by its own interval and clock, and seldom after that. */
export async function awaitFresh(waiting: Waiting): Promise<Waits> {
  const late = new Map<string, string>();
  const startedAt = waiting.io.now().getTime();
  const open = waiting.pods.flatMap((pod) => {
    const waited = waitedFor(pod, waiting.pulses.pulse(pod.node), startedAt, late);
    return waited === null ? [] : [waited];
  });
  const probed = await probeOldOnes(open, waiting);
  const endAt = endOfWait(waiting, startedAt);
  if (open.length > 0) waiting.io.notice(firstWord(open, startedAt));
  while (open.length > 0 && !waiting.signal.aborted && waiting.io.now().getTime() < endAt) {
    const now = waiting.io.now().getTime();
    const due = open.filter(({ askAt }) => askAt <= now);
    if (due.length === 0) await countDown(open, waiting, endAt);
    else await askDue(open, now, waiting, late);
  }
  waiting.io.progress(null);
  const stopped = waiting.signal.aborted
    ? "the run ended before its next cycle had"
    : "its next cycle ends after --deadline";
  for (const { pod } of open) late.set(pod.node, stopped);
  return { late, notes: notesOf(late, probed, waiting) };
}

/** null, with the reason in `late`, where there is nothing to wait for. */
function waitedFor(pod: AgentPod, pulse: AgentPulse | null, now: number, late: Map<string, string>): Waited | null {
  const why =
    pulse === null || pulse.health === null
      ? "its health API gave no report to wait for"
      : pulse.clock <= 0
        ? "its clock could not be read"
        : "";
  if (pulse === null || why !== "") {
    late.set(pod.node, why || "it was not asked");
    return null;
  }
  const version = pulse.version || pod.imageVersion;
  const firstAt = now;
  const askAt = now + freshInMs(pulse, version);
  return { pod, version, since: pulse.clock, firstAt, askAt, giveUpAt: now + givenUpAfterMs(pulse, version) };
}

/** Agents up to 1.16 probe when they are asked to; what one of them says to it by node, "" where it did. */
async function probeOldOnes(
  open: readonly Waited[],
  { state, io, signal }: Waiting,
): Promise<ReadonlyMap<string, string>> {
  const said = new Map<string, string>();
  const old = open.filter(({ version }) => probesOnDemand(version));
  if (old.length === 0) return said;
  io.progress(`letting ${counted(old.length, "agent")} probe at once (--probe)`);
  const orders = old.map(({ pod }): AgentOrder => ({ pod, captures: [probeCapture] }));
  await state.round(
    orders,
    ({ node, outcome }) => void said.set(node, outcome.kind === "ok" ? "" : describeOutcome(outcome)),
    signal,
    () => {},
  );
  const now = io.now().getTime();
  for (const waited of old) if (said.get(waited.pod.node) === "") waited.askAt = now;
  return said;
}

/** A little before --deadline, so that what is known can still be read. */
function endOfWait({ flags, tookMs }: Waiting, startedAt: number): number {
  const { deadlineMs } = flags.collect;
  if (deadlineMs === 0) return Number.POSITIVE_INFINITY;
  const reserve = Math.min(deadlineMs / 2, Math.max(leastReserveMs, looks * tookMs));
  return startedAt - tookMs + deadlineMs - reserve;
}

function firstWord(open: readonly Waited[], now: number): string {
  const last = open.reduce((most, { askAt }) => Math.max(most, askAt), now);
  return `waiting for the next finished probe cycle of ${counted(open.length, "agent")}, about ${span(last - now)} (--deadline bounds it)`;
}

async function countDown(open: readonly Waited[], { io, signal }: Waiting, endAt: number): Promise<void> {
  const now = io.now().getTime();
  const [first, last] = open.reduce(
    ([least, most], { askAt }) => [Math.min(least, askAt), Math.max(most, askAt)],
    [Number.POSITIVE_INFINITY, now],
  );
  const when = `next cycles end within about ${span(last - now)}`;
  io.progress(`waiting for ${counted(open.length, "agent")}: ${when}`);
  await io.pause(Math.max(1, Math.min(stepMs, first - now, endAt - now)), signal);
}

/** Asks those that are due or nearly so; who is fresh, or given up, leaves `open`. */
async function askDue(open: Waited[], now: number, waiting: Waiting, late: Map<string, string>): Promise<void> {
  const { state, io, signal, pulses, inShort } = waiting;
  const due = open.filter(({ askAt }) => askAt <= now + togetherMs);
  const captures = reportCaptures(inShort);
  io.progress(`asking ${counted(due.length, "agent")} whose cycle has ended`);
  await state.round(
    due.map(({ pod }): AgentOrder => ({ pod, captures })),
    pulses.add,
    signal,
    () => {},
  );
  if (signal.aborted) return;
  for (const waited of due) {
    const why = judged(waited, pulses.pulse(waited.pod.node), io.now().getTime());
    if (why === null) continue;
    open.splice(open.indexOf(waited), 1);
    late.set(waited.pod.node, why);
  }
}

/** "" fresh, a reason to give up, or null: it is asked again. */
function judged(waited: Waited, pulse: AgentPulse | null, now: number): string | null {
  const { version, since, firstAt, giveUpAt } = waited;
  if (pulse !== null && isFresh(pulse, version, since)) return "";
  const said = pulse?.failures.find(({ id }) => id === "cilium-health-status.json")?.message;
  if (now >= giveUpAt) return said ?? "no cycle that began after the request has ended in time";
  const passed = now - firstAt;
  if (pulse !== null && pulse.health !== null && pulse.clock - since < passed / 2) return "its clock stands still";
  waited.askAt = now + (pulse === null ? 10_000 : againInMs(pulse, version));
  return null;
}

function notesOf(
  late: ReadonlyMap<string, string>,
  probed: ReadonlyMap<string, string>,
  { pods, pulses }: Waiting,
): string[] {
  const fresh = [...late.values()].filter((why) => why === "").length;
  const notes = [
    `--fresh: every probe in the reports of ${fresh} of ${counted(pods.length, "agent")} was made after the request`,
  ];
  const failed = [...probed].filter(([, why]) => why !== "");
  const [first] = failed;
  if (first !== undefined) {
    const others = failed.length > 1 ? ` and ${failed.length - 1} more` : "";
    notes.push(`--probe failed on ${first[0]}${others}, whose next cycle was waited for instead: ${first[1]}`);
  }
  const newer = pods.filter(({ node, imageVersion }) => !probesOnDemand(pulses.pulse(node)?.version || imageVersion));
  if (newer.length > 0 && newer.length < pods.length) {
    notes.push(
      `${counted(newer.length, "agent")} of 1.17 or newer probe by their own clock alone: --probe was not passed`,
    );
  }
  return notes;
}

function span(ms: number): string {
  return age(Math.max(0, ms) * 1e6);
}
