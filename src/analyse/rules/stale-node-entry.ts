import type { NodeFacts } from "../../model/facts.ts";
import { countCells, failingAmong, sourcesOf } from "../matrix/failing.ts";
import { listedByAgents } from "../matrix/membership.ts";
import { sightings } from "../matrix/sightings.ts";
import type { Claim, ConfirmStep, Rule } from "../rule.ts";
import { columnCells, nameOf, type Scene } from "../scene.ts";
import { isNewNode } from "../settings/ages.ts";
import { isGhost } from "../settings/announced.ts";

/** A deleted node that agents still probe (cilium/cilium#20899, #7805, #21844, #31921). */
export const staleNodeEntry: Rule = {
  causes: [
    {
      id: "stale-node-entry",
      severity: "warning",
      title: "a node that no longer exists is still probed",
      meaning:
        "Kubernetes has no such node, but a CiliumNode or an entry in the agents' lists is left of it, so they probe an address where nobody answers. If the address was given to another node, the leftover also breaks WireGuard.",
      apart: "node-down has a Node object.",
      confirm:
        "`kubectl get node,ciliumnode NODE` finds no Node of this name, while `cilium-dbg node list` in the observing agents still has an entry.",
      fix: "delete the leftover CiliumNode or kvstore key; in a mesh restart clustermesh-apiserver and the agents that list it",
      docs: "kvstore",
    },
  ],
  find: (scene) =>
    scene.nodes.flatMap((node, at) => {
      if (node.remote) return remoteLeftover(scene, node, at);
      return isGhost(scene, node) ? leftover(scene, node, at) : [];
    }),
};

/** Failing to be reached, or in the way of a node that bears its address now; an external machine that answers is none. */
function leftover(scene: Scene, node: NodeFacts, at: number): Claim[] {
  const cells = failingAmong(scene, columnCells(scene, at));
  const heir = heirOf(scene, node, at);
  if (countCells(cells) === 0 && heir === "") return [];
  const observers = sourcesOf(cells, scene.size);
  return [
    {
      id: "stale-node-entry",
      confidence: "confirmed",
      title: `${node.name} no longer exists and is still probed`,
      nodes: [node.name],
      ...cells,
      evidence: [
        { text: `Kubernetes has no node ${node.name}`, node: node.name },
        source(node),
        { text: `${observers.length} agents probe it and get no answer`, node: node.name },
        ...(heir === "" ? [] : [{ text: `its address now belongs to ${heir}`, node: heir }]),
      ],
      confirm: confirmations(scene, node, observers),
      ...(node.cilium === null ? {} : { fix: `kubectl delete ciliumnode ${node.name}` }),
    },
  ];
}

function source(node: NodeFacts): Claim["evidence"][number] {
  return node.cilium === null
    ? { text: "no CiliumNode is left of it either: it lives in the agents' lists or in the kvstore", node: node.name }
    : { text: `a CiliumNode is left of it, created ${node.cilium.createdAt || "at an unknown time"}`, node: node.name };
}

function confirmations(scene: Scene, node: NodeFacts, observers: readonly number[]): ConfirmStep[] {
  const [first] = observers;
  return [
    { node: null, argv: ["get", "node,ciliumnode", node.name], expect: "no Node of this name" },
    ...(first === undefined
      ? []
      : [{ node: nameOf(scene, first), argv: ["cilium-dbg", "node", "list"], expect: `an entry ${node.name}` }]),
  ];
}

/** The node of Kubernetes that has the leftover's address now, "" when none has, or it has only just joined. */
function heirOf(scene: Scene, node: NodeFacts, at: number): string {
  const addresses = node.cilium?.internalIPs ?? [];
  const heir = scene.nodes.findIndex(
    (other, index) => index !== at && other.kube?.internalIPs.some((ip) => addresses.includes(ip)) === true,
  );
  return heir < 0 || isNewNode(scene, heir) ? "" : nameOf(scene, heir);
}

/** An entry of another cluster that only some agents here still have, and that none of them reaches. */
function remoteLeftover(scene: Scene, node: NodeFacts, at: number): Claim[] {
  const cells = failingAmong(scene, columnCells(scene, at));
  if (countCells(cells) === 0) return [];
  const { listed, heard } = listedByAgents(scene, at);
  const seen = sightings(scene, at);
  if (listed >= heard || seen.dead < seen.judged) return [];
  return [
    {
      id: "stale-node-entry",
      confidence: "likely",
      title: `${node.name} is still probed by ${listed} of ${heard} agents and is probably gone`,
      nodes: [node.name],
      ...cells,
      evidence: [
        { text: `${listed} of ${heard} agents list ${node.name}, the others do not`, node: node.name },
        { text: "none of those who list it reaches it", node: node.name },
      ],
      alternatives: [
        { id: "clustermesh-not-connected", why: "the agents that do not list it may have lost the connection instead" },
      ],
      confirm: confirmations(scene, node, sourcesOf(cells, scene.size)).slice(1),
    },
  ];
}
