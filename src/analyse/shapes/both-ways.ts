import { blank } from "../matrix/planes.ts";
import type { Scene } from "../scene.ts";
import { isHeard } from "../settings/wire.ts";
import type { Figure } from "./signature.ts";

/**
 * Whether a figure fails in both directions, as whatever carries the pod path between two nodes does when it is lost:
 * probe and reply are flows of their own there. Where one end could not be asked, or its answers are explained already,
 * its row says nothing, so that a line may be half a cross.
 */
export function failsBothWays(scene: Scene, figure: Figure): boolean {
  switch (figure.kind) {
    case "all":
    case "block":
    case "cross":
    case "pair":
      return true;
    case "column":
      return figure.nodes.every((node) => isRowBlank(scene, node));
    case "row":
    case "one-way":
      return figure.cells.every((cell) => isRowBlank(scene, cell % scene.size));
    case "self":
      return false;
    default: {
      const never: never = figure.kind;
      return never;
    }
  }
}

/** Whether a figure is known from one side alone. */
export function isHalfSeen(figure: Figure): boolean {
  return figure.kind === "column" || figure.kind === "row" || figure.kind === "one-way";
}

function isRowBlank({ nodes, planes, size }: Scene, node: number): boolean {
  if (isHeard(nodes[node])) return false;
  const plane = planes.primary["endpoint-http"];
  for (let to = 0; to < size; to++) if (plane[node * size + to] !== blank) return false;
  return true;
}
