import type { Facts } from "../../model/facts.ts";

/** Other clusters of the mesh, by the nodes that agents list and by the connections that they tell of. */
export function remoteNames({ nodes }: Facts): string[] {
  const names = new Set<string>();
  for (const { remote, cluster, agent } of nodes) {
    if (remote) names.add(cluster);
    for (const { name } of agent?.status?.remoteClusters ?? []) names.add(name);
  }
  names.delete("");
  return [...names].sort();
}
