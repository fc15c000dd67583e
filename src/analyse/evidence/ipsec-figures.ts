import { readEncryptErrors, readXfrmStat, stateErrors, type XfrmErrors } from "../reads/xfrm-errors.ts";
import { confirmingText, type Scene } from "../scene.ts";
import { isTunnel, settingsAgree } from "../settings/wire.ts";
import { failsBothWays } from "../shapes/both-ways.ts";
import { suspectsOf } from "../shapes/figure-facts.ts";
import { sinksOf, sourcesOf } from "../shapes/figure-words.ts";
import { type Figure, figuresOf, podPathDead } from "../shapes/signature.ts";

/** What dies with IPsec between nodes: the pod path, both ways. */
export function ipsecFigures(scene: Scene): Figure[] {
  if (scene.settings.encryption !== "ipsec") return [];
  return figuresOf(scene, podPathDead)
    .filter((figure) => failsBothWays(scene, figure))
    .filter((figure) => settingsAgree(scene, [...sourcesOf(scene, figure.cells), ...sinksOf(scene, figure.cells)]));
}

/** With native routing a probe from the host may travel in the clear, so that only a fact can accuse IPsec there. */
export function needsFact(scene: Scene): boolean {
  return !isTunnel(scene);
}

/** Key ids that the nodes announce (`spec.encryption.key`), with the nodes that announce each; 0 is none. */
export function keysOf(scene: Scene): ReadonlyMap<number, readonly number[]> {
  const keys = new Map<number, number[]>();
  scene.nodes.forEach((node, index) => {
    if (node.cilium === null || node.remote) return;
    const key = node.cilium.encryptionKey;
    const known = keys.get(key);
    if (known === undefined) keys.set(key, [index]);
    else known.push(index);
  });
  return keys;
}

export interface NodeErrors {
  readonly node: number;
  readonly capture: "xfrm_stat.txt" | "encrypt-status.json";
  readonly errors: XfrmErrors;
}

/** Counters of the suspects that were read, those that stand for keys or sequence numbers alone. */
export function stateErrorsOf(scene: Scene, figure: Figure): NodeErrors[] {
  return suspectsOf(scene, figure).flatMap((node) => {
    const read = readErrors(scene, node);
    return read === null ? [] : [{ ...read, errors: onlyState(read.errors) }];
  });
}

function readErrors(scene: Scene, node: number): NodeErrors | null {
  const kernel = readXfrmStat(confirmingText(scene.nodes[node], "xfrm_stat.txt") ?? "");
  if (kernel !== null) return { node, capture: "xfrm_stat.txt", errors: kernel };
  const agent = readEncryptErrors(confirmingText(scene.nodes[node], "encrypt-status.json") ?? "");
  return agent === null ? null : { node, capture: "encrypt-status.json", errors: agent };
}

function onlyState(errors: XfrmErrors): XfrmErrors {
  return new Map([...errors].filter(([name]) => stateErrors.has(name)));
}
