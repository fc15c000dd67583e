import { zoneOf } from "../analyse/matrix/scope.ts";
import { isStale, stalenessRule } from "../analyse/matrix/staleness.ts";
import type { CaptureSpec } from "../collect/captures.ts";
import type { AgentOrder } from "../collect/collect.ts";
import { shortCaptures, type TallyWindow, tallyCaptures } from "../collect/short-captures.ts";
import type { Capture } from "../model/capture.ts";
import type { Facts, NodeFacts } from "../model/facts.ts";
import type { AgentPod } from "../model/kube.ts";
import { type MatrixRow, success } from "../model/matrix.ts";
import { tallySlackMs } from "../model/short-forms.ts";
import type { FactsReducer } from "../parse/facts.ts";
import type { Io } from "./io.ts";
import { askable, isOfTheForm, namedNodes } from "./short-round.ts";

/** One round of a run; `heard` sees each capture before it is reduced. */
export type Round = (orders: readonly AgentOrder[], heard?: (capture: Capture) => void) => Promise<void>;

/** How the agents of a large cluster were asked. */
export interface Counted {
  /** Agents whose tally was taken. */
  readonly counting: number;
  /** Why no agent was asked to count; "" where some were, or none was to be. */
  readonly whyNot: string;
}

/** Agents that tell every probe before others are asked to count: one of each zone, and not one alone. */
const leastWitnesses = 3;
const mostWitnesses = 8;

/** What of a large cluster's agents is asked beside the health view, the clock and the status. */
export interface Asking {
  /** Node names or globs whose agents tell every probe. */
  readonly named: readonly string[];
  /** All agents tell every probe. */
  readonly everyProbe: boolean;
  /** Asked of every agent as well. */
  readonly also: readonly CaptureSpec[];
}

/**
 * Asks some agents for every probe, and by what these agree on all others for a tally. Whoever's tally leaves something
 * open is asked for every probe as well.
 */
export async function askInShort(
  running: readonly AgentPod[],
  reducer: FactsReducer,
  { named, everyProbe, also }: Asking,
  round: Round,
  io: Io,
  signal: AbortSignal,
): Promise<Counted> {
  // Commands that do not wait for one another.
  const order = (captures: readonly CaptureSpec[]) => (pod: AgentPod) => ({
    pod,
    captures: [...captures, ...also],
    sideBySide: true,
  });
  const shortOrder = order(shortCaptures);
  if (everyProbe) {
    await round(running.map(shortOrder));
    return { counting: 0, whyNot: "" };
  }
  const { nodes } = reducer.finish();
  const witnesses = witnessesOf(running, nodes);
  const meant = new Set([...witnesses, ...namedNodes(nodes, named)]);
  const clock = sharedClock(() => io.now().getTime());
  await round(running.filter(({ node }) => meant.has(node)).map(shortOrder), clock.heard);
  if (signal.aborted) return { counting: 0, whyNot: "" };
  const plan = countingPlan(reducer, witnesses, clock.now);
  const others = running.filter(({ node }) => !meant.has(node));
  if (typeof plan === "string") {
    await round(others.map(shortOrder));
    return { counting: 0, whyNot: plan };
  }
  await round(others.map(order(plan)));
  const open = signal.aborted ? [] : leftOpen(reducer.finish(), reducer.slowNodes(), others);
  if (open.length > 0) await round(open);
  const { rows } = reducer.finish().matrix;
  return { counting: rows.reduce((count, row) => count + (row?.counted === true ? 1 : 0), 0), whyNot: "" };
}

/** The agents are in an order in which one of each zone comes first. */
function witnessesOf(running: readonly AgentPod[], nodes: readonly NodeFacts[]): string[] {
  const zones = new Set(nodes.map(zoneOf));
  const count = Math.min(mostWitnesses, Math.max(leastWitnesses, zones.size));
  return running.slice(0, count).map(({ node }) => node);
}

interface SharedClock {
  readonly heard: (capture: Capture) => void;
  /** The agents' own clock at this moment, epoch milliseconds; 0 when none has told it. */
  readonly now: () => number;
}

/** How far agents' clocks are from this machine's: the middle one of what they said. */
function sharedClock(here: () => number): SharedClock {
  const ahead: number[] = [];
  return {
    heard: ({ id, outcome }) => {
      if (id !== "date.txt" || outcome.kind !== "ok") return;
      const said = Date.parse(new TextDecoder().decode(outcome.stdout).trim());
      if (Number.isFinite(said)) ahead.push(said - here());
    },
    now: () => (ahead.length === 0 ? 0 : here() + (ahead.sort((a, b) => a - b)[ahead.length >> 1] ?? 0)),
  };
}

/** What the others are asked, or the sentence why nobody can be asked to count. */
function countingPlan(
  reducer: FactsReducer,
  witnesses: readonly string[],
  clock: () => number,
): readonly CaptureSpec[] | string {
  const facts = reducer.finish();
  const told = facts.nodes.flatMap((node, at) => {
    const row = facts.matrix.rows[at];
    return witnesses.includes(node.name) && row != null ? [{ node, row }] : [];
  });
  if (clock() === 0) return "no agent told its clock";
  const spans = told.map(({ node, row }) => ({ node, ...spanOf(node, row) }));
  const fresh = spans.filter(({ ageMs, limitMs }) => ageMs < limitMs - tallySlackMs);
  if (fresh.length < 2) return "probes are so old that their ages must be known";
  const most = fresh.reduce((least, { limitMs }) => Math.min(least, limitMs), Number.POSITIVE_INFINITY) - tallySlackMs;
  const whyNot = reducer.countBy(
    fresh.map(({ node }) => node.name),
    clock,
  );
  if (whyNot !== null) return whyNot;
  const captures = tallyCaptures(() => windowAt(clock(), most));
  // Before 1.18 a report's time alone tells its age, and some agents do not tell when their controllers ran.
  const isTold = told.every(({ node: { agent } }) => agent?.health?.probeIntervalNs != null && knowsTime(agent.status));
  return isTold ? captures : [...captures, ...shortCaptures.filter(({ id }) => id === "date.txt")];
}

function knowsTime(status: { readonly newestTimestamp: number } | null): boolean {
  return status !== null && status.newestTimestamp > 0;
}

interface Span {
  /** Milliseconds a probe may be old before it is stale. */
  readonly limitMs: number;
  /** Milliseconds of the oldest probe of its own time, 0 when none has one. */
  readonly ageMs: number;
}

function spanOf({ agent }: NodeFacts, row: MatrixRow): Span {
  if (agent === null) return { limitMs: 0, ageMs: 0 };
  const { probeLimit } = stalenessRule(agent, agent.pod.imageVersion, 2 * row.width, 0);
  let oldest = 0;
  for (const { positions } of [row.host, row.endpoint]) {
    for (const { icmp, http } of positions) {
      for (const { age } of [icmp, http]) for (const seconds of age) oldest = Math.max(oldest, seconds);
    }
  }
  return { limitMs: probeLimit, ageMs: oldest === 0 ? 0 : agent.clock - (row.newestProbe - oldest + 1) * 1000 };
}

/** Within it a probe is fresh, even if the agent's clock is off by as much as is put up with. */
function windowAt(clock: number, withinMs: number): TallyWindow {
  const time = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
  return { oldest: time(clock - withinMs + 999), newest: time(clock + withinMs) };
}

/** Who is to be asked for every probe after all, and for its clock. */
function leftOpen(facts: Facts, slow: ReadonlySet<string>, asked: readonly AgentPod[]): AgentOrder[] {
  const names = new Set(asked.map(({ node }) => node));
  const captures = shortCaptures.filter(({ id }) => id !== "cilium-status.json");
  const lately = facts.nodes.flatMap(({ kube }, at) => {
    const since = kube === null || kube.ready === "True" ? 0 : Date.parse(kube.readySince) || 0;
    return since === 0 ? [] : [{ at, since }];
  });
  return facts.nodes.flatMap((node, at) => {
    const pod = askable(node);
    if (pod === null || !names.has(node.name)) return [];
    const row = facts.matrix.rows[at] ?? null;
    const isOpen =
      row === null ? saidNothing(node) : isInDoubt(node, row, lately) || (row.counted && slow.has(node.name));
    return isOpen ? [{ pod, captures, sideBySide: true }] : [];
  });
}

function saidNothing({ agent }: NodeFacts): boolean {
  return agent?.failures.some((failure) => failure.id === "cilium-health-status.json" && isOfTheForm(failure)) === true;
}

/**
 * Counted probes that may be too old by the agent's own limit and clock; or that reached a node which stopped being ready
 * not long ago: before or after, tells their age alone.
 */
function isInDoubt(
  { agent }: NodeFacts,
  row: MatrixRow,
  lately: readonly { readonly at: number; readonly since: number }[],
): boolean {
  if (agent === null || !row.counted) return false;
  const rule = stalenessRule(agent, agent.status?.version || agent.pod.imageVersion, 2 * row.width, 0);
  if (isStale(rule, row.notBefore * 1000)) return true;
  const since = row.notBefore * 1000 || (agent.health?.timestamp ?? 0);
  return lately.some((lost) => lost.since > since && row.host.positions[0]?.http.outcome[lost.at] === success);
}
