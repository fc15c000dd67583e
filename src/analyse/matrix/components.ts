import type { Scene } from "../scene.ts";
import type { Figure } from "../shapes/signature.ts";
import { fine, type Plane, silent } from "./planes.ts";

/**
 * A partition that no attribute of the nodes explains by itself: sets of nodes that talk among themselves and to nobody
 * else. Found by what works, so that a dead node inside a set, or a set of two, does not hide it. Null when the mesh is
 * in one piece, or single nodes alone are apart: those are lines.
 */
export function partitionOf({ size, groupings }: Scene, picture: Plane): Figure | null {
  const parts = connected(picture, size).filter((part) => part.length > 1);
  if (parts.length < 2) return null;
  const partOf = new Map(parts.flatMap((part, at) => part.map((node) => [node, at] as const)));
  const cells: number[] = [];
  picture.forEach((value, cell) => {
    if (value !== silent) return;
    const [from, to] = [partOf.get(Math.floor(cell / size)), partOf.get(cell % size)];
    if (from !== undefined && to !== undefined && from !== to) cells.push(cell);
  });
  if (cells.length < 2) return null;
  const by = groupings.find(({ groups }) => isAlong(groups, partOf))?.by ?? "";
  return { kind: "block", nodes: [], groups: parts, by, cells };
}

/** Every group lies within one part, as far as its nodes belong to any, and nodes without a value stay out of it. */
function isAlong(groups: readonly (readonly number[])[], partOf: ReadonlyMap<number, number>): boolean {
  const grouped = new Set(groups.flat());
  if ([...partOf.keys()].some((node) => !grouped.has(node))) return false;
  return groups.every((group) => {
    const parts = new Set(group.flatMap((node) => partOf.get(node) ?? []));
    return parts.size < 2;
  });
}

/** Sets of nodes joined by paths that work, in either direction. */
function connected(picture: Plane, size: number): number[][] {
  const parent = Array.from({ length: size }, (_, node) => node);
  const rootOf = (node: number) => {
    let root = node;
    while (parent[root] !== root) root = parent[root] ?? root;
    for (let at = node; at !== root; ) {
      const next = parent[at] ?? root;
      parent[at] = root;
      at = next;
    }
    return root;
  };
  picture.forEach((value, cell) => {
    if (value !== fine) return;
    const [one, other] = [rootOf(Math.floor(cell / size)), rootOf(cell % size)];
    if (one !== other) parent[Math.max(one, other)] = Math.min(one, other);
  });
  const parts = new Map<number, number[]>();
  for (let node = 0; node < size; node++) {
    const root = rootOf(node);
    const part = parts.get(root);
    if (part === undefined) parts.set(root, [node]);
    else part.push(node);
  }
  return [...parts.values()];
}
