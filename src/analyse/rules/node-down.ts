import type { NodeFacts } from "../../model/facts.ts";
import type { Claim, Rule } from "../rule.ts";
import { columnCells, hasUnreachable, inbound, type Scene } from "../scene.ts";

/** The machine or its network is gone: NotReady, and nobody reaches it. Suppresses everything else in its column. */
export const nodeDown: Rule = {
  causes: [
    {
      id: "node-down",
      severity: "error",
      title: "a node is down or cut off",
      meaning:
        "Kubernetes says the node is not ready, and the other agents do not reach it on any path. The machine, its network or its kubelet is gone; no agent there can be asked.",
      apart:
        "stale-node-entry has no Node object; node-ip-changed probes another address; host-input-drop keeps the node Ready and its agent answering.",
      fix: "bring the machine or its network back, or delete the Node if it is gone for good",
      docs: "health",
    },
  ],
  find: (scene) =>
    scene.nodes.flatMap((node, index) => (isDown(scene, node, index) ? [claim(scene, node, index)] : [])),
};

/** Not ready by Kubernetes, silent, and somebody fails to reach it. */
export function isDown(scene: Scene, node: NodeFacts, index: number): boolean {
  if (node.kube === null || node.kube.ready === "True" || node.agent?.health != null) return false;
  return hasUnreachable(scene, index);
}

function claim(scene: Scene, node: NodeFacts, index: number): Claim {
  const { unreachable, total } = inbound(scene, index, "host");
  const reason = node.kube?.readyMessage ? `: ${node.kube.readyMessage}` : "";
  const asked = node.agent?.failures[0]?.message ?? node.agent?.notAsked ?? "";
  return {
    id: "node-down",
    confidence: "confirmed",
    title: `${node.name} is down or cut off from the network`,
    nodes: [node.name],
    host: columnCells(scene, index),
    endpoint: columnCells(scene, index),
    evidence: [
      { text: `Kubernetes reports ${node.name} not ready${reason}`, node: node.name },
      { text: `${unreachable} of ${total} agents that probe it do not reach its node address`, node: node.name },
      ...(asked === "" ? [] : [{ text: `its agent could not be asked: ${asked}`, node: node.name }]),
    ],
    confirm: [
      {
        node: null,
        argv: ["get", "node", node.name, "-o", "wide"],
        expect: "STATUS NotReady",
      },
    ],
  };
}
