import type { Scene } from "../scene.ts";
import { enough } from "./lines.ts";
import { blank, failed, type ProbeKind, refused } from "./planes.ts";

/** Whether a cell fails in the way that is asked about; null where that cannot be told. */
export type CellJudge = (cell: number) => boolean | null;

/** The failing ones among some judged cells. */
export interface Judged {
  readonly cells: readonly number[];
  readonly judged: number;
}

export function judgeAll(cells: Iterable<number>, judge: CellJudge): Judged {
  const failing: number[] = [];
  let judged = 0;
  for (const cell of cells) {
    const fails = judge(cell);
    if (fails === null) continue;
    judged++;
    if (fails) failing.push(cell);
  }
  return { cells: failing, judged };
}

/** Paths to a node from all others. */
export function* cellsTo(scene: Scene, node: number): Generator<number> {
  for (let from = 0; from < scene.size; from++) if (from !== node) yield from * scene.size + node;
}

/** Paths from a node to all others. */
export function* cellsFrom(scene: Scene, node: number): Generator<number> {
  for (let to = 0; to < scene.size; to++) if (to !== node) yield node * scene.size + to;
}

/** Nearly all of the judged cells fail: a lost probe or a late answer must not hide a cause. */
export function isWhole({ cells, judged }: Judged): boolean {
  return cells.length > 0 && cells.length >= judged * enough;
}

/** None of them fails, or as good as none. */
export function isWell({ cells, judged }: Judged): boolean {
  return cells.length <= judged * (1 - enough);
}

export function joined(parts: Iterable<Judged>): Judged {
  const cells: number[] = [];
  let judged = 0;
  for (const part of parts) {
    for (const cell of part.cells) cells.push(cell);
    judged += part.judged;
  }
  return { cells, judged };
}

/** The primary address's probe of a kind, as the planes have it. */
export function probeAt(scene: Scene, kind: ProbeKind, cell: number): number {
  return scene.planes.primary[kind][cell] ?? blank;
}

/**
 * The pod path fails in silence where the node path works, by the primary addresses. Not judged where the node itself
 * does not answer, and where ping alone fails on both: what is filtered there is not the pod path.
 */
export function podPathFails({ planes }: Scene): CellJudge {
  const { "host-icmp": ni, "host-http": nh, "endpoint-icmp": ei, "endpoint-http": eh } = planes.primary;
  return (cell) => {
    const ping = ei[cell];
    const http = eh[cell];
    if (ping === blank && http === blank) return null;
    if (failed(nh[cell]) || (nh[cell] === blank && failed(ni[cell]))) return null;
    if (failed(http)) return http !== refused;
    return failed(ping) ? (failed(ni[cell]) ? null : true) : false;
  };
}

/** The node path fails, by HTTP or by ping, in silence; the pod path may or may not. */
export function nodePathFails({ planes }: Scene): CellJudge {
  const { "host-icmp": ni, "host-http": nh } = planes.primary;
  return (cell) => {
    const http = nh[cell];
    if (ni[cell] === blank && http === blank) return null;
    return failed(http) ? http !== refused : failed(ni[cell]);
  };
}
