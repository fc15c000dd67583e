/**
 * Agents name a node `node` when the cluster is called `default`, else `cluster/node` (pkg/node/types, GetFullName).
 * Kubernetes node names hold no slash, so the first one parts the two.
 */
export interface NodeName {
  /** "" when the name carries no cluster. */
  readonly cluster: string;
  readonly node: string;
}

export function splitName(name: string): NodeName {
  const slash = name.indexOf("/");
  return slash < 0 ? { cluster: "", node: name } : { cluster: name.slice(0, slash), node: name.slice(slash + 1) };
}

/** The public name: bare in this cluster, `cluster/node` elsewhere. */
export function publicName(name: string, ownCluster: string): { readonly name: string; readonly remote: boolean } {
  const { cluster, node } = splitName(name);
  const remote = cluster !== "" && cluster !== ownCluster;
  return { name: remote ? name : node, remote };
}

/** A node as some list has it: its name there and its addresses. */
export interface NamedNode {
  readonly name: string;
  readonly ips: readonly string[];
}

/**
 * The cluster's name by what an agent calls its own node: its `local.name` (`cluster/` where no more is known), else the
 * one entry of its list that bears its node's name (of several, from meshed clusters with equal node names, the one with
 * the node's own address).
 * null when that tells nothing; "" is the nameless cluster `default`.
 */
export function clusterByOwnName(
  node: string,
  localName: string,
  listed: () => readonly NamedNode[],
  ownIPs: readonly string[],
): string | null {
  const local = splitName(localName);
  if (local.node === node || (local.node === "" && local.cluster !== "")) return local.cluster;
  const namesakes = listed().filter((entry) => splitName(entry.name).node === node);
  const own =
    namesakes.length > 1 ? namesakes.filter((entry) => entry.ips.some((ip) => ownIPs.includes(ip))) : namesakes;
  const [only] = own;
  return only !== undefined && own.length === 1 ? splitName(only.name).cluster : null;
}
