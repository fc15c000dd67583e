import { blank, failed, fine, type Plane, type Planes, silent } from "../matrix/planes.ts";
import type { Scene } from "../scene.ts";
import { foldPlane, type Shape } from "./shapes.ts";

/** How the four probes of one path ended, on the primary addresses; values as in planes.ts. */
export type Judge = (
  hostIcmp: number,
  hostHttp: number,
  endpointIcmp: number,
  endpointHttp: number,
) => typeof blank | typeof fine | typeof silent;

/** Cells that show one picture of the four probes together, and how they lie. */
export type Figure = Omit<Shape, "probes">;

/**
 * Which cells show a picture: `silent` where they do, `fine` where they plainly do not, `blank` where it cannot be told.
 * Where one fault hides another, as a dead node a blocked port, the hidden cells must not speak against a shape. An
 * agent's own node stays out: nothing on the wire is involved.
 */
export function readPicture({ planes, size }: Scene, judge: Judge): Plane {
  const { "host-icmp": ni, "host-http": nh, "endpoint-icmp": ei, "endpoint-http": eh } = planes.primary;
  const picture = new Uint8Array(size * size);
  for (let cell = 0; cell < picture.length; cell++) {
    if (cell % (size + 1) === 0) continue;
    picture[cell] = judge(ni[cell] ?? blank, nh[cell] ?? blank, ei[cell] ?? blank, eh[cell] ?? blank);
  }
  return picture;
}

/** A picture folded into few figures: the same geometry as shapes, of four probes instead of one. */
function foldPicture({ groupings, size }: Scene, picture: Plane): Figure[] {
  return picture.includes(silent) ? foldPlane(picture.slice(), size, groupings) : [];
}

/** Several rules look for the same picture, each to judge and to ask; planes never change, nor do the groups beside them. */
const folded = new WeakMap<Planes, Map<Judge, readonly Figure[]>>();

/** The figures of one picture; none at no cost where nothing fails. */
export function figuresOf(scene: Scene, judge: Judge): readonly Figure[] {
  if (scene.shapes.length === 0) return [];
  const known = folded.get(scene.planes) ?? new Map<Judge, readonly Figure[]>();
  folded.set(scene.planes, known);
  const figures = known.get(judge) ?? foldPicture(scene, readPicture(scene, judge));
  known.set(judge, figures);
  return figures;
}

/**
 * Lines of one kind joined into one figure of several nodes, pairs and single paths likewise: one cause at ten nodes is
 * one thing to say.
 */
export function joinAlike(figures: readonly Figure[]): Figure[] {
  const alike = new Map<string, Figure[]>();
  figures.forEach((figure, at) => {
    const key = figure.kind === "block" ? `block ${at}` : figure.kind;
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [figure]);
    else known.push(figure);
  });
  return [...alike.values()].flatMap((some) => (some.length === 1 ? some : join(some)));
}

function join(figures: readonly Figure[]): Figure[] {
  const nodes = new Set(figures.flatMap((figure) => figure.nodes));
  const cells = figures.flatMap((figure) => figure.cells);
  return figures.slice(0, 1).map((first) => ({ ...first, nodes: [...nodes].sort((a, b) => a - b), cells }));
}

/** The host answers in one way or other while the pod path is dead: what carries pods between nodes is broken. */
export const podPathDead: Judge = (ni, nh, ei, eh) => {
  if (eh === fine || ei === fine) return fine;
  if (eh !== silent || !failed(ei)) return blank;
  return ni === fine || nh === fine ? silent : blank;
};

/** Nothing at all answers. The endpoint may be unknown, as where its checking is off, but must not answer. */
export const allDead: Judge = (ni, nh, ei, eh) => {
  if (ni === fine || nh === fine) return fine;
  if (ni === blank || nh === blank) return blank;
  return ei === fine || eh === fine ? fine : silent;
};
