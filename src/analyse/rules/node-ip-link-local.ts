import { countCells, failingWhere, type PathCells, sinksOf } from "../matrix/failing.ts";
import { textOf } from "../matrix/planes.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { isLinkLocal, probedAddresses } from "../settings/announced.ts";

/** A node whose address is fe80::/10 cannot be dialled without a zone: "invalid argument" (cilium/cilium#33648). */
export const nodeIpLinkLocal: Rule = {
  causes: [
    {
      id: "node-ip-link-local",
      severity: "error",
      title: "a node announces a link-local address",
      meaning:
        "The kubelet reported an IPv6 address of the link itself (fe80::/10) as the node's own. Nobody can connect to it without naming an interface, and the node's own health responder may fail to listen on it.",
      apart: "The address itself decides: no other cause has one of this range.",
      confirm:
        "`kubectl get ciliumnode NODE -o jsonpath='{.spec.addresses}'` shows an InternalIP that starts with fe80:.",
      fix: "give the kubelet a routable address with --node-ip, then restart the node's agent",
      docs: "requirements",
    },
  ],
  find: (scene) => {
    const cells = failingWhere(scene, (from, to, target) => {
      if (target !== "host") return false;
      return announcesLinkLocal(scene, to) || probedAddresses(scene, from, to, "host").some(isLinkLocal);
    });
    return countCells(cells) === 0 ? [] : [claim(scene, cells)];
  },
};

/** Announced by the node, so that a responder that could not bind may refuse the other family as well. */
export function announcesLinkLocal(scene: Scene, at: number): boolean {
  const node = scene.nodes[at];
  return [...(node?.kube?.internalIPs ?? []), ...(node?.cilium?.internalIPs ?? [])].some(isLinkLocal);
}

function claim(scene: Scene, cells: PathCells): Claim {
  const nodes = sinksOf(cells, scene.size);
  const names = nodes.map((at) => nameOf(scene, at));
  return {
    id: "node-ip-link-local",
    confidence: "confirmed",
    title: `${names.length === 1 ? `${names[0]} announces` : `${names.length} nodes announce`} a link-local address`,
    nodes: names,
    ...cells,
    evidence: [...nodes.slice(0, 3).map((at) => addressEvidence(scene, at)), ...textEvidence(scene, cells)],
    confirm: [
      {
        node: null,
        argv: ["get", "ciliumnode", names[0] ?? "", "-o", "jsonpath={.spec.addresses}"],
        expect: "an InternalIP that starts with fe80:",
      },
    ],
  };
}

function addressEvidence(scene: Scene, at: number): Claim["evidence"][number] {
  const node = scene.nodes[at];
  const announced = [...(node?.kube?.internalIPs ?? []), ...(node?.cilium?.internalIPs ?? [])];
  const name = nameOf(scene, at);
  const ip = announced.find(isLinkLocal);
  return {
    text: ip === undefined ? `agents probe ${name} at a link-local address` : `${name} announces ${ip}`,
    node: name,
  };
}

function textEvidence(scene: Scene, { host: [cell] }: PathCells): Claim["evidence"] {
  if (cell === undefined) return [];
  const [from, to] = [Math.floor(cell / scene.size), cell % scene.size];
  const text = textOf(scene.facts, from, to, "host-http") || textOf(scene.facts, from, to, "host-http", 1);
  return text === "" ? [] : [{ text, node: nameOf(scene, from), capture: "cilium-health-status.json" }];
}
