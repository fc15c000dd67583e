import type { NodeFacts } from "../../model/facts.ts";
import { packetsBecause, policyDenied, readBpfMetrics } from "../reads/bpf-metrics.ts";
import { confirmingText } from "../scene.ts";

/**
 * Packets a node's datapath has dropped for the sake of a policy, since its counters were made; null when they were not
 * read. A count above 0 supports a suspicion and proves nothing; 0 on a node whose probes fail excludes policy, since
 * every such drop is counted (bpf/lib/drop.h, update_metrics).
 */
export function deniedPackets(node: NodeFacts | undefined): number | null {
  const text = confirmingText(node, "bpf-metrics.json");
  const counts = text === null ? null : readBpfMetrics(text);
  return counts === null ? null : packetsBecause(counts, policyDenied);
}
