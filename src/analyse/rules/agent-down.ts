import type { NodeFacts } from "../../model/facts.ts";
import type { Claim, Rule } from "../rule.ts";
import { columnCells, inbound, type Scene } from "../scene.ts";
import { isDown } from "./node-down.ts";

/** The agent container does not run; the kernel still answers ping, port 4240 refuses (cilium/cilium#33697). */
export const agentDown: Rule = {
  causes: [
    {
      id: "agent-down",
      severity: "error",
      title: "an agent is not running",
      meaning:
        "The Cilium agent of the node is not running. Its health responder died with it, so the others see port 4240 refused, while the node itself may be well. Pods there keep their last configuration.",
      apart: "node-down also fails ICMP; health-port-conflict has a running agent and a healthy endpoint path.",
      fix: "read the previous log of the pod; it names what keeps the agent from starting",
      docs: "health",
    },
  ],
  find: (scene) =>
    scene.nodes.flatMap((node, index) => {
      const agent = node.agent;
      if (agent === null || agent.pod.state === "running" || isDown(scene, node, index)) return [];
      return [claim(scene, node, index)];
    }),
};

function claim(scene: Scene, node: NodeFacts, index: number): Claim {
  const pod = node.agent?.pod;
  const reason = pod?.reason || pod?.state || "unknown";
  const { unreachable, total } = inbound(scene, index, "host");
  return {
    id: "agent-down",
    confidence: "confirmed",
    title: `the Cilium agent of ${node.name} is not running (${reason})`,
    nodes: [node.name],
    host: columnCells(scene, index),
    endpoint: columnCells(scene, index),
    evidence: [
      { text: `pod ${pod?.name ?? ""} is ${reason}, ${pod?.restarts ?? 0} restarts`, node: node.name },
      { text: `${unreachable} of ${total} agents that probe it do not reach its node address`, node: node.name },
    ],
    confirm: [
      {
        node: null,
        argv: [
          "-n",
          pod?.namespace ?? "",
          "logs",
          pod?.name ?? "",
          "-c",
          pod?.container ?? "",
          "--previous",
          "--tail=50",
        ],
        expect: "the reason for the last exit",
      },
    ],
  };
}
