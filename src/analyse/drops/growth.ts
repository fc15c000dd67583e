import type { DropGrowth } from "../../model/drops.ts";
import { type PacketCount, readBpfMetrics } from "../reads/bpf-metrics.ts";

/** What the datapath counts beside drops (pkg/monitor/api/drop.go, the codes below DropMin that are no failures). */
const forwarded: ReadonlySet<string> = new Set([
  "Success",
  "Interface",
  "Interface Decrypted",
  "Interface Decrypting",
  "Interface Encrypting",
  "Plaintext",
  "Decrypted",
  "Encrypted",
  "Encrypting",
  "Fragmented packet",
  "LB: sock cgroup: Reverse entry delete succeeded",
  "MTU error message",
]);

function isDrop({ reason }: Pick<PacketCount, "reason">): boolean {
  return !forwarded.has(reason);
}

/**
 * What the drop counters did between two reads, most first; null where one of the texts is no list of counters. A map
 * that was made anew in between counts from 0: its whole count is what grew.
 */
export function dropGrowth(before: string, after: string): DropGrowth[] | null {
  const [older, newer] = [readBpfMetrics(before), readBpfMetrics(after)];
  if (older === null || newer === null) return null;
  const was = sums(older);
  return [...sums(newer)]
    .map(([key, { reason, direction, packets }]) => {
      const old = was.get(key)?.packets ?? 0;
      return { reason, direction, packets: packets < old ? packets : packets - old };
    })
    .filter(({ packets }) => packets > 0)
    .sort((a, b) => b.packets - a.packets || (a.reason < b.reason ? -1 : 1));
}

/** One reason has a row for each place in the source that counts it. */
function sums(counts: readonly PacketCount[]): Map<string, PacketCount> {
  const all = new Map<string, PacketCount>();
  for (const count of counts.filter(isDrop)) {
    const key = `${count.reason}\n${count.direction}`;
    all.set(key, { ...count, packets: (all.get(key)?.packets ?? 0) + count.packets });
  }
  return all;
}
