import { isNewNode } from "../settings/ages.ts";
import type { Found, Subject } from "./found.ts";

/** What is the matter with the node or with its agent, as far as that decides who is in whose list. */
export function agentTroubles(subject: Subject): Found[] {
  const { node } = subject;
  if (node.remote && node.kube === null && node.agent === null) return [];
  const found: Found[] = [];
  const say = (kind: Found["kind"], text: string) => found.push({ kind, otherwise: "info", text, agents: [] });
  if (node.kube !== null && node.kube.ready !== "True") say("node-not-ready", notReady(node.kube));
  if (node.agent === null) {
    if (node.kube !== null && node.agentNotDue === "") say("no-agent", "no agent pod is on it");
    return found;
  }
  const { pod, health } = node.agent;
  if (pod.state !== "running")
    say("agent-down", `its agent is not running: ${pod.reason || pod.state}${restarts(pod)}`);
  else if (health === null && !isHealthOff(subject)) say("no-answer", "its agent gave no health list");
  else if (health !== null && !health.hasNodes) say("warming-up", "its agent has finished no probe cycle yet");
  if (pod.state === "running" && !pod.ready) say("agent-not-ready", `its agent's pod is not ready${restarts(pod)}`);
  return [...found, ...objectTroubles(subject)];
}

function notReady({ ready, readyMessage }: { readonly ready: string; readonly readyMessage: string }): string {
  const what = ready === "Unknown" ? "Kubernetes does not know whether it is ready" : "Kubernetes calls it not ready";
  return readyMessage === "" ? what : `${what}: ${readyMessage}`;
}

function restarts(pod: { readonly restarts: number }): string {
  return pod.restarts === 0 ? "" : `, ${pod.restarts} ${pod.restarts === 1 ? "restart" : "restarts"}`;
}

function isHealthOff({ report }: Subject): boolean {
  return report.cilium.healthChecking === false;
}

/** What its CiliumNode lacks, where others have it. */
function objectTroubles({ members, node, to, report }: Subject): Found[] {
  const { facts, nodes } = members;
  if (facts.absent.has("ciliumnodes") || isNewNode(members, to)) return [];
  if (node.cilium === null) {
    if (!nodes.some(({ cilium }) => cilium !== null)) return [];
    return [{ kind: "no-cilium-node", otherwise: "info", text: "it has an agent and no CiliumNode", agents: [] }];
  }
  const { healthChecking, endpointHealthChecking } = report.cilium;
  const isDue = healthChecking !== false && endpointHealthChecking !== false && node.agent?.health != null;
  if (!isDue || node.cilium.healthIPs.length > 0 || node.agent?.endpoints?.health != null) return [];
  if (!nodes.some(({ cilium }) => (cilium?.healthIPs.length ?? 0) > 0)) return [];
  const text = "its CiliumNode announces no health endpoint: the pod path to it is not probed";
  return [{ kind: "no-health-ip", otherwise: "info", text, agents: [] }];
}
