import type { NodeFacts } from "../../model/facts.ts";
import { noResult, probedAt, protocols, type Target } from "../../model/matrix.ts";
import type { Members, Scene } from "../scene.ts";

/** Two intervals of an agent that does not tell its own: 60 s each and a minute of slack (Cilium up to 1.17). */
const legacySettlingMs = 180_000;
const slackMs = 30_000;
const longestMs = 3_600_000;

interface Timing {
  readonly settlingMs: number;
  readonly clock: number;
}

/** By a state's nodes: asked for each node, worked out once. */
const timings = new WeakMap<readonly NodeFacts[], Timing>();

function timingOf(nodes: readonly NodeFacts[]): Timing {
  const known = timings.get(nodes);
  if (known !== undefined) return known;
  const timing = { settlingMs: longestTwoIntervals(nodes), clock: middleClock(nodes) };
  timings.set(nodes, timing);
  return timing;
}

function longestTwoIntervals(nodes: readonly NodeFacts[]): number {
  let longest = 0;
  for (const { agent } of nodes) {
    if (agent?.health == null) continue;
    const intervalNs = agent.health.probeIntervalNs ?? 0;
    longest = Math.max(longest, intervalNs > 0 ? (2 * intervalNs) / 1e6 + slackMs : legacySettlingMs);
  }
  return Math.min(longest || legacySettlingMs, longestMs);
}

function middleClock(nodes: readonly NodeFacts[]): number {
  const clocks = nodes.flatMap(({ agent }) => (agent !== null && agent.clock > 0 ? [agent.clock] : []));
  return clocks.sort((a, b) => a - b)[Math.floor(clocks.length / 2)] ?? 0;
}

/** Milliseconds within which a mesh heals by itself: two probe intervals of the slowest agent heard, and some slack. */
export function settlingMs(scene: Members): number {
  return timingOf(scene.nodes).settlingMs;
}

/** The middle one of the agents' clocks, epoch milliseconds; a single wrong clock does not move it. 0 unknown. */
export function commonClock(scene: Members): number {
  return timingOf(scene.nodes).clock;
}

/** Milliseconds since an RFC 3339 time, null when either is unknown. */
export function ageAt(now: number, time: string | undefined): number | null {
  const then = Date.parse(time ?? "");
  return now > 0 && then > 0 ? now - then : null;
}

/** Milliseconds the agent's container runs, by its own node's clock; null when it does not run or cannot be told. */
export function agentAge(scene: Members, node: number): number | null {
  const agent = scene.nodes[node]?.agent;
  return agent == null ? null : ageAt(agent.clock || commonClock(scene), agent.pod.startedAt);
}

/** Milliseconds since the agent's pod was created, null when unknown. */
export function podAge(scene: Members, node: number): number | null {
  return ageAt(commonClock(scene), scene.nodes[node]?.agent?.pod.createdAt);
}

/** Milliseconds since the node joined, null when unknown. */
export function nodeAge(scene: Members, node: number): number | null {
  const facts = scene.nodes[node];
  return ageAt(commonClock(scene), facts?.kube?.createdAt || facts?.cilium?.createdAt);
}

/** A clock may be a few minutes off: what is a little in the future has just happened. */
const mostSkewMs = 300_000;

export function isWithin(age: number | null, ms: number): boolean {
  return age !== null && age < ms && age > -mostSkewMs;
}

export function isNewNode(scene: Members, node: number): boolean {
  return isWithin(nodeAge(scene, node), settlingMs(scene));
}

/** Started within two intervals: what it says, and what others say of it, is not settled yet. */
export function isFreshAgent(scene: Members, node: number): boolean {
  return isWithin(agentAge(scene, node), settlingMs(scene));
}

/** Milliseconds since the newest probe of a path, by the prober's clock; null when probes carry no time of their own. */
export function probeAge(scene: Scene, from: number, to: number, target: Target): number | null {
  const row = scene.facts.matrix.rows[from];
  const clock = scene.nodes[from]?.agent?.clock ?? 0;
  if (row == null || clock === 0) return null;
  let newest = 0;
  for (const position of row[target].positions) {
    for (const protocol of protocols) {
      if ((position[protocol].outcome[to] ?? noResult) === noResult) continue;
      newest = Math.max(newest, probedAt(row, position[protocol], to));
    }
  }
  return newest === 0 ? null : clock - newest * 1000;
}

/** `45s`, `12m`, `3h`, `5d`. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)}h` : `${Math.round(seconds / 86_400)}d`;
}
