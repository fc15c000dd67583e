import { type CellJudge, isWhole, judgeAll, probeAt } from "../matrix/judged-cells.ts";
import { blank, failed } from "../matrix/planes.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import {
  type ClusterReport,
  cellsInside,
  cellsToCluster,
  clusterReports,
  type RemoteMesh,
  remoteMeshes,
} from "../settings/remote-clusters.ts";
import { sinksOf } from "../shapes/figure-words.ts";

/** Nothing passes between this cluster and another one: cilium/cilium#27159. */
export const clustermeshUnderlay: Rule = {
  causes: [
    {
      id: "clustermesh-underlay",
      severity: "error",
      title: "another cluster's nodes are not reached",
      meaning:
        "No node of the other cluster answers on any path, while the nodes of this cluster reach each other. The network between the two sites is cut: the VPN, the peering or a firewall. The connection to the other cluster's control plane often fails as well.",
      apart:
        "clustermesh-not-connected has no entries for the other cluster's nodes; clustermesh-config-mismatch reaches the nodes and loses the pods alone.",
      confirm:
        "`ip route get ADDRESS` for a node of the other cluster shows no route, or one into a tunnel or gateway that is down; in `cilium-dbg troubleshoot clustermesh` the connection to that cluster times out.",
      fix: "restore the VPN, peering or firewall rules between the clusters' node networks; all ports of the firewall page must pass both ways",
      docs: "clustermesh",
    },
  ],
  find: (scene) => {
    const meshes = remoteMeshes(scene);
    if (meshes.length === 0 || scene.shapes.length === 0) return [];
    if (isWhole(judgeAll(cellsInside(scene), nodeDead(scene)))) return [];
    return meshes.flatMap((mesh) => {
      const cut = judgeAll(cellsToCluster(scene, mesh), nodeDead(scene));
      return isWhole(cut) ? [claim(scene, mesh, cut.cells, cut.judged)] : [];
    });
  },
};

/** Neither ping nor HTTP of the node address passes. */
function nodeDead(scene: Scene): CellJudge {
  return (cell) => {
    const [ping, http] = [probeAt(scene, "host-icmp", cell), probeAt(scene, "host-http", cell)];
    if (ping === blank && http === blank) return null;
    return (ping === blank || failed(ping)) && (http === blank || failed(http));
  };
}

function claim(scene: Scene, mesh: RemoteMesh, cells: readonly number[], judged: number): Claim {
  const reports = clusterReports(scene).get(mesh.cluster) ?? [];
  const down = reports.filter((report) => !report.ready);
  const sinks = sinksOf(scene, cells);
  const [first] = sinks;
  const from = Math.floor((cells[0] ?? 0) / scene.size);
  const { matrix } = scene.facts;
  const address = matrix.addresses[matrix.rows[from]?.host.positions[0]?.ip[first ?? 0] ?? 0] ?? "";
  const isLikely = mesh.nodes.length > 1 || down.length > 0;
  return {
    id: "clustermesh-underlay",
    confidence: down.length > 0 ? "confirmed" : isLikely ? "likely" : "possible",
    title: `nothing reaches the nodes of cluster ${mesh.cluster}`,
    nodes: sinks.map((node) => nameOf(scene, node)),
    host: cells,
    endpoint: cells,
    evidence: [
      {
        text: `${cells.length} of ${judged} judged paths from this cluster to the ${mesh.nodes.length} listed nodes of ${mesh.cluster} are dead, node addresses included`,
      },
      ...down.slice(0, 3).map((report) => connection(scene, mesh.cluster, report)),
    ],
    ...(isLikely
      ? {}
      : {
          alternatives: [{ id: "stale-node-entry", why: "if the only listed node of the other cluster is gone there" }],
        }),
    confirm: [
      {
        node: nameOf(scene, from),
        argv: ["ip", "route", "get", address],
        expect: "no route, or one into a tunnel or gateway that is down",
      },
      {
        node: nameOf(scene, from),
        argv: ["cilium-dbg", "troubleshoot", "clustermesh"],
        expect: `the connection to ${mesh.cluster} times out`,
      },
    ],
  };
}

function connection(
  scene: Scene,
  cluster: string,
  { node, status, lastFailure }: ClusterReport,
): Claim["evidence"][number] {
  const name = nameOf(scene, node);
  const said = (status || lastFailure).slice(0, 200);
  return {
    text: `${name} is not connected to the control plane of ${cluster}${said === "" ? "" : `: ${said}`}`,
    node: name,
    capture: "cilium-status.json",
  };
}
