import type { NodeFacts } from "../../model/facts.ts";
import { zoneOf } from "./scope.ts";

/** What may part nodes into groups: the attribute's name and each node's value, "" when it has none. */
export interface Grouping {
  readonly by: string;
  readonly groups: readonly (readonly number[])[];
}

/** Attributes by which clusters come apart, the most telling first. */
export function groupings(nodes: readonly NodeFacts[]): Grouping[] {
  const by: readonly (readonly [string, (node: NodeFacts) => string])[] = [
    ["cluster", (node) => node.cluster],
    ["topology.kubernetes.io/zone", zoneOf],
    ["topology.kubernetes.io/region", (node) => node.kube?.labels.get("topology.kubernetes.io/region") ?? ""],
    ["subnet", subnetOf],
    ["Cilium version", (node) => node.agent?.status?.version || node.agent?.pod.imageVersion || ""],
    ["OS image", (node) => node.kube?.osImage ?? ""],
    ["kernel", (node) => node.kube?.kernelVersion ?? ""],
    ["node pool", poolOf],
  ];
  return by
    .map(([name, attribute]) => ({ by: name, groups: groupBy(nodes, attribute) }))
    .filter((grouping) => grouping.groups.length > 1);
}

function groupBy(nodes: readonly NodeFacts[], attribute: (node: NodeFacts) => string): number[][] {
  const groups = new Map<string, number[]>();
  nodes.forEach((node, index) => {
    const value = attribute(node);
    if (value === "") return;
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [index]);
    else group.push(index);
  });
  return [...groups].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([, group]) => group);
}

/** The /24 of a node's IPv4 address. */
function subnetOf(node: NodeFacts): string {
  const ip = node.kube?.internalIPs[0] ?? node.cilium?.internalIPs[0] ?? "";
  const match = /^(\d+\.\d+\.\d+)\.\d+$/.exec(ip);
  return match?.[1] ?? "";
}

const poolLabels = [
  "cloud.google.com/gke-nodepool",
  "eks.amazonaws.com/nodegroup",
  "kubernetes.azure.com/agentpool",
  "karpenter.sh/nodepool",
];

function poolOf(node: NodeFacts): string {
  for (const label of poolLabels) {
    const value = node.kube?.labels.get(label);
    if (value !== undefined) return value;
  }
  return "";
}
