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
