import type { Grouping } from "./groupings.ts";
import { blank, type Plane } from "./planes.ts";

/**
 * The groups without nodes that have no judged path from or to another: whom nobody probes does not make a group of the
 * one beside it.
 */
export function judgedParts(plane: Plane, size: number, groupings: readonly Grouping[]): Grouping[] {
  if (groupings.length === 0) return [];
  const judged = judgedNodes(plane, size);
  return groupings.map(({ by, groups }) => ({
    by,
    groups: groups.map((group) => group.filter((node) => judged[node] === 1)).filter((group) => group.length > 0),
  }));
}

function judgedNodes(plane: Plane, size: number): Uint8Array {
  const judged = new Uint8Array(size);
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) {
      if (from === to || plane[from * size + to] === blank) continue;
      judged[from] = 1;
      judged[to] = 1;
    }
  }
  return judged;
}
