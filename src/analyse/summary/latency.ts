import type { Facts } from "../../model/facts.ts";
import { decodeLatency, probedAt, success, type Target, targets } from "../../model/matrix.ts";

/** Medians are over the others' successful probes of the node's host address: the wire, without the pod path. */
export interface NodeLatency {
  readonly icmpMedianNs: number | null;
  readonly httpMedianNs: number | null;
  /** Age of the oldest probe in this node's own view; null without a view or without times. */
  readonly oldestProbeNs: number | null;
  readonly newestProbeNs: number | null;
  /** Primary addresses by which others probe it: for nodes without API objects. */
  readonly ips: { readonly [target in Target]: string };
}

export function latencyByNode(facts: Facts): NodeLatency[] {
  const scratch = new Float64Array(facts.matrix.rows.length);
  return facts.nodes.map((_node, index) => {
    const ages = probeAges(facts, index);
    return {
      icmpMedianNs: median(column(facts, index, "icmp", scratch)),
      httpMedianNs: median(column(facts, index, "http", scratch)),
      oldestProbeNs: ages.oldest,
      newestProbeNs: ages.newest,
      ips: { host: primaryAddress(facts, "host", index), endpoint: primaryAddress(facts, "endpoint", index) },
    };
  });
}

/** What the others measured to a node, in the first places of `scratch`. */
function column(facts: Facts, to: number, protocol: "icmp" | "http", scratch: Float64Array): Float64Array {
  let count = 0;
  facts.matrix.rows.forEach((row, from) => {
    const probe = row?.host.positions[0]?.[protocol];
    if (from === to || probe === undefined || probe.outcome[to] !== success) return;
    const ns = decodeLatency(probe.latency[to] ?? 0);
    if (ns > 0) scratch[count++] = ns;
  });
  return scratch.subarray(0, count);
}

/** Sorts the values in their place. */
function median(values: Float64Array): number | null {
  if (values.length === 0) return null;
  values.sort();
  const middle = values.length >> 1;
  const upper = values[middle] ?? 0;
  return values.length % 2 === 1 ? upper : Math.round(((values[middle - 1] ?? 0) + upper) / 2);
}

function primaryAddress(facts: Facts, target: Target, to: number): string {
  for (const row of facts.matrix.rows) {
    const id = row?.[target].positions[0]?.ip[to] ?? 0;
    if (id !== 0) return facts.matrix.addresses[id] ?? "";
  }
  return "";
}

/** Ages in nanoseconds by the agent's own clock; probes without a time count by the report's, counted ones not at all. */
function probeAges(facts: Facts, from: number): { oldest: number | null; newest: number | null } {
  const row = facts.matrix.rows[from];
  const agent = facts.nodes[from]?.agent;
  if (row == null || row.counted || agent == null || agent.clock === 0) return { oldest: null, newest: null };
  let oldest = 0;
  let newest = Number.POSITIVE_INFINITY;
  for (const target of targets) {
    for (const position of row[target].positions) {
      for (const probe of [position.icmp, position.http]) {
        for (let to = 0; to < row.width; to++) {
          if (probe.outcome[to] === 0) continue;
          const at = probedAt(row, probe, to) * 1000 || (agent.health?.timestamp ?? 0);
          if (at === 0) continue;
          oldest = Math.max(oldest, agent.clock - at);
          newest = Math.min(newest, Math.max(0, agent.clock - at));
        }
      }
    }
  }
  return newest === Number.POSITIVE_INFINITY
    ? { oldest: null, newest: null }
    : { oldest: oldest * 1e6, newest: newest * 1e6 };
}
