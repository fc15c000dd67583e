import type { ConntrackEntry, ConntrackRow } from "../../model/conntrack.ts";
import type { AddressBook } from "./address-book.ts";
import { conntrackState } from "./conntrack-state.ts";
import { identityName } from "./identity.ts";
import { isProbeTuple } from "./probe-packets.ts";

/** Kinds of entries kept apart; what is beyond them is counted as one. */
export const mostTrackedKinds = 5_000;

/** What every tally of tracked connections needs to know. */
export interface TrackingWorld {
  readonly book: AddressBook;
  readonly healthPort: number;
  /** Whether a path between two nodes is unreachable. */
  readonly failing: (one: string, other: string) => boolean;
}

export interface ConntrackTally {
  /** An entry of the agent of `node`; false where it is none of a probe. */
  add(node: string, entry: ConntrackEntry): boolean;
  /** Failing pairs first, those that are not seen both ways before the others. */
  rows(): readonly ConntrackRow[];
  readonly unlisted: number;
}

interface Kind {
  readonly row: ConntrackRow;
  entries: number;
  packets: number | null;
  last: number | null;
  expires: number;
}

export function conntrackTally({ book, healthPort, failing }: TrackingWorld): ConntrackTally {
  const kinds = new Map<string, Kind>();
  const newest = new Map<string, number>();
  let unlisted = 0;
  return {
    add: (node, entry) => {
      const last = lastOf(entry);
      if (last !== null) newest.set(node, Math.max(newest.get(node) ?? 0, last));
      const [from, to] = [book(entry.sourceIP), book(entry.destinationIP)];
      if (!isProbeTuple(entry, from, to, healthPort)) return false;
      const row = { ...newRow(node, entry), from, to, failing: failing(from.node, to.node) };
      const key = keyOf(row);
      const kind = kinds.get(key);
      if (kind !== undefined) count(kind, entry, last);
      else if (kinds.size >= mostTrackedKinds) unlisted++;
      else kinds.set(key, { row, entries: 1, packets: entry.packets, last, expires: entry.expires });
      return true;
    },
    rows: () => [...kinds.values()].map((kind) => finished(kind, newest.get(kind.row.node) ?? null)).sort(byConcern),
    get unlisted() {
      return unlisted;
    },
  };
}

function lastOf({ requests, answers }: ConntrackEntry): number | null {
  const [one, other] = [requests.last, answers.last];
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}

function newRow(node: string, entry: ConntrackEntry): Omit<ConntrackRow, "from" | "to" | "failing"> {
  return {
    node,
    protocol: entry.protocol,
    direction: entry.direction,
    state: conntrackState(entry),
    entries: 0,
    packets: null,
    age: null,
    expiresIn: null,
    identity: identityName(entry.sourceIdentity),
  };
}

function keyOf({ node, from, to, protocol, direction, state, identity }: ConntrackRow): string {
  return JSON.stringify([node, from.ip, to.ip, protocol, direction, state, identity]);
}

function count(kind: Kind, { packets, expires }: ConntrackEntry, last: number | null): void {
  kind.entries++;
  if (packets !== null) kind.packets = (kind.packets ?? 0) + packets;
  if (last !== null) kind.last = Math.max(kind.last ?? 0, last);
  kind.expires = Math.max(kind.expires, expires);
}

function finished({ row, entries, packets, last, expires }: Kind, newest: number | null): ConntrackRow {
  return {
    ...row,
    entries,
    packets,
    age: newest === null || last === null ? null : newest - last,
    expiresIn: newest === null ? null : Math.max(0, expires - newest),
  };
}

/** Smaller is of more concern. */
const rank: { readonly [state in ConntrackRow["state"]]: number } = {
  unanswered: 0,
  "half-open": 1,
  "requests-stopped": 2,
  "answers-stopped": 3,
  unknown: 4,
  service: 5,
  answered: 6,
};

function byConcern(a: ConntrackRow, b: ConntrackRow): number {
  if (a.failing !== b.failing) return a.failing ? -1 : 1;
  return rank[a.state] - rank[b.state] || (keyOf(a) < keyOf(b) ? -1 : 1);
}
