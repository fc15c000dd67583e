import { isFailure, noResult, protocols, type Target, targets } from "../../model/matrix.ts";
import { cellIsStale, cellStatus, isUnreachable, noPath } from "../../model/status.ts";
import type { Scene } from "../scene.ts";
import { failed, type Plane, type ProbeKind, probeKinds, targetOf } from "./planes.ts";

/** Flat indexes of paths, by target. */
export interface PathCells {
  readonly host: number[];
  readonly endpoint: number[];
}

export function noCells(): PathCells {
  return { host: [], endpoint: [] };
}

export function countCells({ host, endpoint }: PathCells): number {
  return host.length + endpoint.length;
}

/** Primary planes and, in a dual-stack cluster, the other family's, of one probe kind. */
export function planesOf(scene: Scene, kind: ProbeKind): readonly Plane[] {
  const { primary, secondary } = scene.planes;
  return secondary === null ? [primary[kind]] : [primary[kind], secondary[kind]];
}

/** Whether a probe of this path fails that nothing has explained yet. */
export function isFailing(scene: Scene, target: Target, cell: number): boolean {
  return probeKinds.some(
    (kind) => targetOf(kind) === target && planesOf(scene, kind).some((plane) => failed(plane[cell])),
  );
}

/** Failing, unexplained paths of the given cells, both targets. */
export function failingAmong(scene: Scene, cells: Iterable<number>): PathCells {
  const found = noCells();
  for (const cell of cells) {
    for (const target of targets) if (isFailing(scene, target, cell)) found[target].push(cell);
  }
  return found;
}

/**
 * Failing, unexplained paths that a test holds for, each list ascending. The shapes hold every failing cell, so that a
 * healthy mesh of thousands costs nothing here.
 */
export function failingWhere(
  scene: Scene,
  test: (from: number, to: number, target: Target, cell: number) => boolean,
): PathCells {
  const found = noCells();
  for (const target of targets) {
    const shapes = scene.shapes.filter((shape) => shape.probes.some((kind) => targetOf(kind) === target));
    if (shapes.length === 0) continue;
    const seen = new Uint8Array(scene.size * scene.size);
    for (const shape of shapes) for (const cell of shape.cells) seen[cell] = 1;
    for (let cell = seen.indexOf(1); cell >= 0; cell = seen.indexOf(1, cell + 1)) {
      const [from, to] = [Math.floor(cell / scene.size), cell % scene.size];
      if (isFailing(scene, target, cell) && test(from, to, target, cell)) found[target].push(cell);
    }
  }
  return found;
}

/** Failing, unexplained paths with a failure text like this; free where no text of the matrix is. */
export function failingWithText(scene: Scene, pattern: RegExp): PathCells {
  const { matrix } = scene.facts;
  const wanted = matrix.messages.map((text) => pattern.test(text));
  if (!wanted.includes(true)) return noCells();
  return failingWhere(scene, (from, to, target) =>
    (matrix.rows[from]?.[target].positions ?? []).some((position) =>
      protocols.some((protocol) => {
        const outcome = position[protocol].outcome[to] ?? noResult;
        return isFailure(outcome) && wanted[outcome - 2] === true;
      }),
    ),
  );
}

export function isFreshlyReachable(scene: Scene, target: Target, cell: number): boolean {
  return cellStatus(scene.cells[target][cell] ?? noPath) === "reachable";
}

export function isStaleFailure(scene: Scene, target: Target, cell: number): boolean {
  const code = scene.cells[target][cell] ?? noPath;
  return isUnreachable(code) && cellIsStale(code);
}

/** Nodes that the given paths lead to, ascending. */
export function sinksOf({ host, endpoint }: PathCells, size: number): number[] {
  return [...new Set([...host, ...endpoint].map((cell) => cell % size))].sort((a, b) => a - b);
}

/** Nodes that the given paths start at, ascending. */
export function sourcesOf({ host, endpoint }: PathCells, size: number): number[] {
  return [...new Set([...host, ...endpoint].map((cell) => Math.floor(cell / size)))].sort((a, b) => a - b);
}
