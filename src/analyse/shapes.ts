import type { NodeFacts } from "../model/facts.ts";
import { blank, failed, fine, type Plane, type Planes, type ProbeKind, probeKinds } from "./planes.ts";
import { zoneOf } from "./scope.ts";

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

/** What may part nodes into groups: the attribute's name and each node's value, "" when it has none. */
export interface Grouping {
  readonly by: string;
  readonly groups: readonly (readonly number[])[];
}

/** Of the judged cells of a shape this share must fail: a lost probe or a late answer must not hide a shape. */
const enough = 0.85;

/** Folds failing cells into few shapes, per probe kind, then joins kinds that fail in the same shape. */
export function foldShapes(planes: Planes, groupings: readonly Grouping[]): Shape[] {
  const folded = probeKinds.map((kind) => foldPlane(planes.primary[kind], planes.size, groupings));
  const shapes: Shape[] = [];
  folded.forEach((drafts, at) => {
    const kind = probeKinds[at];
    if (kind === undefined) return;
    for (const draft of drafts) addDraft(shapes, draft, kind);
  });
  return shapes;
}

type Draft = Omit<Shape, "probes">;

function addDraft(shapes: Shape[], draft: Draft, kind: ProbeKind): void {
  const twin = shapes.findIndex((shape) => sameGeometry(shape, draft));
  const known = shapes[twin];
  if (known === undefined) {
    shapes.push({ ...draft, probes: [kind] });
    return;
  }
  const cells = [...new Set([...known.cells, ...draft.cells])].sort((a, b) => a - b);
  shapes[twin] = { ...known, probes: [...known.probes, kind], cells };
}

function sameGeometry(a: Draft, b: Draft): boolean {
  return a.kind === b.kind && a.by === b.by && String(a.nodes) === String(b.nodes) && sameGroups(a.groups, b.groups);
}

function sameGroups(a: Draft["groups"], b: Draft["groups"]): boolean {
  return a.length === b.length && a.every((group, at) => String(group) === String(b[at]));
}

function foldPlane(plane: Plane, size: number, groupings: readonly Grouping[]): Draft[] {
  const left = plane.slice();
  const drafts = takeSelf(left, size);
  const whole = wholePlane(left, size);
  if (whole !== null) return [...drafts, take(left, whole)];
  for (const block of blocks(left, size, groupings)) drafts.push(take(left, block));
  for (;;) {
    const best = bestLine(left, size);
    if (best === null) break;
    drafts.push(take(left, best));
  }
  return [...drafts, ...leftovers(left, size)];
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

/** Every way of grouping whose groups fail towards each other, both ways, and not inside; the widest cut first. */
function blocks(left: Plane, size: number, groupings: readonly Grouping[]): Draft[] {
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

/** Groups of which each fails towards at least one other, and none of which is a single node cut off from all. */
function groupsCutOff(left: Plane, size: number, groups: readonly (readonly number[])[]): (readonly number[])[] {
  const cut = new Set<readonly number[]>();
  groups.forEach((one, at) => {
    for (const other of groups.slice(at + 1)) {
      if (one.length < 2 && other.length < 2) continue;
      if (failsBothWays(left, size, one, other)) {
        cut.add(one);
        cut.add(other);
      }
    }
  });
  const list = groups.filter((group) => cut.has(group));
  const everyPairFails = list.every((one, at) =>
    list.slice(at + 1).every((other) => failsBothWays(left, size, one, other)),
  );
  if (!everyPairFails || list.some((group) => !isWellInside(left, size, group))) return [];
  return list.filter((group) => group.length > 1).length === 0 ? [] : list;
}

function failsBothWays(left: Plane, size: number, one: readonly number[], other: readonly number[]): boolean {
  const there = share(left, size, one, other);
  const back = share(left, size, other, one);
  return there.failed > 0 && isEnough(there) && (back.judged === 0 || isEnough(back)) && there.failed + back.failed > 1;
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

/**
 * The cross, column or row that explains most. A line counts when nearly all of its judged cells fail; a cross needs
 * both its lines, each with a cell of its own.
 */
function bestLine(left: Plane, size: number): Draft | null {
  const lines = countLines(left, size);
  let best: { kind: "cross" | "column" | "row"; node: number; gain: number } | null = null;
  for (let node = 0; node < size; node++) {
    const [column, row] = [lines.columns[node], lines.rows[node]];
    if (column === undefined || row === undefined) continue;
    const columnFails = isLine(column);
    const rowFails = isLine(row);
    const kind = columnFails && rowFails ? "cross" : columnFails ? "column" : rowFails ? "row" : null;
    if (kind === null) continue;
    const gain = (columnFails ? column.failed : 0) + (rowFails ? row.failed : 0);
    if (best === null || gain > best.gain) best = { kind, node, gain };
  }
  if (best === null) return null;
  const { kind, node } = best;
  return { kind, nodes: [node], groups: [], by: "", cells: lineCells(left, size, node, kind) };
}

/** At least two cells: a single failing cell is a pair's business. */
function isLine(line: Share): boolean {
  return line.failed >= 2 && isEnough(line);
}

function countLines(left: Plane, size: number): { rows: Share[]; columns: Share[] } {
  const empty = () => Array.from({ length: size }, () => ({ failed: 0, judged: 0 }));
  const rows = empty();
  const columns = empty();
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) {
      const value = left[from * size + to];
      if (value === blank) continue;
      const [row, column] = [rows[from], columns[to]];
      if (row === undefined || column === undefined) continue;
      row.judged++;
      column.judged++;
      if (value === fine) continue;
      row.failed++;
      column.failed++;
    }
  }
  return { rows, columns };
}

function lineCells(left: Plane, size: number, node: number, kind: "cross" | "column" | "row"): number[] {
  const cells: number[] = [];
  for (let other = 0; other < size; other++) {
    const [inbound, outbound] = [other * size + node, node * size + other];
    if (kind !== "row" && failed(left[inbound])) cells.push(inbound);
    if (kind !== "column" && failed(left[outbound])) cells.push(outbound);
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

/** Attributes by which clusters come apart, the most telling first. */
export function groupings(nodes: readonly NodeFacts[]): Grouping[] {
  const by: readonly (readonly [string, (node: NodeFacts) => string])[] = [
    ["cluster", (node) => node.cluster],
    ["topology.kubernetes.io/zone", zoneOf],
    ["topology.kubernetes.io/region", (node) => node.kube?.labels.get("topology.kubernetes.io/region") ?? ""],
    ["subnet", subnetOf],
    ["Cilium version", (node) => node.agent?.status?.version || node.agent?.pod.imageVersion || ""],
    ["OS image", (node) => node.kube?.osImage ?? ""],
    ["kernel", (node) => node.kube?.kernelVersion ?? ""],
    ["node pool", poolOf],
  ];
  return by
    .map(([name, attribute]) => ({ by: name, groups: groupBy(nodes, attribute) }))
    .filter((grouping) => grouping.groups.length > 1);
}

function groupBy(nodes: readonly NodeFacts[], attribute: (node: NodeFacts) => string): number[][] {
  const groups = new Map<string, number[]>();
  nodes.forEach((node, index) => {
    const value = attribute(node);
    if (value === "") return;
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [index]);
    else group.push(index);
  });
  return [...groups].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([, group]) => group);
}

/** The /24 of a node's IPv4 address. */
function subnetOf(node: NodeFacts): string {
  const ip = node.kube?.internalIPs[0] ?? node.cilium?.internalIPs[0] ?? "";
  const match = /^(\d+\.\d+\.\d+)\.\d+$/.exec(ip);
  return match?.[1] ?? "";
}

const poolLabels = [
  "cloud.google.com/gke-nodepool",
  "eks.amazonaws.com/nodegroup",
  "kubernetes.azure.com/agentpool",
  "karpenter.sh/nodepool",
];

function poolOf(node: NodeFacts): string {
  for (const label of poolLabels) {
    const value = node.kube?.labels.get(label);
    if (value !== undefined) return value;
  }
  return "";
}
