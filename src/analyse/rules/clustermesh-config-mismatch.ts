import { cellStatus, noPath } from "../../model/status.ts";
import { isWell, isWhole, type Judged, judgeAll, podPathFails } from "../matrix/judged-cells.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { firstOverlap, type OwnedRange, ownedRanges } from "../settings/owned-ranges.ts";
import {
  cellsInside,
  cellsToCluster,
  clusterReports,
  type RemoteMesh,
  remoteMeshes,
} from "../settings/remote-clusters.ts";
import { isTunnel, tunnelPort } from "../settings/wire.ts";
import { sinksOf } from "../shapes/figure-words.ts";

/** The nodes of two clusters reach each other, their pods do not: cilium/cilium#31843, #32296. */
export const clustermeshConfigMismatch: Rule = {
  causes: [
    {
      id: "clustermesh-config-mismatch",
      severity: "error",
      title: "two clusters of the mesh are set up differently",
      meaning:
        "Node addresses of the other cluster answer, its pods do not. The clusters' pod ranges overlap, they share an id or a name, or they differ in routing mode, tunnel protocol or encryption; in native mode a route between the pod ranges may be missing.",
      apart:
        "clustermesh-underlay reaches no node at all. A tunnel port blocked between the sites looks the same in the matrix: compare both clusters' cilium-config first.",
      confirm:
        "`kubectl -n kube-system get configmap cilium-config -o yaml` in both clusters' contexts shows the same cluster-id or cluster-name, or other values of routing-mode, tunnel-protocol or encryption; `cilium-dbg status --all-clusters` shows what is required and what was retrieved.",
      fix: "give every cluster its own id, name and pod ranges, and the same routing mode, tunnel protocol and encryption; in native mode route the pod ranges between the sites",
      docs: "clustermesh",
    },
  ],
  find: (scene) => {
    const meshes = remoteMeshes(scene);
    if (meshes.length === 0) return [];
    const judge = podPathFails(scene);
    const isWellInside = isWell(judgeAll(cellsInside(scene), judge));
    return meshes.flatMap((mesh) => {
      const cut = judgeAll(cellsToCluster(scene, mesh), judge);
      const overlap = overlapWith(scene, mesh);
      if (overlap === null && !(isWellInside && isWhole(cut) && isMostlyJudged(scene, mesh, cut))) return [];
      return [claim(scene, mesh, cut, overlap)];
    });
  },
};

type Fact = Claim["evidence"][number];

/** One node of several whose pods are not reached is no matter of the whole cluster while the others are not known. */
function isMostlyJudged(scene: Scene, mesh: RemoteMesh, { judged }: Judged): boolean {
  let unknown = 0;
  for (const cell of cellsToCluster(scene, mesh)) {
    if (cellStatus(scene.cells.endpoint[cell] ?? noPath) === "unknown") unknown++;
  }
  return judged > unknown;
}

/** Ranges that overlap harm pods whatever the probes say: each agent's map has one place for an address. */
function claim(scene: Scene, mesh: RemoteMesh, { cells, judged }: Judged, overlap: Fact | null): Claim {
  const identity = identityTrouble(scene, mesh.cluster);
  const isRead = overlap !== null || identity !== null;
  const sinks = cells.length > 0 ? sinksOf(scene, cells) : mesh.nodes;
  return {
    id: "clustermesh-config-mismatch",
    severity: cells.length > 0 ? "error" : "warning",
    confidence: isRead ? "confirmed" : "likely",
    title:
      cells.length > 0
        ? `pods of cluster ${mesh.cluster} are not reached, its nodes are`
        : `cluster ${mesh.cluster} uses pod addresses of this cluster`,
    nodes: sinks.map((node) => nameOf(scene, node)),
    host: [],
    endpoint: cells,
    evidence: [
      ...(overlap === null ? [] : [overlap]),
      ...(identity === null ? [] : [identity]),
      { text: `the pod path alone fails on ${cells.length} of ${judged} judged paths to ${mesh.cluster}` },
      { text: ownSettings(scene) },
    ],
    ...(isRead ? {} : { alternatives: [otherwise(scene)] }),
    confirm: [
      {
        node: null,
        argv: ["-n", scene.facts.namespace, "get", "configmap", "cilium-config", "-o", "yaml"],
        expect: `in both clusters' contexts: other values of cluster-id, routing-mode, tunnel-protocol, enable-wireguard or enable-ipsec than in ${mesh.cluster}`,
      },
      {
        node: scene.nodes.find((node) => node.agent?.health != null)?.name ?? null,
        argv: ["cilium-dbg", "status", "--all-clusters"],
        expect: `${mesh.cluster}: what its configuration requires and what was retrieved`,
      },
    ],
  };
}

function ownSettings(scene: Scene): string {
  const way = isTunnel(scene) ? `tunnel, ${tunnelPort(scene).protocol}` : "native";
  const id = scene.facts.config?.get("cluster-id") ?? "unknown";
  return `this cluster: routing ${way}, encryption ${scene.settings.encryption}, cluster-id ${id}`;
}

function otherwise(scene: Scene): { id: string; why: string } {
  const { protocol, port } = tunnelPort(scene);
  return isTunnel(scene)
    ? {
        id: `${protocol}-udp-blocked`,
        why: `if both clusters' settings agree: udp/${port} is blocked between the sites`,
      }
    : {
        id: "native-no-l2-route",
        why: "if both clusters' settings agree: the pod ranges are not routed between the sites",
      };
}

/** The first pod range of the other cluster that overlaps one of this cluster's. */
function overlapWith(scene: Scene, mesh: RemoteMesh): Fact | null {
  const own = scene.nodes.flatMap((node) => (node.remote ? [] : ownedRanges(node.name, node.cilium?.podCIDRs ?? [])));
  const [one, other] = firstOverlap(own, remoteRanges(scene, mesh)) ?? [];
  if (one === undefined || other === undefined) return null;
  return { text: `the pod range ${other.text} of ${other.name} overlaps ${one.text} of ${one.name}`, node: one.name };
}

/** As the first agent that lists them has it: all agents get them from the same place. */
function remoteRanges(scene: Scene, mesh: RemoteMesh): OwnedRange[] {
  const wanted = new Set(mesh.nodes);
  for (const { agent } of scene.nodes) {
    const entries = agent?.nodeList?.entries.filter((entry) => wanted.has(entry.node)) ?? [];
    if (entries.length > 0) return entries.flatMap((entry) => ownedRanges(nameOf(scene, entry.node), entry.podCIDRs));
  }
  return [];
}

/** Agents say so themselves where two clusters share an id (pkg/clustermesh, "ClusterID … is already used"). */
function identityTrouble(scene: Scene, cluster: string): Claim["evidence"][number] | null {
  for (const { node, status, lastFailure } of clusterReports(scene).get(cluster) ?? []) {
    const said = [status, lastFailure].find((text) =>
      /cluster ?(?:id|name).*(?:used|same|conflict|invalid|mismatch)/i.test(text),
    );
    if (said === undefined) continue;
    return {
      text: `${nameOf(scene, node)}: ${said.slice(0, 200)}`,
      node: nameOf(scene, node),
      capture: "cilium-status.json",
    };
  }
  return null;
}
