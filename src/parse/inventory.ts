import type { AgentPod, CiliumNode, ClusterwidePolicy, KubeList, KubeNode, KubeResource } from "../model/kube.ts";
import { objectAt, stringMapAt } from "./json.ts";
import { parseCiliumNode } from "./kube-ciliumnodes.ts";
import { parseKubeNode } from "./kube-nodes.ts";
import { choosePods, isLeftover, parseAgentPod } from "./kube-pods.ts";
import { parseClusterwidePolicy } from "./kube-policies.ts";

/** The API's view: who should be there. A resource that could not be read is absent, with the sentence why. */
export interface Inventory {
  add(list: KubeList): void;
  /** One agent pod a node. What an evicted pod left on a node that is gone is none. */
  agents(): ReadonlyMap<string, AgentPod>;
  kubeNode(name: string): KubeNode | null;
  ciliumNode(name: string): CiliumNode | null;
  /** Every node of this cluster by any account of the API. */
  nodeNames(): Iterable<string>;
  /** Nodes of this cluster that agents list: those that announce themselves, or where that could not be read, all. */
  probedNames(): Iterable<string>;
  config(): ReadonlyMap<string, string> | null;
  policies(): readonly ClusterwidePolicy[] | null;
  absent(): ReadonlyMap<KubeResource, string>;
  /** `cluster-name` of cilium-config, "" when unknown. */
  clusterName(): string;
}

export function inventory(container: string): Inventory {
  const nodes = new Map<string, KubeNode>();
  const ciliumNodes = new Map<string, CiliumNode>();
  const absent = new Map<KubeResource, string>();
  let pods: readonly AgentPod[] = [];
  let chosen: ReadonlyMap<string, AgentPod> | null = null;
  const agents = () => {
    chosen ??= choosePods(pods.filter((pod) => !isLeftover(pod) || nodes.size === 0 || nodes.has(pod.node)));
    return chosen;
  };
  let policies: ClusterwidePolicy[] | null = null;
  let config: ReadonlyMap<string, string> | null = null;
  const take: Readonly<Record<KubeResource, (items: readonly unknown[]) => void>> = {
    pods: (items) => {
      pods = items.map((item) => parseAgentPod(item, container)).filter((pod) => pod !== null);
    },
    nodes: (items) => keepByName(nodes, items.map(parseKubeNode)),
    ciliumnodes: (items) => keepByName(ciliumNodes, items.map(parseCiliumNode)),
    ciliumclusterwidenetworkpolicies: (items) => {
      policies = items.flatMap(parseClusterwidePolicy);
    },
    "cilium-config": (items) => {
      if (items.length > 0) config = stringMapAt({ data: objectAt(items[0], "data") }, "data");
    },
  };
  return {
    add: ({ resource, outcome }) => {
      chosen = null;
      if (outcome.kind === "ok") take[resource](outcome.items);
      else absent.set(resource, outcome.message);
    },
    agents,
    kubeNode: (name) => nodes.get(name) ?? null,
    ciliumNode: (name) => ciliumNodes.get(name) ?? null,
    nodeNames: () => [...nodes.keys(), ...ciliumNodes.keys(), ...agents().keys()],
    probedNames: () => (absent.has("ciliumnodes") ? agents().keys() : ciliumNodes.keys()),
    config: () => config,
    policies: () => policies,
    absent: () => absent,
    clusterName: () => config?.get("cluster-name") ?? "",
  };
}

function keepByName<T extends { readonly name: string }>(map: Map<string, T>, values: readonly (T | null)[]): void {
  for (const value of values) if (value !== null) map.set(value.name, value);
}
