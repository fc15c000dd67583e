import type { ConfirmingCaptureId, KeptCaptureId } from "../model/capture.ts";
import type { Facts, NodeFacts } from "../model/facts.ts";
import { type Target, targets } from "../model/matrix.ts";
import type { Cells, CiliumSettings, Want } from "../model/report.ts";
import { cellStatus, isUnreachable, noPath } from "../model/status.ts";
import { type Grouping, groupings } from "./matrix/groupings.ts";
import { blank, type Planes, probeKinds, targetOf } from "./matrix/planes.ts";
import { foldShapes, type Shape } from "./shapes/shapes.ts";

/** What a rule sees: the facts, the joined cells, and the failures nobody has explained yet, folded into shapes. */
export interface Scene {
  readonly facts: Facts;
  readonly nodes: readonly NodeFacts[];
  readonly size: number;
  readonly cells: Cells;
  readonly settings: CiliumSettings;
  readonly groupings: readonly Grouping[];
  /** Failures that are left, by probe kind; explained ones are blank. */
  readonly planes: Planes;
  /** The failures that are left, folded. */
  readonly shapes: readonly Shape[];
  /** False in the first round: confirming captures were not asked for yet. */
  readonly confirmed: boolean;
}

/** Who is in the cluster, before any path is judged: enough to ask for ages, leftovers and addresses. */
export type Members = Pick<Scene, "facts" | "nodes">;

export function firstScene(
  facts: Facts,
  cells: Cells,
  settings: CiliumSettings,
  planes: Planes,
  folded: Pick<Scene, "groupings" | "shapes"> = folding(facts, planes),
): Scene {
  return {
    facts,
    nodes: facts.nodes,
    size: cells.size,
    cells,
    settings,
    planes,
    ...folded,
    confirmed: facts.nodes.some((node) => (node.agent?.confirming.size ?? 0) > 0),
  };
}

export function folding(facts: Facts, planes: Planes): Pick<Scene, "groupings" | "shapes"> {
  const parts = groupings(facts.nodes);
  return { groupings: parts, shapes: foldShapes(planes, parts) };
}

/** The scene once these paths are explained: their probes are blank, and the rest is folded anew. */
export function withoutClaimed(scene: Scene, claimed: { readonly [target in Target]: readonly number[] }): Scene {
  const primary = { ...scene.planes.primary };
  const secondary = scene.planes.secondary === null ? null : { ...scene.planes.secondary };
  for (const kind of probeKinds) {
    const cells = claimed[targetOf(kind)];
    if (cells.length === 0) continue;
    primary[kind] = blankAt(primary[kind], cells);
    if (secondary !== null) secondary[kind] = blankAt(secondary[kind], cells);
  }
  const planes: Planes = { size: scene.size, primary, secondary };
  return { ...scene, planes, shapes: foldShapes(planes, scene.groupings) };
}

function blankAt(plane: Uint8Array, cells: readonly number[]): Uint8Array {
  const copy = plane.slice();
  for (const cell of cells) copy[cell] = blank;
  return copy;
}

/** Flat indexes of every path to a node (its column), its own included. */
export function columnCells(scene: Scene, node: number): number[] {
  return Array.from({ length: scene.size }, (_, from) => from * scene.size + node);
}

/** Flat indexes of every path from a node (its row), its own included. */
export function rowCells(scene: Scene, node: number): number[] {
  return Array.from({ length: scene.size }, (_, to) => node * scene.size + to);
}

/** How many paths to a node are unreachable, of how many; its own left out. */
export function inbound(scene: Scene, node: number, target: Target): { unreachable: number; total: number } {
  let unreachable = 0;
  let total = 0;
  for (const cell of columnCells(scene, node)) {
    const code = scene.cells[target][cell] ?? noPath;
    if (code === noPath || cell === node * scene.size + node) continue;
    const status = cellStatus(code);
    if (status === "unreachable") unreachable++;
    if (status !== "unasked" && status !== "off") total++;
  }
  return { unreachable, total };
}

export function nameOf(scene: Scene, node: number): string {
  return scene.nodes[node]?.name ?? "";
}

/** A confirming capture's text, null when it was not (or could not be) read. */
export function confirmingText(node: NodeFacts | undefined, id: KeptCaptureId): string | null {
  return node?.agent?.confirming.get(id) ?? null;
}

/** A running agent none of whose paths fail, to compare suspects with; null when there is none. */
export function healthyControl(scene: Scene, suspects: readonly number[]): string | null {
  const best = bestControl(scene, suspects);
  return best === null || best.failing > 0 ? null : nameOf(scene, best.node);
}

/** A running agent that is no suspect, the first of those with the fewest failing paths. */
function bestControl(scene: Scene, suspects: readonly number[]): { node: number; failing: number } | null {
  const counts = failingPaths(scene.cells);
  const suspected = new Set(suspects);
  let best: { node: number; failing: number } | null = null;
  for (let node = 0; node < scene.size && best?.failing !== 0; node++) {
    if (scene.nodes[node]?.agent?.health == null || suspected.has(node)) continue;
    const failing = counts[node] ?? 0;
    if (best === null || failing < best.failing) best = { node, failing };
  }
  return best;
}

const failingOf = new WeakMap<Uint8Array, Uint32Array>();

/** By node, how many paths from and to it are unreachable. Many rules ask for it of the same cells. */
function failingPaths(cells: Cells): Uint32Array {
  const known = failingOf.get(cells.host);
  if (known !== undefined) return known;
  const failing = new Uint32Array(cells.size);
  for (const target of targets) {
    cells[target].forEach((code, cell) => {
      if (!isUnreachable(code)) return;
      for (const node of [Math.floor(cell / cells.size), cell % cells.size]) failing[node] = (failing[node] ?? 0) + 1;
    });
  }
  failingOf.set(cells.host, failing);
  return failing;
}

/** At most this many suspects are asked for evidence by one rule: a second round stays bounded in a large cluster. */
const mostSuspects = 4;

/**
 * The same captures from the first few suspects whose agents answer, and from one to compare them with: a healthy one, or
 * where one node is cut off and no other is without a failing path, the one with the fewest.
 */
export function wantFrom(scene: Scene, suspects: readonly number[], captures: readonly ConfirmingCaptureId[]): Want[] {
  const asked = suspects
    .filter((node) => scene.nodes[node]?.agent?.health != null)
    .slice(0, mostSuspects)
    .map((node) => nameOf(scene, node));
  if (asked.length === 0) return [];
  const control = bestControl(scene, suspects);
  return [...asked, ...(control === null ? [] : [nameOf(scene, control.node)])].flatMap((node) =>
    captures.map((capture) => ({ node, capture })),
  );
}
