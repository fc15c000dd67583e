import { type Target, targets } from "../../model/matrix.ts";
import type { PathGroup } from "../../model/watch.ts";

const mostGroups = 8;
/** Fewer paths than these around one node are named one by one. */
const leastPaths = 3;

type Cells = { readonly [target in Target]: { readonly broke: readonly number[]; readonly healed: readonly number[] } };

interface Path {
  readonly from: number;
  readonly to: number;
  readonly target: Target;
}

/** The nodes around which most paths changed, one after the other, then single paths, then how many more. */
export function groupPaths(change: "broke" | "healed", cells: Cells, names: readonly string[]): PathGroup[] {
  let left = targets.flatMap((target) => cells[target][change].map((cell) => pathAt(cell, names.length, target)));
  const groups: PathGroup[] = [];
  while (left.length >= leastPaths && groups.length < mostGroups) {
    const node = busiest(left, names.length);
    const around = left.filter(({ from, to }) => from === node || to === node);
    if (around.length < leastPaths) break;
    groups.push({
      change,
      kind: "node",
      node: names[node] ?? "",
      to: around.filter(({ to }) => to === node).length,
      from: around.filter(({ to }) => to !== node).length,
      targets: targets.filter((target) => around.some((path) => path.target === target)),
    });
    left = left.filter(({ from, to }) => from !== node && to !== node);
  }
  const single = left.slice(0, Math.max(0, mostGroups - groups.length));
  const more = left.length - single.length;
  return [
    ...groups,
    ...single.map(
      ({ from, to, target }): PathGroup => ({
        change,
        kind: "path",
        from: names[from] ?? "",
        to: names[to] ?? "",
        target,
      }),
    ),
    ...(more > 0 ? [{ change, kind: "more", count: more } as const] : []),
  ];
}

function pathAt(cell: number, size: number, target: Target): Path {
  return { from: Math.floor(cell / size), to: cell % size, target };
}

function busiest(paths: readonly Path[], size: number): number {
  const counts = new Uint32Array(size);
  let best = 0;
  for (const { from, to } of paths) {
    for (const node of from === to ? [from] : [from, to]) {
      counts[node] = (counts[node] ?? 0) + 1;
      if ((counts[node] ?? 0) > (counts[best] ?? 0)) best = node;
    }
  }
  return best;
}
