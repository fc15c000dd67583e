import type { DropEvent, DropRow, DropsReport, WatchedAgent } from "../model/drops.ts";
import { apiVersion } from "./document.ts";

/** One dropped packet as a line of `drops -o json`. `receivedAt` is the workstation's time: the monitor gives none. */
export function dropDocument(node: string, drop: DropEvent, row: DropRow, receivedAt: string): Record<string, unknown> {
  const { reason, from, to, protocol, icmpType, identity, probe } = row;
  const { sourcePort, destinationPort, endpoint, bytes } = drop;
  return {
    apiVersion,
    kind: "Drop",
    receivedAt,
    node,
    reason,
    from,
    to,
    protocol,
    icmpType,
    sourcePort,
    destinationPort,
    identity,
    endpoint,
    probe,
    bytes,
  };
}

/** The public document of `drops`: the summary, and the last line of `-o json`. */
export function dropsDocument(report: DropsReport): Record<string, unknown> {
  const { generatedAt, source, partial, seconds, choice, agents, packets, probePackets, unlisted, rows, conntrack } =
    report;
  return {
    apiVersion,
    kind: "Drops",
    generatedAt,
    source,
    partial,
    forNs: seconds * 1e9,
    chosen: { why: choice.why, leftOut: choice.leftOut, unasked: choice.unasked },
    agents: agents.map(agentDocument),
    packets,
    probePackets,
    unlisted,
    drops: rows,
    conntrack,
  };
}

function agentDocument({ node, pod, state, message, events, lost, unread, growth }: WatchedAgent) {
  return { node, pod, state, message, events, lost, unread, growth };
}
