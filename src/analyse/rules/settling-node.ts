import { type Target, targets } from "../../model/matrix.ts";
import { countCells, failingAmong, noCells, type PathCells, planesOf } from "../matrix/failing.ts";
import { failed, type ProbeKind, probeKinds, refused, targetOf } from "../matrix/planes.ts";
import type { Claim, Rule } from "../rule.ts";
import { columnCells, nameOf, rowCells, type Scene } from "../scene.ts";
import { agentAge, isFreshAgent, isNewNode, nodeAge, probeAge, settlingMs, spanText } from "../settings/ages.ts";
import { isGhost } from "../settings/announced.ts";
import { isCrashLooping } from "../settings/crash-loop.ts";

/**
 * Failures that heal by themselves: of a node younger than two probe intervals, and old ones of an agent that
 * restarted within them. Set aside before any cause is looked for.
 */
export const settlingNode: Rule = {
  causes: [
    {
      id: "settling-node",
      severity: "info",
      title: "a node or its agent has just started",
      meaning:
        "The failing probes concern a node that joined, or an agent that restarted, less than two probe intervals ago. The results are from before the start or from the minute in which everything is built up, and the next cycle replaces them.",
      apart: "Failures that were probed well after the agent's start are not set aside.",
      confirm:
        "Run `cilium-health status` in the agent again after two probe intervals: its results are newer than the start, and no longer fail.",
      fix: "ask again after two probe intervals; what then still fails is a fault",
      docs: "health",
    },
  ],
  find: (scene) => {
    const newNodes = fewOf(scene, (_scene, at) => isJoining(scene, at));
    const restarted = fewOf(scene, isFreshAgent);
    const settling = scene.nodes.flatMap((_node, at) => {
      const cells = newNodes.has(at) ? crossOf(scene, at) : restarted.has(at) ? restartCells(scene, at) : noCells();
      return countCells(cells) === 0 ? [] : [{ at, cells }];
    });
    if (settling.length === 0) return [];
    return [claim(scene, settling)];
  },
};

/** A leftover that was written a moment ago joins nothing: Kubernetes knows no such node. */
function isJoining(scene: Scene, at: number): boolean {
  const node = scene.nodes[at];
  return node !== undefined && !isGhost(scene, node) && isNewNode(scene, at);
}

/** Nodes a test holds for; none where it holds for most: a whole mesh that starts is no noise, its failures are all there is. */
function fewOf(scene: Scene, test: (scene: Scene, at: number) => boolean): ReadonlySet<number> {
  const some = scene.nodes.flatMap((_node, at) => (test(scene, at) ? [at] : []));
  return new Set(some.length * 2 <= scene.size ? some : []);
}

interface Settling {
  readonly at: number;
  readonly cells: PathCells;
}

function crossOf(scene: Scene, at: number): PathCells {
  return failingAmong(scene, new Set([...columnCells(scene, at), ...rowCells(scene, at)]));
}

/** A minute in which a starting agent builds its datapath and publishes its health address. */
const bootMs = 60_000;

/** Paths of a restarted agent whose last probe was before or during its start, or that its missing responder refused. */
function restartCells(scene: Scene, at: number): PathCells {
  const pod = scene.nodes[at]?.agent?.pod;
  const age = agentAge(scene, at);
  if (pod === undefined || age === null || isCrashLooping(pod)) return noCells();
  const cross = crossOf(scene, at);
  const cells = noCells();
  for (const target of targets) {
    for (const cell of cross[target]) {
      const [from, to] = [Math.floor(cell / scene.size), cell % scene.size];
      const probed = probeAge(scene, from, to, target);
      const isOld = probed === null || probed >= age - bootMs;
      if (isOld || (to === at && isRefused(scene, target, cell))) cells[target].push(cell);
    }
  }
  return cells;
}

function isRefused(scene: Scene, target: Target, cell: number): boolean {
  const kinds: readonly ProbeKind[] = probeKinds.filter((kind) => targetOf(kind) === target);
  const failures = kinds.flatMap((kind) => planesOf(scene, kind).map((plane) => plane[cell])).filter(failed);
  return failures.length > 0 && failures.every((value) => value === refused);
}

function claim(scene: Scene, settling: readonly Settling[]): Claim {
  const names = settling.map(({ at }) => nameOf(scene, at));
  return {
    id: "settling-node",
    confidence: "likely",
    title: `${names.length === 1 ? names[0] : `${names.length} nodes`} started less than two probe intervals ago`,
    nodes: names,
    host: settling.flatMap(({ cells }) => cells.host),
    endpoint: settling.flatMap(({ cells }) => cells.endpoint),
    evidence: settling.slice(0, 5).map(({ at }) => startEvidence(scene, at)),
    confirm: [
      {
        node: names[0] ?? "",
        argv: ["cilium-health", "status"],
        expect: `results that are newer than the start, ${spanText(settlingMs(scene))} after it at the latest`,
      },
    ],
  };
}

function startEvidence(scene: Scene, at: number): Claim["evidence"][number] {
  const name = nameOf(scene, at);
  if (isNewNode(scene, at)) return { text: `${name} joined ${spanText(nodeAge(scene, at) ?? 0)} ago`, node: name };
  return { text: `the agent of ${name} was started ${spanText(agentAge(scene, at) ?? 0)} ago`, node: name };
}
