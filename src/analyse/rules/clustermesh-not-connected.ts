import { listedWith } from "../../model/matrix.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { isFreshAgent } from "../settings/ages.ts";
import {
  type ClusterReport,
  clusterReports,
  isCutOff,
  type RemoteMesh,
  remoteMeshes,
} from "../settings/remote-clusters.ts";
import { listNames } from "../shapes/figure-words.ts";

/** Agents cannot talk to another cluster's control plane, so its nodes are missing or out of date. */
export const clustermeshNotConnected: Rule = {
  causes: [
    {
      id: "clustermesh-not-connected",
      severity: "error",
      title: "agents are not connected to another cluster",
      meaning:
        "Agents do not get the other cluster's state from its clustermesh-apiserver: a certificate, a host name or 2379/tcp is in the way. Its nodes are missing from their lists, or stay there as they last were; its services and identities are unknown.",
      apart:
        "clustermesh-underlay lists the other cluster's nodes and reaches none; here the nodes are absent, or they are reached and only the control connection fails.",
      confirm:
        "`cilium-dbg troubleshoot clustermesh` in an agent names the step that fails: name, port 2379 or certificate; `cilium-dbg status --all-clusters` shows the cluster not-ready, with the last failure.",
      fix: "run cilium-dbg troubleshoot clustermesh on one of the agents, then mend the certificates, hostAliases or the way to 2379/tcp it names",
      docs: "clustermesh",
    },
  ],
  find: (scene) => {
    const meshes = new Map(remoteMeshes(scene).map((mesh) => [mesh.cluster, mesh]));
    return [...clusterReports(scene)].flatMap(([cluster, reports]) => {
      const settled = reports.filter(({ node }) => !isFreshAgent(scene, node));
      const down = settled.filter((report) => !report.ready);
      const mesh = meshes.get(cluster) ?? { cluster, nodes: [] };
      if (down.length === 0 || (mesh.nodes.length > 0 && isCutOff(scene, mesh))) return [];
      return [claim(scene, mesh, down, settled.length)];
    });
  },
};

function claim(scene: Scene, mesh: RemoteMesh, down: readonly ClusterReport[], heard: number): Claim {
  const names = down.map(({ node }) => nameOf(scene, node));
  const missing = down.filter(({ node }) => !lists(scene, node, mesh)).length;
  const isWhole = down.length === heard;
  const who = isWhole ? "no agent is" : `${listNames(names)} ${names.length === 1 ? "is" : "are"} not`;
  return {
    id: "clustermesh-not-connected",
    severity: missing > 0 ? "error" : "warning",
    confidence: "confirmed",
    title: `${who} connected to cluster ${mesh.cluster}`,
    nodes: names,
    host: [],
    endpoint: [],
    evidence: [
      { text: `${down.length} of ${heard} agents say that cluster ${mesh.cluster} is not ready` },
      ...down.slice(0, 3).flatMap((report) => failureOf(scene, report)),
      {
        text:
          missing > 0
            ? `${missing} of them list no node of ${mesh.cluster}, so nothing there is probed`
            : `they still list its ${mesh.nodes.length} nodes, as they were when the connection was lost`,
      },
    ],
    confirm: [
      {
        node: names[0] ?? null,
        argv: ["cilium-dbg", "troubleshoot", "clustermesh"],
        expect: `the step at which the connection to ${mesh.cluster} fails: name, port 2379, or certificate`,
      },
      {
        node: names[0] ?? null,
        argv: ["cilium-dbg", "status", "--all-clusters"],
        expect: `${mesh.cluster}: not-ready, with the last failure`,
      },
    ],
  };
}

function failureOf(scene: Scene, { node, status, lastFailure }: ClusterReport): Claim["evidence"] {
  const said = status || lastFailure;
  const name = nameOf(scene, node);
  return said === "" ? [] : [{ text: `${name}: ${said.slice(0, 200)}`, node: name, capture: "cilium-status.json" }];
}

function lists(scene: Scene, from: number, { nodes }: RemoteMesh): boolean {
  const presence = scene.facts.matrix.rows[from]?.host.presence;
  return nodes.some((node) => presence?.[node] === listedWith);
}
