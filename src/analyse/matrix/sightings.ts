import { isFailure, noResult, probedAt, success } from "../../model/matrix.ts";
import type { Scene } from "../scene.ts";
import { isForeign, probedAddress } from "../settings/announced.ts";
import { failureClass, refused, silent, unroutable } from "./planes.ts";

/**
 * How the other agents see a node's own address. Read from the views themselves, so that it says the same before and
 * after other rules explained their paths.
 */
export interface Sightings {
  /** Agents with a result, those that probe an address which is not the node's left out. */
  readonly judged: number;
  /** No answer of any kind from the health port: the machine or the way to it is gone. */
  readonly dead: number;
  /** Of the dead ones, those that ping does not reach either. Up to 1.14 a ping success outlives the node. */
  readonly deadByPing: number;
  /** The kernel refuses the port: the machine is alive, its agent is not. */
  readonly refused: number;
  /** Reached, by a probe that is newer than `since`. */
  readonly alive: number;
}

/** `since`: epoch milliseconds; older successes are passed over. */
export function sightings(scene: Scene, node: number, since = 0): Sightings {
  const counts = { judged: 0, dead: 0, deadByPing: 0, refused: 0, alive: 0 };
  for (let from = 0; from < scene.size; from++) {
    if (from !== node) count(counts, scene, from, node, since);
  }
  return counts;
}

type Counts = { -readonly [key in keyof Sightings]: number };

function count(counts: Counts, scene: Scene, from: number, node: number, since: number): void {
  const { matrix } = scene.facts;
  const row = matrix.rows[from];
  const position = row?.host.positions[0];
  if (row == null || position === undefined || node >= row.width) return;
  if (isForeign(probedAddress(scene, from, node, "host"), ownHostIPs(scene, node))) return;
  const http = position.http.outcome[node] ?? noResult;
  const icmp = position.icmp.outcome[node] ?? noResult;
  if (http === noResult && icmp === noResult) return;
  counts.judged++;
  const seen = classOf(scene, http === noResult ? icmp : http);
  if (seen === silent || seen === unroutable) {
    counts.dead++;
    if (icmp !== success) counts.deadByPing++;
  } else if (seen === refused) counts.refused++;
  else if (http === success || http === noResult) {
    const at = probedAt(row, position.http, node) * 1000 || (scene.nodes[from]?.agent?.health?.timestamp ?? 0);
    if (at >= since) counts.alive++;
  }
}

function classOf(scene: Scene, outcome: number): number {
  return isFailure(outcome) ? failureClass(scene.facts.matrix.messages[outcome - 2] ?? "") : outcome;
}

function ownHostIPs(scene: Scene, node: number): readonly string[] {
  const facts = scene.nodes[node];
  return facts?.kube?.internalIPs ?? facts?.cilium?.internalIPs ?? [];
}
