import { failingAmong } from "../matrix/failing.ts";
import type { Claim, Rule } from "../rule.ts";
import { columnCells, nameOf, type Scene } from "../scene.ts";
import { isNewNode } from "../settings/ages.ts";
import { isDown } from "../settings/down.ts";

/** A node of Kubernetes on which no Cilium agent was ever put. */
export const agentNotScheduled: Rule = {
  causes: [
    {
      id: "agent-not-scheduled",
      severity: "warning",
      title: "a node has no Cilium agent",
      meaning:
        "Kubernetes has the node, and there is no agent pod on it. Pods there get no network from Cilium, and nobody probes the node.",
      apart: "node-missing-from-view has an agent; virtual, Windows and Fargate nodes are not expected to have one.",
      confirm:
        "`kubectl -n kube-system get daemonset -l k8s-app=cilium` desires fewer pods than there are nodes; `kubectl describe node NODE` shows a taint that is not tolerated, or lacks the label that is selected.",
      fix: "give Cilium's DaemonSet the toleration or node selector that it lacks for this node",
      docs: "health",
    },
  ],
  find: (scene) => {
    if (!scene.nodes.some((node) => node.agent !== null)) return [];
    const bare = scene.nodes.flatMap((_node, at) => (isBare(scene, at) ? [at] : []));
    const missed = bare.filter((at) => isMissed(scene, at));
    const plain = bare.filter((at) => !missed.includes(at));
    return [
      ...(missed.length === 0 ? [] : [claim(scene, missed)]),
      ...(plain.length === 0 ? [] : [{ ...claim(scene, plain), severity: "info" as const }]),
    ];
  },
};

/**
 * Whether something waits for Cilium there. The DaemonSet is not read, so a node that it leaves out on purpose looks
 * like one that lacks a toleration until one of these signs is seen.
 */
function isMissed(scene: Scene, at: number): boolean {
  const node = scene.nodes[at];
  if (node?.kube == null) return false;
  const { ready, readyMessage, networkUnavailable, taints } = node.kube;
  const isWaiting = ready !== "True" && /network plugin|cni/i.test(readyMessage);
  const isKeptFree = taints.some((taint) => taint.startsWith("node.cilium.io/agent-not-ready"));
  return node.cilium !== null || isWaiting || isKeptFree || networkUnavailable;
}

/** The DaemonSet's controller needs a moment for a new node; a node that is down has lost its pod to that. */
function isBare(scene: Scene, at: number): boolean {
  const node = scene.nodes[at];
  if (node === undefined || node.kube === null || node.agent !== null || node.agentNotDue !== "") return false;
  return !isNewNode(scene, at) && !isDown(scene, at);
}

function claim(scene: Scene, bare: readonly number[]): Claim {
  const names = bare.map((at) => nameOf(scene, at));
  return {
    id: "agent-not-scheduled",
    confidence: "confirmed",
    title: `${names.length === 1 ? `${names[0]} has` : `${names.length} nodes have`} no Cilium agent`,
    nodes: names,
    ...failingAmong(scene, new Set(bare.flatMap((at) => columnCells(scene, at)))),
    evidence: bare.slice(0, 5).flatMap((at) => evidence(scene, at)),
    confirm: [
      {
        node: null,
        argv: ["-n", scene.facts.namespace, "get", "daemonset", "-l", "k8s-app=cilium"],
        expect: "DESIRED is smaller than the number of nodes",
      },
      { node: null, argv: ["describe", "node", names[0] ?? ""], expect: "a taint, or no label that is selected" },
    ],
  };
}

function evidence(scene: Scene, at: number): Claim["evidence"][number][] {
  const node = scene.nodes[at];
  const name = nameOf(scene, at);
  const ready = node?.kube?.ready === "True" ? "ready" : "not ready";
  const taints = node?.kube?.taints ?? [];
  return [
    { text: `${name} is ${ready} and has no agent pod`, node: name },
    node?.cilium === null || node === undefined
      ? { text: "there is no CiliumNode of it: no agent ever ran there", node: name }
      : { text: "a CiliumNode of it is left: an agent ran there before", node: name },
    ...(taints.length === 0 ? [] : [{ text: `its taints: ${taints.join(", ")}`, node: name }]),
  ];
}
