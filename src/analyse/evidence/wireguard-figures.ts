import { blank, failed, fine, silent } from "../matrix/planes.ts";
import type { Scene } from "../scene.ts";
import { encryptsNodes, optsOutOfNodeEncryption, probesUseWireguard, settingsAgree } from "../settings/wire.ts";
import { failsBothWays } from "../shapes/both-ways.ts";
import { sinksOf, sourcesOf } from "../shapes/figure-words.ts";
import { type Figure, figuresOf, type Judge, podPathDead } from "../shapes/signature.ts";

/** The pod path is dead, and with node encryption the node's own address may be too. */
const encryptedDead: Judge = (ni, nh, ei, eh) => {
  if (ei === fine || eh === fine) return fine;
  if (!failed(ei) || eh !== silent) return blank;
  const isHostDead = failed(ni) && nh === silent;
  return isHostDead || ni === fine || nh === fine ? silent : blank;
};

/**
 * What dies with WireGuard between nodes. Where nothing answers at all and no node keeps outside of node encryption to
 * speak against it, the network itself may be cut: then a cut between groups is left to that.
 */
export function wireguardFigures(scene: Scene): Figure[] {
  if (!probesUseWireguard(scene) || scene.shapes.length === 0) return [];
  const judge = encryptsNodes(scene) ? encryptedDead : podPathDead;
  return figuresOf(scene, judge)
    .filter((figure) => failsBothWays(scene, figure))
    .filter((figure) => settingsAgree(scene, [...sourcesOf(scene, figure.cells), ...sinksOf(scene, figure.cells)]))
    .filter((figure) => !contradicts(scene, figure));
}

/** A node that keeps outside of node encryption is cut off too, on its own address: no encryption is to blame. */
function contradicts(scene: Scene, figure: Figure): boolean {
  const bare = figure.cells.filter((cell) => isBare(scene, cell));
  return bare.length > 0 && bare.every((cell) => isHostDead(scene, cell));
}

/** Whether any path of a figure fails on the node's own address, which only node encryption explains. */
export function hidesHosts(scene: Scene, figure: Figure): boolean {
  return figure.cells.some((cell) => isHostDead(scene, cell));
}

/** Paths whose node addresses answer although the pod path is dead: at one end of each is a node that opts out. */
export function spares(scene: Scene, figure: Figure): boolean {
  const bare = figure.cells.filter((cell) => isBare(scene, cell));
  return bare.length > 0 && bare.every((cell) => !isHostDead(scene, cell));
}

function isBare(scene: Scene, cell: number): boolean {
  const ends = [Math.floor(cell / scene.size), cell % scene.size];
  return ends.some((end) => optsOutOfNodeEncryption(scene, scene.nodes[end]));
}

function isHostDead({ planes }: Scene, cell: number): boolean {
  return failed(planes.primary["host-icmp"][cell]) && planes.primary["host-http"][cell] === silent;
}
