import type { KubeNode } from "../model/kube.ts";

/**
 * Why no Cilium agent is due on a node, "" when one is. Cilium's DaemonSet selects Linux nodes and tolerates every
 * taint; virtual and Fargate nodes have no host to run it on.
 */
export function whyNoAgentIsDue(node: KubeNode): string {
  const os = node.operatingSystem || node.labels.get("kubernetes.io/os") || "linux";
  if (os !== "linux") return `${os} node`;
  if (node.labels.get("eks.amazonaws.com/compute-type") === "fargate") return "Fargate node";
  if (node.labels.get("type") === "virtual-kubelet" || node.labels.has("kubernetes.azure.com/virtual-node")) {
    return "virtual node";
  }
  const type = node.labels.get("node.kubernetes.io/instance-type") ?? "";
  return /^virtual-(?:node|kubelet)/.test(node.name) || type === "virtual-node" ? "virtual node" : "";
}
