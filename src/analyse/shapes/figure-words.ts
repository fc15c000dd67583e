import { enough } from "../matrix/lines.ts";
import { zoneOf } from "../matrix/scope.ts";
import { nameOf, type Scene } from "../scene.ts";
import { compareNames } from "../summary/coverage.ts";
import type { Figure } from "./signature.ts";

const mostNamed = 5;

/** `worker-1, worker-2 and 7 more`: the full list of a finding stands in its `nodes`. */
export function listNames(names: readonly string[]): string {
  const sorted = [...names].sort(compareNames);
  if (sorted.length <= mostNamed + 1) return joinNames(sorted);
  return `${sorted.slice(0, mostNamed).join(", ")} and ${sorted.length - mostNamed} more`;
}

function joinNames(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}

export function namesOf(scene: Scene, nodes: readonly number[]): string[] {
  return nodes.map((node) => nameOf(scene, node));
}

/** Every node a figure is about: those of its line or pair, its groups, else both ends of its cells. */
export function membersOf({ size }: Scene, figure: Figure): number[] {
  if (figure.nodes.length > 0) return [...figure.nodes];
  if (figure.groups.length > 0) return [...new Set(figure.groups.flat())].sort((a, b) => a - b);
  return endsOf(size, figure.cells);
}

function endsOf(size: number, cells: readonly number[]): number[] {
  const ends = new Set<number>();
  for (const cell of cells) ends.add(Math.floor(cell / size)).add(cell % size);
  return [...ends].sort((a, b) => a - b);
}

export function sourcesOf(scene: Scene, cells: readonly number[]): number[] {
  return [...new Set(cells.map((cell) => Math.floor(cell / scene.size)))].sort((a, b) => a - b);
}

export function sinksOf(scene: Scene, cells: readonly number[]): number[] {
  return [...new Set(cells.map((cell) => cell % scene.size))].sort((a, b) => a - b);
}

/** Where a figure lies, to end a sentence with: `to worker-2`, `between 2 groups of nodes (subnet)`, … */
export function placeOf(scene: Scene, figure: Figure): string {
  const names = listNames(namesOf(scene, figure.nodes));
  switch (figure.kind) {
    case "all":
      return "between all nodes";
    case "block":
      return `between ${figure.groups.map((group) => groupName(scene, group, figure.by)).join(" and ")}${by(figure)}`;
    case "cross":
      return `from and to ${names}`;
    case "column":
      return `to ${names}`;
    case "row":
      return `from ${names}`;
    case "pair":
      return figure.cells.length === 2 ? `between ${names}` : `between ${figure.cells.length / 2} pairs of nodes`;
    case "one-way":
      return isRectangle(scene, figure) ? fromTo(scene, figure) : `on ${figure.cells.length} single paths`;
    case "self":
      return `within ${names}`;
    default: {
      const never: never = figure.kind;
      return never;
    }
  }
}

/** Whether single paths lead from some nodes to some others, nearly all of them: one filter, and no accidents. */
export function isRectangle(scene: Scene, { cells }: Figure): boolean {
  return cells.length >= sourcesOf(scene, cells).length * sinksOf(scene, cells).length * enough;
}

function fromTo(scene: Scene, { cells }: Figure): string {
  return `from ${listNames(namesOf(scene, sourcesOf(scene, cells)))} to ${listNames(namesOf(scene, sinksOf(scene, cells)))}`;
}

function by(figure: Figure): string {
  return figure.by === "" ? "" : ` (${figure.by})`;
}

/** A zone by its name, any other group by its nodes. */
export function groupName(scene: Scene, group: readonly number[], attribute: string): string {
  const zones = new Set(group.map((node) => (scene.nodes[node] === undefined ? "" : zoneOf(scene.nodes[node]))));
  const isByZone = attribute === "topology.kubernetes.io/zone" && !zones.has("");
  return isByZone ? joinNames([...zones].sort(compareNames)) : listNames(namesOf(scene, group));
}
