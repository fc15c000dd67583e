import type { Facts } from "../../model/facts.ts";
import {
  decodeLatency,
  type ProbeColumns,
  type Protocol,
  probedAt,
  success,
  type Target,
  targets,
} from "../../model/matrix.ts";

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
  const icmp = hostProbes(facts, "icmp");
  const http = hostProbes(facts, "http");
  return facts.nodes.map((_node, index) => {
    const ages = probeAges(facts, index);
    return {
      icmpMedianNs: median(column(icmp, index, scratch)),
      httpMedianNs: median(column(http, index, scratch)),
      oldestProbeNs: ages.oldest,
      newestProbeNs: ages.newest,
      ips: { host: primaryAddress(facts, "host", index), endpoint: primaryAddress(facts, "endpoint", index) },
    };
  });
}

/** By node index, its probes of the others' primary host addresses. */
function hostProbes({ matrix }: Facts, protocol: Protocol): readonly (ProbeColumns | null)[] {
  return matrix.rows.map((row) => row?.host.positions[0]?.[protocol] ?? null);
}

/** What the others measured to a node, in the first places of `scratch`. Agents that count tell few latencies. */
function column(probes: readonly (ProbeColumns | null)[], to: number, scratch: Float64Array): Float64Array {
  let count = 0;
  for (let from = 0; from < probes.length; from++) {
    const probe = probes[from];
    const code = probe?.latency[to] ?? 0;
    if (code !== 0 && from !== to && probe?.outcome[to] === success) scratch[count++] = decodeLatency(code);
  }
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
