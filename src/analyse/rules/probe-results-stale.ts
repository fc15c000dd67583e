import { type Target, targets } from "../../model/matrix.ts";
import { cellIsStale, noPath } from "../../model/status.ts";
import {
  countCells,
  failingWhere,
  isFailing,
  isFreshlyReachable,
  isStaleFailure,
  type PathCells,
  sourcesOf,
} from "../matrix/failing.ts";
import type { Claim, Rule } from "../rule.ts";
import { columnCells, nameOf, rowCells, type Scene } from "../scene.ts";
import { settlingMs, spanText } from "../settings/ages.ts";
import { socketFailure } from "./agent-api-socket-gone.ts";

/** Views that are older than two probe intervals: typical of very large clusters (cilium/cilium#32820, #36175). */
export const probeResultsStale: Rule = {
  causes: [
    {
      id: "probe-results-stale",
      severity: "warning",
      title: "an agent's results are too old to trust",
      meaning:
        "The agent has finished no probe cycle for more than two intervals, so its row tells how things were, not how they are. Very large clusters, and older agents with many silent peers, take that long.",
      apart:
        "An old failure that a fresh view of another agent confirms is a path fault and is explained as such; agent-api-socket-gone does not answer on its own socket.",
      confirm:
        "Run `cilium-health status` in the agent twice, one probe interval apart: a probe time that moves on is merely late, one that stands still belongs to a stuck prober.",
      fix: "judge the fresh paths alone and ask again after the next cycle; in very large clusters lower connectivity-probe-frequency-ratio or switch health checking off",
      docs: "health",
    },
  ],
  find: (scene) => {
    const rows = staleRows(scene);
    const denied = deniedFailures(scene);
    const nodes = [...new Set([...rows, ...sourcesOf(denied, scene.size)])].sort((a, b) => a - b);
    return nodes.length === 0 ? [] : [claim(scene, nodes, denied)];
  },
};

/** Agents at least half of whose judged paths are stale. An agent without a socket of its own is another rule's. */
function staleRows(scene: Scene): number[] {
  if (!targets.some((target) => scene.cells[target].some(cellIsStale))) return [];
  return scene.nodes.flatMap((node, at) => {
    if (node.agent?.health?.hasNodes !== true || socketFailure(scene, at) !== null) return [];
    let judged = 0;
    let stale = 0;
    for (const cell of rowCells(scene, at)) {
      for (const target of targets) {
        const code = scene.cells[target][cell] ?? noPath;
        if (code === noPath) continue;
        judged++;
        if (cellIsStale(code)) stale++;
      }
    }
    return stale > 0 && stale * 2 >= judged ? [at] : [];
  });
}

/** Old failures of nodes that others reach by fresh probes and nobody fails to reach by a fresh one. */
function deniedFailures(scene: Scene): PathCells {
  const verdicts = new Map<string, boolean>();
  return failingWhere(scene, (_from, to, target, cell) => {
    if (!isStaleFailure(scene, target, cell)) return false;
    const key = `${target} ${to}`;
    const known = verdicts.get(key) ?? isDenied(scene, to, target);
    verdicts.set(key, known);
    return known;
  });
}

function isDenied(scene: Scene, to: number, target: Target): boolean {
  const column = columnCells(scene, to);
  const failsFreshly = (cell: number) => isFailing(scene, target, cell) && !isStaleFailure(scene, target, cell);
  return !column.some(failsFreshly) && column.some((cell) => isFreshlyReachable(scene, target, cell));
}

/** A prober that is this many times two intervals late is stuck. */
const stuck = 4;

/** By the agent's own clock alone: a clock that is borrowed from the others proves nothing. */
function isStuck(scene: Scene, at: number): boolean {
  const agent = scene.nodes[at]?.agent;
  if (agent == null || agent.failures.some(({ id }) => id === "date.txt")) return false;
  const newest = newestResult(scene, at);
  return agent.clock > 0 && newest > 0 && agent.clock - newest > stuck * settlingMs(scene);
}

function newestResult(scene: Scene, at: number): number {
  const timestamp = scene.nodes[at]?.agent?.health?.timestamp ?? 0;
  return Math.max(timestamp, (scene.facts.matrix.rows[at]?.newestProbe ?? 0) * 1000);
}

/** A view without any time, as people paste it, is not called old: it is not called anything. */
function titleOf(scene: Scene, nodes: readonly number[], names: readonly string[]): string {
  const who = names.length === 1 ? `the view of ${names[0]}` : `the views of ${names.length} agents`;
  if (nodes.every((at) => newestResult(scene, at) === 0))
    return `${who} ${names.length === 1 ? "has" : "have"} no time: how old the results are cannot be told`;
  return `${who} ${names.length === 1 ? "is" : "are"} older than two probe intervals`;
}

/** Late results are a gap in what was looked at; a stuck prober, and old failures that fresh views deny, are a fault. */
function claim(scene: Scene, nodes: readonly number[], denied: PathCells): Claim {
  const names = nodes.map((node) => nameOf(scene, node));
  const failing = countCells(denied);
  return {
    id: "probe-results-stale",
    severity: failing > 0 || nodes.some((at) => isStuck(scene, at)) ? "warning" : "info",
    confidence: "confirmed",
    title: titleOf(scene, nodes, names),
    nodes: names,
    ...denied,
    evidence: [
      ...nodes.slice(0, 5).map((node) => ageEvidence(scene, node)),
      ...(failing === 0
        ? []
        : [{ text: `${failing} old failures concern nodes that other agents reach by fresh probes` }]),
    ],
    confirm: [
      {
        node: names[0] ?? "",
        argv: ["cilium-health", "status"],
        expect: "a probe time that moves on when asked again after one probe interval",
      },
    ],
  };
}

function ageEvidence(scene: Scene, node: number): Claim["evidence"][number] {
  const agent = scene.nodes[node]?.agent;
  const newest = newestResult(scene, node);
  const name = nameOf(scene, node);
  const text =
    newest === 0 || agent == null || agent.clock === 0
      ? `the age of the results of ${name} cannot be told`
      : `the newest result of ${name} is ${spanText(agent.clock - newest)} old by its own clock`;
  return { text, node: name, capture: "cilium-health-status.json" };
}
