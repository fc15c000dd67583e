import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { isFreshAgent, isNewNode } from "../settings/ages.ts";

/** A node without a health endpoint while the others have one: nobody probes its pod path (cilium/cilium#6754). */
export const healthEndpointMissing: Rule = {
  causes: [
    {
      id: "health-endpoint-missing",
      severity: "warning",
      title: "a node has no health endpoint",
      meaning:
        "The node announces no health address, so the pod path to it is not probed at all; it looks neither healthy nor broken. Most often its address pool is exhausted.",
      apart: "With endpoint-health-disabled no node has one.",
      confirm:
        "`cilium-dbg endpoint list` in the agent has no row with reserved:health; the line IPAM of `cilium-dbg status` says whether all addresses are allocated.",
      fix: "free addresses of the node's pod range, or restart its agent, which creates the endpoint anew",
      docs: "health",
    },
  ],
  find: (scene) => {
    if (scene.settings.healthChecking === false || scene.settings.endpointHealthChecking === false) return [];
    const missing = scene.nodes.flatMap((_node, at) => (isMissing(scene, at) ? [at] : []));
    const others = scene.nodes.some((node) => (node.cilium?.healthIPs.length ?? 0) > 0);
    return missing.length === 0 || !others ? [] : [claim(scene, missing)];
  },
};

/** Announced without a health address by an agent that answers and has had the time to make one. */
function isMissing(scene: Scene, at: number): boolean {
  const node = scene.nodes[at];
  if (node?.agent?.health == null || node.cilium === null || node.cilium.healthIPs.length > 0) return false;
  const own = node.agent.endpoints;
  return own?.health == null && !isFreshAgent(scene, at) && !isNewNode(scene, at);
}

function claim(scene: Scene, missing: readonly number[]): Claim {
  const names = missing.map((at) => nameOf(scene, at));
  const isRead = missing.every((at) => scene.nodes[at]?.agent?.endpoints !== null);
  return {
    id: "health-endpoint-missing",
    confidence: isRead ? "confirmed" : "likely",
    title: `${names.length === 1 ? `${names[0]} has` : `${names.length} nodes have`} no health endpoint: the pod path there is not probed`,
    nodes: names,
    host: [],
    endpoint: [],
    evidence: missing.slice(0, 4).flatMap((at) => evidence(scene, at)),
    confirm: [
      { node: names[0] ?? "", argv: ["cilium-dbg", "endpoint", "list"], expect: "no endpoint with reserved:health" },
      { node: names[0] ?? "", argv: ["cilium-dbg", "status"], expect: "whether all addresses of IPAM are allocated" },
    ],
  };
}

function evidence(scene: Scene, at: number): Claim["evidence"][number][] {
  const node = scene.nodes[at];
  const name = nameOf(scene, at);
  const ipam = (node?.agent?.status?.ipamStatus ?? "").replace(/[,\s]+$/, "");
  return [
    { text: `CiliumNode ${name} has no spec.health`, node: name },
    ...(node?.agent?.endpoints == null
      ? []
      : [
          {
            text: `none of its ${node.agent.endpoints.total} endpoints is reserved:health`,
            node: name,
            capture: "cilium-endpoint-list.json" as const,
          },
        ]),
    ...(ipam === "" ? [] : [{ text: `IPAM: ${ipam}`, node: name, capture: "cilium-status.json" as const }]),
  ];
}
