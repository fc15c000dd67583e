import { conntrackTally, type TrackingWorld } from "../analyse/drops/conntrack-tally.ts";
import { natTally } from "../analyse/drops/nat-tally.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { readList, type TrackedList } from "../collect/conntrack-lists.ts";
import type { ListRead, Tracking, TrackingAgent } from "../model/conntrack.ts";
import type { AgentPod } from "../model/kube.ts";
import { readConntrackLine } from "../parse/ct-lines.ts";
import { readNatLine } from "../parse/nat-lines.ts";
import { textLines } from "../parse/text-lines.ts";

/** What a line was: an entry of a probe, another entry, or neither. */
type LineKind = "probe" | "other" | "unread";

/** Reads the lists of all these agents at the same time, and keeps of them what is of probes. Never rejects. */
export async function readTracking(
  exec: Cluster["exec"],
  pods: readonly AgentPod[],
  world: TrackingWorld,
  signal: AbortSignal,
): Promise<Tracking> {
  const [entries, nat] = [conntrackTally(world), natTally(world)];
  const kindOf = <T>(entry: T | null, add: (entry: T) => boolean): LineKind =>
    entry === null ? "unread" : add(entry) ? "probe" : "other";
  const readers = (node: string): Readonly<Record<TrackedList, (line: string) => LineKind>> => ({
    ct: (line) => kindOf(readConntrackLine(line), (entry) => entries.add(node, entry)),
    nat: (line) => kindOf(readNatLine(line), (entry) => nat.add(node, entry)),
  });
  const agents = await Promise.all(
    pods.map(async (pod): Promise<TrackingAgent> => {
      const read = readers(pod.node);
      const conntrack = await readLines(exec, pod, "ct", read.ct, signal);
      return { node: pod.node, conntrack, nat: await readLines(exec, pod, "nat", read.nat, signal) };
    }),
  );
  return { agents, entries: entries.rows(), nat: nat.rows(), unlisted: entries.unlisted + nat.unlisted };
}

async function readLines(
  exec: Cluster["exec"],
  pod: AgentPod,
  list: TrackedList,
  read: (line: string) => LineKind,
  signal: AbortSignal,
): Promise<ListRead> {
  const counts = { probe: 0, other: 0, unread: 0 };
  const lines = textLines();
  const take = (piece: Uint8Array) => {
    for (const line of lines.take(piece))
      if (line === null || line.trim() !== "") counts[line === null ? "unread" : read(line)]++;
  };
  const end = await readList(exec, pod, list, take, signal);
  return { ...end, probes: counts.probe, others: counts.other, unread: counts.unread };
}
