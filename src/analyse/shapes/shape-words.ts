import { noResult, type Target, targets } from "../../model/matrix.ts";
import { cellStatus, isUnreachable, noPath } from "../../model/status.ts";
import { type ProbeKind, targetOf } from "../matrix/planes.ts";
import { nameOf, type Scene } from "../scene.ts";
import type { Shape } from "./shapes.ts";

export function targetsOf(shape: Shape): readonly Target[] {
  return targets.filter((target) => shape.probes.some((kind) => targetOf(kind) === target));
}

/**
 * The paths of one target that a shape is about. Where the node's own address is silent, so is all behind it: what fails
 * of the pod path there is no failure of that path alone, whatever else of it fails elsewhere.
 */
export function cellsOf(scene: Scene, shape: Shape, target: Target): readonly number[] {
  if (targetsOf(shape).includes(target)) return shape.cells;
  if (target === "host" || !shape.probes.includes("host-http")) return [];
  return shape.cells.filter((cell) => isUnreachable(scene.cells.endpoint[cell]));
}

/** The short forms of a report tell that a path fails, and not by which protocol: its ping has no result there. */
export function isPingKnown(scene: Scene, shape: Shape): boolean {
  return targetsOf(shape).some((target) =>
    shape.cells.some((cell) => {
      const row = scene.facts.matrix.rows[Math.floor(cell / scene.size)];
      const outcome = row?.[target].positions[0]?.icmp.outcome[cell % scene.size] ?? noResult;
      return outcome !== noResult;
    }),
  );
}

/** Where no protocol is known the target alone is named. */
export function probesOf(scene: Scene, shape: Shape): readonly string[] {
  return isPingKnown(scene, shape) ? shape.probes : targetsOf(shape);
}

/** Whether a path that fails works in the other direction; where that was not probed nothing is known of it. */
export function isWayBackJudged(scene: Scene, shape: Shape): boolean {
  return targetsOf(shape).some((target) =>
    shape.cells.some((cell) => {
      const back = (cell % scene.size) * scene.size + Math.floor(cell / scene.size);
      return cellStatus(scene.cells[target][back] ?? noPath) === "reachable";
    }),
  );
}

export function shapeSentence(scene: Scene, shape: Shape): string {
  const [first, second] = shape.nodes.map((node) => nameOf(scene, node));
  switch (shape.kind) {
    case "all":
      return "nearly every node fails to reach every other";
    case "block":
      return `${shape.groups.length} groups of nodes, by ${shape.by}, do not reach each other`;
    case "cross":
      return `${first} neither reaches the others nor is reached by them`;
    case "column":
      return `${first} is not reached by the others`;
    case "row":
      return `${first} does not reach the others`;
    case "pair":
      return `${first} and ${second} do not reach each other`;
    case "one-way":
      return `${first} does not reach ${second}, the way back ${isWayBackJudged(scene, shape) ? "works" : "is not judged"}`;
    case "self":
      return `the agent of ${first} does not reach its own node`;
    default: {
      const never: never = shape.kind;
      return never;
    }
  }
}

/** What of it fails, where it is not all: to end a sentence with. */
export function onlyWords(scene: Scene, shape: Shape): string {
  const words: readonly ProbeKind[] = shape.probes;
  const [target, ...others] = targetsOf(shape);
  if (words.length === 4 || (others.length > 0 && !isPingKnown(scene, shape))) return "";
  if (others.length > 0) return ` (${words.join(", ")})`;
  const isBehind = target === "host" && cellsOf(scene, shape, "endpoint").length === shape.cells.length;
  return isBehind ? "" : `, ${target} path only`;
}
