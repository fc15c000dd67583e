import { enough } from "../matrix/lines.ts";
import { blank, failed, fine, silent, unroutable } from "../matrix/planes.ts";
import { columnCells, rowCells, type Scene } from "../scene.ts";

/**
 * The pod path alone fails: no answer from the health endpoint, while the port on the node's address answers. By the
 * primary addresses; the other family of a dual-stack node is another matter.
 */
export interface PodPathFailures {
  /** Flat indexes of such paths between different nodes of this cluster. */
  readonly cells: readonly number[];
  /** The same by the node they lead to. */
  readonly into: ReadonlyMap<number, readonly number[]>;
  /** Nodes whose pod path nearly nobody gets through, while their own agent does; ascending. */
  readonly columns: readonly number[];
  /** True when that is so for nearly every node. */
  readonly everywhere: boolean;
}

/** A scene never changes, and a dozen rules ask the same of it: millions of cells are not to be walked each time. */
const known = new WeakMap<Scene, PodPathFailures>();

/** Of the failures that are left; read from the shapes, so that a mesh without any costs nothing. */
export function podPathFailures(scene: Scene): PodPathFailures {
  const failures = known.get(scene) ?? readFailures(scene);
  known.set(scene, failures);
  return failures;
}

const none: PodPathFailures = { cells: [], into: new Map(), columns: [], everywhere: false };

function readFailures(scene: Scene): PodPathFailures {
  const shapes = scene.shapes.filter(({ probes }) => probes.includes("endpoint-http"));
  if (shapes.length === 0) return none;
  const marked = new Uint8Array(scene.size * scene.size);
  for (const { cells } of shapes) for (const cell of cells) marked[cell] = 1;
  const cells: number[] = [];
  const into = new Map<number, number[]>();
  for (let cell = marked.indexOf(1); cell >= 0; cell = marked.indexOf(1, cell + 1)) {
    if (!isPodPathAlone(scene, cell)) continue;
    cells.push(cell);
    const column = into.get(cell % scene.size);
    if (column === undefined) into.set(cell % scene.size, [cell]);
    else column.push(cell);
  }
  const columns = [...into.keys()].filter((node) => isColumn(scene, node, into.get(node) ?? [])).sort((a, b) => a - b);
  const everywhere = columns.length > 1 && columns.length >= judgedColumns(scene) * 0.95;
  return { cells, into, columns, everywhere };
}

function isPodPathAlone({ nodes, planes, size }: Scene, cell: number): boolean {
  if (Math.floor(cell / size) === cell % size || nodes[cell % size]?.remote !== false) return false;
  const http = planes.primary["endpoint-http"][cell];
  const icmp = planes.primary["endpoint-icmp"][cell];
  const isSilent = (http === silent || http === unroutable) && (failed(icmp) || icmp === blank);
  return isSilent && !failed(planes.primary["host-http"][cell]);
}

/** One cell alone makes a column only where no other agent is heard, as on two nodes. */
function isColumn(scene: Scene, node: number, failing: readonly number[]): boolean {
  if (failed(scene.planes.primary["endpoint-http"][node * scene.size + node])) return false;
  const judged = judgedInto(scene, node);
  return failing.length >= judged * enough && (failing.length > 1 || judged === 1);
}

/** An agent that does not reach the node itself tells nothing of the pods there. */
function judgedInto({ planes, size }: Scene, node: number): number {
  const { "endpoint-http": pod, "host-http": host } = planes.primary;
  let judged = 0;
  for (let from = 0; from < size; from++) {
    const cell = from * size + node;
    if (from !== node && pod[cell] !== blank && !failed(host[cell])) judged++;
  }
  return judged;
}

function judgedColumns(scene: Scene): number {
  let columns = 0;
  for (let node = 0; node < scene.size; node++) if (judgedInto(scene, node) > 0) columns++;
  return columns;
}

/** Whether a node gets through to the pods of others, those aside that nobody gets through to. */
export function getsThrough(scene: Scene, node: number, { columns, everywhere }: PodPathFailures): boolean {
  if (everywhere) return true;
  const lost = new Set(columns);
  const http = scene.planes.primary["endpoint-http"];
  const cells = rowCells(scene, node).filter((cell) => {
    const to = cell % scene.size;
    return to !== node && http[cell] !== blank && !lost.has(to);
  });
  return cells.filter((cell) => failed(http[cell])).length <= cells.length / 2;
}

/** An agent that is heard and whose pod path the others get through to: what holds there does no harm. */
export function isPodPathFine(scene: Scene, node: number): boolean {
  if (scene.nodes[node]?.agent?.health == null) return false;
  const http = scene.planes.primary["endpoint-http"];
  const judged = columnCells(scene, node).filter((cell) => http[cell] !== blank);
  return judged.length > 1 && judged.filter((cell) => http[cell] === fine).length >= judged.length * enough;
}
