import type { TrackedTuple } from "../../model/conntrack.ts";
import type { DropEvent, DropParty } from "../../model/drops.ts";

/**
 * Whether a dropped packet belongs to a health probe: between addresses of nodes or health endpoints alone, TCP to or
 * from the health port, or an ICMP echo or its reply. `port` is the option cluster-health-port.
 */
export function isProbePacket(drop: DropEvent, from: DropParty, to: DropParty, port: number): boolean {
  if (!mayProbe(from) || !mayProbe(to)) return false;
  if (drop.protocol === "TCP") return drop.destinationPort === port || drop.sourcePort === port;
  return /^Echo(?:Request|Reply)$/.test(drop.icmpType);
}

/** The same of a tracked connection; what is tracked of ICMP beside what is related to another connection is echoes. */
export function isProbeTuple(tuple: TrackedTuple, from: DropParty, to: DropParty, port: number): boolean {
  const { protocol, related, sourcePort, destinationPort } = tuple;
  if (related || !mayProbe(from) || !mayProbe(to)) return false;
  if (protocol === "TCP") return destinationPort === port || sourcePort === port;
  return /^ICMP(?:v6)?$/i.test(protocol);
}

function mayProbe({ kind }: DropParty): boolean {
  return kind === "node" || kind === "health";
}
