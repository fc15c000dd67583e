import type { Answer, Check, CheckScene } from "../check.ts";
import { faultAnswer, namedFault } from "../compare/named-faults.ts";
import { doubtful, fine } from "../compare/per-node.ts";
import { notRead } from "../compare/readings.ts";
import { isFreshAgent, isNewNode } from "../settings/ages.ts";

const rules = ["health-endpoint-missing", "endpoint-health-disabled", "health-checking-disabled"];

export const healthEndpointPresent: Check = {
  cause: {
    id: "health-endpoint-present",
    severity: "warning",
    title: "whether each node has a health endpoint and announces it",
    meaning:
      "A node has no health endpoint, or announces none, so nobody probes the way that pods' packets go there: the node looks well for lack of probes. The pool of addresses may be exhausted, or the endpoint could not be made.",
    apart:
      "health-endpoint-missing is the same as a finding; endpoint-health-disabled and health-checking-disabled concern every node.",
    confirm: "`cilium-dbg endpoint list` in the agent has a line with reserved:health; the CiliumNode has spec.health.",
    fix: "see IPAM for free addresses, then restart the agent",
    docs: "health",
  },
  look: (checked) => checked.nodes.map((node) => judge(checked, node)),
};

function judge(checked: CheckScene, node: number): Answer {
  const { scene } = checked;
  const { endpointHealthChecking, healthChecking } = scene.settings;
  if (endpointHealthChecking === false || healthChecking === false)
    return fine(node, "health endpoints are switched off");
  const facts = scene.nodes[node];
  const fault = namedFault(checked, node, rules);
  if (fault !== null) return faultAnswer(fault, node, "there is no health endpoint: the pod path is not probed");
  const announced = (facts?.cilium?.healthIPs.length ?? 0) > 0;
  const endpoints = facts?.agent?.endpoints ?? null;
  // A CiliumNode outlives its agent: what it announces counts where the agent was heard.
  if (facts?.agent?.health == null && endpoints === null) return notRead(checked, node, "cilium-health-status.json");
  if (announced && endpoints?.health !== null) return fine(node);
  if (facts?.agent?.health == null) return notRead(checked, node, "cilium-health-status.json");
  if (facts.cilium === null && endpoints === null) return notRead(checked, node, "cilium-endpoint-list.json");
  if (isFreshAgent(scene, node) || isNewNode(scene, node)) return fine(node, "the agent has just started");
  if (facts.cilium === null)
    return endpoints?.health == null ? doubtful(node, "no endpoint is reserved:health") : fine(node);
  return announced
    ? doubtful(node, "a health address is announced, and no endpoint of the agent is reserved:health")
    : doubtful(node, "the CiliumNode announces no health address");
}
