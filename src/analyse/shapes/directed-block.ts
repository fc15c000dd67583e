import { judgedParts } from "../matrix/judged-nodes.ts";
import { enough } from "../matrix/lines.ts";
import { blank, failed, type Plane, silent } from "../matrix/planes.ts";
import type { Scene } from "../scene.ts";

/** Two groups of one attribute of which the first does not reach the second, while the way back works. */
export interface DirectedBlock {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly by: string;
  readonly cells: readonly number[];
}

/**
 * Groups that fail towards another in one direction alone, as behind a filter that lets answers through, and are well
 * inside. A single node that all the others fail to reach, or that reaches none of them, is a line and no group.
 */
export function directedBlocks(scene: Scene, picture: Plane): DirectedBlock[] {
  if (!picture.includes(silent)) return [];
  for (const { by, groups } of judgedParts(picture, scene.size, scene.groupings)) {
    const found = groups.flatMap((from) =>
      groups.filter((to) => to !== from && isOneWay(picture, scene.size, from, to)).map((to) => ({ from, to })),
    );
    const own = found.filter((one) => !isLine(found, groups.length - 1, one));
    if (own.length > 0) {
      return own.map(({ from, to }) => ({ from, to, by, cells: failingCells(picture, scene.size, from, to) }));
    }
  }
  return [];
}

interface Way {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

function isLine(found: readonly Way[], others: number, { from, to }: Way): boolean {
  const isColumn = to.length === 1 && found.filter((one) => one.to === to).length >= others;
  return isColumn || (from.length === 1 && found.filter((one) => one.from === from).length >= others);
}

function isOneWay(picture: Plane, size: number, from: readonly number[], to: readonly number[]): boolean {
  if (from.length * to.length < 2) return false;
  const there = share(picture, size, from, to);
  const back = share(picture, size, to, from);
  const isWell = [from, to].every((group) => isFew(share(picture, size, group, group)));
  return there.failed > 1 && there.failed >= there.judged * enough && isFew(back) && isWell;
}

function isFew({ judged, failed: failing }: { readonly judged: number; readonly failed: number }): boolean {
  return failing <= judged * (1 - enough);
}

function share(picture: Plane, size: number, from: readonly number[], to: readonly number[]) {
  let judged = 0;
  for (const one of from) for (const other of to) if (picture[one * size + other] !== blank) judged++;
  return { judged, failed: failingCells(picture, size, from, to).length };
}

function failingCells(picture: Plane, size: number, from: readonly number[], to: readonly number[]): number[] {
  const cells: number[] = [];
  for (const one of from) {
    for (const other of to) if (failed(picture[one * size + other])) cells.push(one * size + other);
  }
  return cells;
}
