import { zoneOf } from "../matrix/scope.ts";
import type { Claim, Rule } from "../rule.ts";
import { columnCells, rowCells, type Scene } from "../scene.ts";
import { type Down, downNodes } from "../settings/down.ts";

/** The machine or its network is gone, and nobody reaches it. Suppresses everything else in its column. */
export const nodeDown: Rule = {
  causes: [
    {
      id: "node-down",
      severity: "error",
      title: "a node is down or cut off",
      meaning:
        "The other agents do not reach the node on any path, and its own agent cannot be asked: the machine, its network or its kubelet is gone. Kubernetes calls it not ready as soon as its lease has run out.",
      apart:
        "stale-node-entry has no Node object; node-ip-changed probes another address; host-input-drop keeps the node Ready and its agent answering; with agent-down the kernel still answers.",
      confirm: "`kubectl get node NODE -o wide` shows NotReady, and no command can be run in the node's agent.",
      fix: "bring the machine or its network back, or delete the Node if it is gone for good",
      docs: "health",
    },
  ],
  find: (scene) => {
    const down = downNodes(scene);
    return down.map((one) => claim(scene, one, down));
  },
};

function claim(scene: Scene, down: Down, all: readonly Down[]): Claim {
  const { at, node, confidence } = down;
  const cells = [...columnCells(scene, at), ...(node.agent?.health == null ? [] : rowCells(scene, at))];
  return {
    id: "node-down",
    confidence,
    title: `${node.name} is down or cut off from the network`,
    nodes: [node.name],
    host: cells,
    endpoint: cells,
    evidence: evidence(down),
    alternatives: alternatives(scene, down, all),
    confirm: node.remote
      ? []
      : [{ node: null, argv: ["get", "node", node.name, "-o", "wide"], expect: "STATUS NotReady" }],
  };
}

function evidence({ node, seen, stateSays }: Down): Claim["evidence"] {
  const asked = node.agent?.failures[0]?.message ?? node.agent?.notAsked ?? "";
  const how =
    seen.judged === 0
      ? "no agent was heard that probes it"
      : `${seen.dead} of ${seen.judged} agents that probe it do not reach its node address`;
  return [
    ...(stateSays === "" ? [] : [{ text: stateSays, node: node.name }]),
    { text: how, node: node.name },
    ...(asked === "" ? [] : [{ text: `its agent could not be asked: ${asked}`, node: node.name }]),
    ...(node.agent?.health == null ? [] : [{ text: "its own agent reaches no other node either", node: node.name }]),
  ];
}

function alternatives(scene: Scene, down: Down, all: readonly Down[]): NonNullable<Claim["alternatives"]> {
  const { node, confidence } = down;
  if (node.remote) return [{ id: "stale-node-entry", why: `its own cluster would not know a node ${node.name}` }];
  const zone = zoneOf(node);
  const members = scene.nodes.filter((other) => zone !== "" && zoneOf(other) === zone).length;
  const gone = all.filter((other) => zone !== "" && zoneOf(other.node) === zone).length;
  const whole = members > 1 && gone === members && members < scene.size;
  return [
    ...(node.kube === null ? [leftover] : []),
    ...(confidence === "confirmed" || node.agent === null ? [] : [inputDrop]),
    ...(whole ? [{ id: "underlay-partition", why: `all ${members} nodes of ${zone} are gone at once` }] : []),
  ];
}

/** Without the right to list nodes nobody can tell a node that is down from one that was deleted. */
const leftover = {
  id: "stale-node-entry",
  why: "this run could not list nodes: if kubectl get node knows no such node, it was deleted, and only an entry is left of it",
};

const inputDrop = {
  id: "host-input-drop",
  why: "a filter on the node's input that hits the kubelet's port too reads the same, but the node stays Ready: ask for its state again in a minute",
};
