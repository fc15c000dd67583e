import type { Grouping } from "../matrix/groupings.ts";
import { judgedParts } from "../matrix/judged-nodes.ts";
import { enough, takeLines } from "../matrix/lines.ts";
import { blank, failed, type Plane, type Planes, type ProbeKind, probeKinds } from "../matrix/planes.ts";

export type ShapeKind = "all" | "block" | "cross" | "column" | "row" | "pair" | "one-way" | "self";

/** Cells that fail together. */
export interface Shape {
  readonly kind: ShapeKind;
  /** Probe kinds that fail in it, in the fixed order. */
  readonly probes: readonly ProbeKind[];
  /** The node of a cross, column, row or self; both ends of a pair or one-way (from, to); empty otherwise. */
  readonly nodes: readonly number[];
  /** Node groups of a block, and the attribute that parts them. */
  readonly groups: readonly (readonly number[])[];
  readonly by: string;
  /** Flat indexes (from × size + to) of the failing cells, by any of its probes. */
  readonly cells: readonly number[];
}

/**
 * Folds failing cells into few shapes, per probe kind, then joins kinds that fail in the same shape. A pair of a
 * dual-stack cluster fails where either family does.
 */
export function foldShapes(planes: Planes, groupings: readonly Grouping[]): Shape[] {
  const shapes = new Map<string, Shape>();
  for (const kind of probeKinds) {
    if (!hasFailure(planes.primary[kind]) && !hasFailure(planes.secondary?.[kind])) continue;
    for (const draft of foldPlane(eitherFamily(planes, kind), planes.size, groupings)) {
      const key = geometryOf(draft);
      const known = shapes.get(key);
      if (known === undefined) shapes.set(key, { ...draft, probes: [kind] });
      else shapes.set(key, { ...known, probes: [...known.probes, kind], cells: union(known.cells, draft.cells) });
    }
  }
  return [...shapes.values()];
}

/** Most planes of most meshes have none, and after the rules none is left: there is nothing to fold then. */
function hasFailure(plane: Plane | undefined): boolean {
  if (plane === undefined) return false;
  for (let cell = 0; cell < plane.length; cell++) if (failed(plane[cell])) return true;
  return false;
}

type Draft = Omit<Shape, "probes">;

/** A copy of its own: folding blanks what it has explained. */
function eitherFamily({ primary, secondary }: Planes, kind: ProbeKind): Plane {
  const plane = primary[kind].slice();
  secondary?.[kind].forEach((value, cell) => {
    if (!failed(plane[cell]) && (failed(value) || plane[cell] === blank)) plane[cell] = value;
  });
  return plane;
}

function geometryOf({ kind, by, nodes, groups }: Draft): string {
  return [kind, by, nodes.join(","), groups.map((group) => group.join(",")).join(";")].join("|");
}

/** Of two ascending lists. */
function union(some: readonly number[], others: readonly number[]): number[] {
  const all: number[] = [];
  let [a, b] = [0, 0];
  while (a < some.length || b < others.length) {
    const [one = Number.POSITIVE_INFINITY, other = Number.POSITIVE_INFINITY] = [some[a], others[b]];
    all.push(Math.min(one, other));
    if (one <= other) a++;
    if (other <= one) b++;
  }
  return all;
}

/** One plane alone; what it explains is blanked in `left`. */
export function foldPlane(left: Plane, size: number, groupings: readonly Grouping[]): Draft[] {
  const drafts = takeSelf(left, size);
  const whole = wholePlane(left, size);
  if (whole !== null) return [...drafts, take(left, whole)];
  const parts = judgedParts(left, size, groupings);
  drafts.push(...takeBlocks(left, size, parts));
  for (const line of takeLines(left, size)) drafts.push(line);
  drafts.push(...takeBlocks(left, size, parts));
  return drafts.concat(leftovers(left, size));
}

/** Marks a shape's cells as explained and returns it. */
function take(left: Plane, draft: Draft): Draft {
  for (const cell of draft.cells) left[cell] = blank;
  return draft;
}

function takeSelf(left: Plane, size: number): Draft[] {
  const drafts: Draft[] = [];
  for (let node = 0; node < size; node++) {
    const cell = node * size + node;
    if (failed(left[cell])) drafts.push({ kind: "self", nodes: [node], groups: [], by: "", cells: [cell] });
    left[cell] = blank;
  }
  return drafts;
}

function wholePlane(left: Plane, size: number): Draft | null {
  const cells: number[] = [];
  let judged = 0;
  const rows = new Set<number>();
  for (let cell = 0; cell < left.length; cell++) {
    if (left[cell] === blank) continue;
    judged++;
    if (!failed(left[cell])) continue;
    cells.push(cell);
    rows.add(Math.floor(cell / size));
  }
  if (rows.size < 3 || cells.length < judged * 0.95) return null;
  return { kind: "all", nodes: [], groups: [], by: "", cells };
}

/**
 * Every way of grouping whose groups fail towards each other, both ways, and not inside; the widest cut first. Tried
 * again once the lines are gone: a dead node inside a group would hide a partition.
 */
function takeBlocks(left: Plane, size: number, groupings: readonly Grouping[]): Draft[] {
  const drafts: Draft[] = [];
  for (const { by, groups } of groupings) {
    if (groups.length < 2) continue;
    const cut = groupsCutOff(left, size, groups);
    if (cut.length < 2) continue;
    const cells = cellsBetween(left, size, cut);
    if (cells.length > 0) drafts.push(take(left, { kind: "block", nodes: [], groups: cut, by, cells }));
  }
  return drafts;
}

/**
 * Groups that all fail towards each other; those that do not are joined first, as the two zones that a third is cut off
 * from. At least two must hold more than a node: else it is a line, one node's matter.
 */
function groupsCutOff(left: Plane, size: number, groups: readonly (readonly number[])[]): (readonly number[])[] {
  const isCut = (one: readonly number[], other: readonly number[]) => failsBothWays(left, size, one, other);
  const cut = groups.filter((one) =>
    groups.some((other) => one !== other && one.length + other.length > 2 && isCut(one, other)),
  );
  const parts: (readonly number[])[][] = [];
  for (const group of cut) {
    const friends = parts.filter((part) => part.some((member) => !isCut(member, group)));
    for (const friend of friends) parts.splice(parts.indexOf(friend), 1);
    parts.push([...friends.flat(), group]);
  }
  const sides = parts.map((part) => part.flat().sort((a, b) => a - b));
  if (sides.filter((side) => side.length > 1).length < 2) return [];
  return sides.every((side) => isWellInside(left, size, side)) ? sides : [];
}

/** Both ways, as far as they are judged: nobody here can ask a remote cluster's agents. */
function failsBothWays(left: Plane, size: number, one: readonly number[], other: readonly number[]): boolean {
  const there = share(left, size, one, other);
  const back = share(left, size, other, one);
  return [there, back].every((way) => way.judged === 0 || isEnough(way)) && there.failed + back.failed > 1;
}

function isWellInside(left: Plane, size: number, group: readonly number[]): boolean {
  const inside = share(left, size, group, group);
  return inside.judged === 0 || inside.failed <= inside.judged * (1 - enough);
}

interface Share {
  readonly failed: number;
  readonly judged: number;
}

function share(left: Plane, size: number, from: readonly number[], to: readonly number[]): Share {
  let failing = 0;
  let judged = 0;
  for (const source of from) {
    for (const sink of to) {
      const value = left[source * size + sink];
      if (value === blank || source === sink) continue;
      judged++;
      if (failed(value)) failing++;
    }
  }
  return { failed: failing, judged };
}

function isEnough({ failed: failing, judged }: Share): boolean {
  return judged > 0 && failing >= judged * enough;
}

function cellsBetween(left: Plane, size: number, groups: readonly (readonly number[])[]): number[] {
  const groupOf = new Map(groups.flatMap((group, at) => group.map((node) => [node, at] as const)));
  const cells: number[] = [];
  for (const [from, own] of groupOf) {
    for (const [to, theirs] of groupOf) {
      const cell = from * size + to;
      if (own !== theirs && failed(left[cell])) cells.push(cell);
    }
  }
  return cells.sort((a, b) => a - b);
}

/** What no wider shape explains: both ways, or one way. */
function leftovers(left: Plane, size: number): Draft[] {
  const drafts: Draft[] = [];
  for (let cell = 0; cell < left.length; cell++) {
    if (!failed(left[cell])) continue;
    const [from, to] = [Math.floor(cell / size), cell % size];
    const back = to * size + from;
    const both = failed(left[back]);
    const kind = both ? "pair" : "one-way";
    drafts.push(take(left, { kind, nodes: [from, to], groups: [], by: "", cells: both ? [cell, back] : [cell] }));
  }
  return drafts;
}
