import { agentView, type NodeView, seen } from "./agent-view.ts";
import type { MeshOptions } from "./mesh.ts";

export const remoteName = (node: number) => `east/store-${node}`;

/** Another cluster's nodes, store-1 …, as every agent of the mesh sees them; null leaves one out. */
export function withCluster(size: number, remote: number, view: (to: number) => Partial<NodeView> | null): MeshOptions {
  const stores = Array.from({ length: remote }, (_, at) => at + 1);
  const locals = Array.from({ length: size }, (_, at) => seen(at + 1));
  const far = stores.flatMap((to): NodeView[] => {
    const said = view(to);
    const host = [{ ip: `172.30.0.${10 + to}`, icmp: 21_000_000, http: 43_000_000 }];
    const endpoint = [{ ip: `10.100.${to}.9`, icmp: 21_000_000, http: 43_000_000 }];
    return said === null ? [] : [{ name: remoteName(to), host, endpoint, ...said }];
  });
  return { size, patch: { health: () => agentView([...locals, ...far]) } };
}

/** The `status` patch of an agent that knows the cluster east. */
export function knowsCluster(ready: boolean, nodes: number, failure = ""): object {
  const cluster = { name: "east", ready, "num-nodes": nodes, status: failure, "last-failure": failure };
  return { "cluster-mesh": { clusters: [cluster] } };
}
