import type { DropEvent, DropRow } from "../../model/drops.ts";
import type { AddressBook } from "./address-book.ts";
import { identityName } from "./identity.ts";
import { isProbePacket } from "./probe-packets.ts";

/** Kinds of drops kept apart; what is beyond them is counted as one. */
const mostKinds = 2_000;

/** From here on a port is taken for one the kernel picked (net.ipv4.ip_local_port_range starts at 32768). */
const firstEphemeral = 32_768;

export interface DropTally {
  /** A packet that the agent of `node` dropped; the row it was counted in, null beyond the most that are kept. */
  add(node: string, drop: DropEvent): DropRow | null;
  /** Most packets first, then by what they are. */
  rows(): readonly DropRow[];
  readonly packets: number;
  readonly probePackets: number;
  readonly unlisted: number;
}

interface Counted {
  readonly row: DropRow;
  count: number;
  bytes: number;
  readonly byNode: Map<string, number>;
}

/** Joins dropped packets by reason, both ends, port and identities; bounded, whatever comes. */
export function dropTally(book: AddressBook, healthPort: number): DropTally {
  const kinds = new Map<string, Counted>();
  let [packets, probePackets, unlisted] = [0, 0, 0];
  return {
    add: (node, drop) => {
      packets++;
      const row = newRow(drop, book, healthPort);
      if (row.probe) probePackets++;
      const key = keyOf(row);
      let kind = kinds.get(key);
      if (kind === undefined) {
        if (kinds.size >= mostKinds) {
          unlisted++;
          return null;
        }
        kind = { row, count: 0, bytes: 0, byNode: new Map() };
        kinds.set(key, kind);
      }
      kind.count++;
      kind.bytes += drop.bytes;
      kind.byNode.set(node, (kind.byNode.get(node) ?? 0) + 1);
      return kind.row;
    },
    rows: () => [...kinds.values()].map(finished).sort(byCount),
    get packets() {
      return packets;
    },
    get probePackets() {
      return probePackets;
    },
    get unlisted() {
      return unlisted;
    },
  };
}

function newRow(drop: DropEvent, book: AddressBook, healthPort: number): DropRow {
  const [from, to] = [book(drop.sourceIP), book(drop.destinationIP)];
  return {
    reason: drop.reason,
    from,
    to,
    protocol: drop.protocol,
    icmpType: drop.icmpType,
    ...serviceOf(drop, healthPort),
    identity: {
      source: identityName(drop.sourceIdentity),
      destination: identityName(drop.destinationIdentity),
    },
    probe: isProbePacket(drop, from, to, healthPort),
    count: 0,
    bytes: 0,
    droppedBy: [],
  };
}

/** Of the two ports the one that a service listens on: packets of one talk are alike in it alone. */
function serviceOf({ sourcePort, destinationPort }: DropEvent, healthPort: number): Pick<DropRow, "port" | "portOf"> {
  const answers =
    destinationPort !== healthPort &&
    (sourcePort === healthPort || (destinationPort >= firstEphemeral && sourcePort > 0 && sourcePort < firstEphemeral));
  return answers ? { port: sourcePort, portOf: "source" } : { port: destinationPort, portOf: "destination" };
}

function keyOf(row: DropRow): string {
  const { reason, from, to, protocol, icmpType, port, portOf, identity } = row;
  return JSON.stringify([
    reason,
    from.ip,
    to.ip,
    protocol,
    icmpType,
    port,
    portOf,
    identity.source,
    identity.destination,
  ]);
}

function finished({ row, count, bytes, byNode }: Counted): DropRow {
  const droppedBy = [...byNode]
    .map(([node, packets]) => ({ node, count: packets }))
    .sort((a, b) => b.count - a.count || compare(a.node, b.node));
  return { ...row, count, bytes, droppedBy };
}

function byCount(a: DropRow, b: DropRow): number {
  return b.count - a.count || compare(keyOf(a), keyOf(b));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
