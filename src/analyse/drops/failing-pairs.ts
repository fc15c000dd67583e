import { type Target, targets } from "../../model/matrix.ts";
import type { Report } from "../../model/report.ts";
import { isUnreachable } from "../../model/status.ts";

/** Whether the path from one node to another is unreachable. */
export function fails(cells: Report["cells"], target: Target, from: number, to: number): boolean {
  return isUnreachable(cells[target][from * cells.size + to]);
}

/** Tells of two nodes, by name, whether a path between them is unreachable, in whichever direction. */
export function failingPairs({ cells, nodes }: Report): (one: string, other: string) => boolean {
  const indexes = new Map(nodes.map(({ name, index }) => [name, index]));
  return (one, other) => {
    const [a, b] = [indexes.get(one), indexes.get(other)];
    if (a === undefined || b === undefined) return false;
    return targets.some((target) => fails(cells, target, a, b) || fails(cells, target, b, a));
  };
}
