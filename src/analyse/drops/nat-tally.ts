import type { NatEntry, NatRow } from "../../model/conntrack.ts";
import { mostTrackedKinds, type TrackingWorld } from "./conntrack-tally.ts";
import { isProbeTuple } from "./probe-packets.ts";

export interface NatTally {
  /** An entry of the agent of `node`; false where it is none of a probe. */
  add(node: string, entry: NatEntry): boolean;
  /** Failing pairs first. */
  rows(): readonly NatRow[];
  readonly unlisted: number;
}

export function natTally({ book, healthPort, failing }: TrackingWorld): NatTally {
  const kinds = new Map<string, NatRow>();
  let unlisted = 0;
  return {
    add: (node, entry) => {
      const [from, to] = [book(entry.sourceIP), book(entry.destinationIP)];
      if (!isProbeTuple(entry, from, to, healthPort)) return false;
      const { protocol, direction, translated, toIP, createdSecondsAgo } = entry;
      const row = { node, from, to, protocol, direction, translated, toIP, createdSecondsAgo, entries: 1 };
      const key = keyOf(row);
      const kind = kinds.get(key);
      if (kind !== undefined) kinds.set(key, joined(kind, createdSecondsAgo));
      else if (kinds.size >= mostTrackedKinds) unlisted++;
      else kinds.set(key, { ...row, failing: failing(from.node, to.node) });
      return true;
    },
    rows: () => [...kinds].sort(byConcern).map(([, row]) => row),
    get unlisted() {
      return unlisted;
    },
  };
}

function keyOf({ node, from, to, protocol, direction, translated, toIP }: Omit<NatRow, "failing">): string {
  return JSON.stringify([node, from.ip, to.ip, protocol, direction, translated, toIP]);
}

function joined(row: NatRow, created: number | null): NatRow {
  const older = row.createdSecondsAgo;
  const createdSecondsAgo = created === null || older === null ? (created ?? older) : Math.min(created, older);
  return { ...row, entries: row.entries + 1, createdSecondsAgo };
}

function byConcern([aKey, a]: [string, NatRow], [bKey, b]: [string, NatRow]): number {
  if (a.failing !== b.failing) return a.failing ? -1 : 1;
  return aKey < bKey ? -1 : 1;
}
