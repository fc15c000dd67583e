import type { AgentFacts, Facts, NodeFacts } from "../../model/facts.ts";
import type { AgentState, ReportAgent, ReportNode } from "../../model/report.ts";
import type { NodeCounts } from "../matrix/counts.ts";
import { zoneOf } from "../matrix/scope.ts";
import { compareNames } from "./coverage.ts";
import type { NodeLatency } from "./latency.ts";

export function reportNodes(facts: Facts, counts: readonly NodeCounts[], latencies: NodeLatency[]): ReportNode[] {
  return facts.nodes
    .map((node, index) => reportNode(node, isKnown(facts, node), index, counts[index], latencies[index]))
    .filter((node): node is ReportNode => node !== null)
    .sort((a, b) => compareNames(a.name, b.name));
}

function isKnown({ absent }: Facts, { kube }: NodeFacts): boolean | null {
  return absent.has("nodes") ? null : kube !== null;
}

function reportNode(
  node: NodeFacts,
  known: boolean | null,
  index: number,
  counts: NodeCounts | undefined,
  latency: NodeLatency | undefined,
): ReportNode | null {
  if (counts === undefined || latency === undefined) return null;
  return {
    index,
    name: node.name,
    cluster: node.cluster,
    remote: node.remote,
    known,
    zone: zoneOf(node),
    ip: node.kube?.internalIPs[0] ?? node.cilium?.internalIPs[0] ?? latency.ips.host,
    healthIP: node.cilium?.healthIPs[0] ?? latency.ips.endpoint,
    podCIDRs: node.cilium?.podCIDRs.length ? node.cilium.podCIDRs : (node.kube?.podCIDRs ?? []),
    agent: reportAgent(node),
    in: counts.in,
    out: counts.out,
    latency: { icmpMedianNs: latency.icmpMedianNs, httpMedianNs: latency.httpMedianNs },
    oldestProbeNs: latency.oldestProbeNs,
  };
}

function reportAgent(node: NodeFacts): ReportAgent | null {
  const { agent } = node;
  if (agent === null) {
    if (node.kube === null) return null;
    const state = node.agentNotDue === "" ? "none" : "not-due";
    return { pod: "", version: "", state, restarts: 0, endpoints: null };
  }
  return {
    pod: agent.pod.name,
    version: agent.status?.version || agent.pod.imageVersion,
    state: agentState(agent),
    restarts: agent.pod.restarts,
    endpoints: agent.endpoints === null ? null : { ready: agent.endpoints.ready, total: agent.endpoints.total },
  };
}

function agentState(agent: AgentFacts): AgentState {
  if (agent.pod.state !== "running") return "down";
  if (agent.health === null) return "failed";
  return agent.health.hasNodes ? "ok" : "warming-up";
}
