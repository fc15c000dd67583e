import type { RemoteCluster } from "../../model/facts.ts";
import { cellStatus, noPath } from "../../model/status.ts";
import { enough } from "../matrix/lines.ts";
import type { Scene } from "../scene.ts";

/** Another cluster of the mesh, by its nodes as this cluster's agents list them. */
export interface RemoteMesh {
  readonly cluster: string;
  readonly nodes: readonly number[];
}

export function remoteMeshes(scene: Scene): RemoteMesh[] {
  const byCluster = new Map<string, number[]>();
  scene.nodes.forEach((node, index) => {
    if (!node.remote) return;
    const nodes = byCluster.get(node.cluster);
    if (nodes === undefined) byCluster.set(node.cluster, [index]);
    else nodes.push(index);
  });
  return [...byCluster]
    .map(([cluster, nodes]) => ({ cluster, nodes }))
    .sort((a, b) => (a.cluster < b.cluster ? -1 : 1));
}

/** Paths from this cluster's nodes to another's. */
export function* cellsToCluster(scene: Scene, { nodes }: RemoteMesh): Generator<number> {
  for (let from = 0; from < scene.size; from++) {
    if (scene.nodes[from]?.remote !== false) continue;
    for (const to of nodes) yield from * scene.size + to;
  }
}

/** Paths between different nodes of this cluster. */
export function* cellsInside(scene: Scene): Generator<number> {
  for (let from = 0; from < scene.size; from++) {
    if (scene.nodes[from]?.remote !== false) continue;
    for (let to = 0; to < scene.size; to++) {
      if (from !== to && scene.nodes[to]?.remote === false) yield from * scene.size + to;
    }
  }
}

/** Nearly no node address of the other cluster is reached, whatever claims those paths. */
export function isCutOff(scene: Scene, mesh: RemoteMesh): boolean {
  let judged = 0;
  let unreachable = 0;
  for (const cell of cellsToCluster(scene, mesh)) {
    const status = cellStatus(scene.cells.host[cell] ?? noPath);
    if (status === "unreachable") unreachable++;
    if (status === "unreachable" || status === "reachable" || status === "stale") judged++;
  }
  return unreachable > 0 && unreachable >= judged * enough;
}

/** What one agent says of its connection to another cluster. */
export interface ClusterReport extends RemoteCluster {
  readonly node: number;
}

/** Every agent's word on every other cluster, by cluster. */
export function clusterReports(scene: Scene): Map<string, ClusterReport[]> {
  const reports = new Map<string, ClusterReport[]>();
  scene.nodes.forEach((facts, node) => {
    for (const remote of facts.agent?.status?.remoteClusters ?? []) {
      const report = { ...remote, node };
      const known = reports.get(remote.name);
      if (known === undefined) reports.set(remote.name, [report]);
      else known.push(report);
    }
  });
  return reports;
}
