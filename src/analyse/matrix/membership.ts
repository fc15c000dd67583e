import { notListed, presenceOf } from "../../model/matrix.ts";
import type { Members, Scene } from "../scene.ts";

/** How many of the agents whose view holds any nodes list a node; its own agent is left out. */
export function listedByAgents(scene: Scene, node: number): { readonly listed: number; readonly heard: number } {
  let listed = 0;
  let heard = 0;
  for (let from = 0; from < scene.size; from++) {
    if (from === node || !hasView(scene, from)) continue;
    heard++;
    if (lists(scene, from, node)) listed++;
  }
  return { listed, heard };
}

/** Whether an agent gave a row that holds any node. */
export function hasView(scene: Members, from: number): boolean {
  return scene.nodes[from]?.agent?.health?.hasNodes === true && scene.facts.matrix.rows[from] != null;
}

/** Whether an agent's health view has an entry of a node. */
export function lists(scene: Members, from: number, to: number): boolean {
  const row = scene.facts.matrix.rows[from];
  if (row == null) return false;
  return presenceOf(row, "host", to) !== notListed || presenceOf(row, "endpoint", to) !== notListed;
}
