import { probeAt } from "../matrix/judged-cells.ts";
import { failed, fine, silent } from "../matrix/planes.ts";
import { packetsBecause, readBpfMetrics } from "../reads/bpf-metrics.ts";
import type { Claim, Rule } from "../rule.ts";
import { confirmingText, nameOf, type Scene, wantFrom } from "../scene.ts";
import { listNames } from "../shapes/figure-words.ts";

/** A full connection table loses new connections at random: cilium/cilium#24177, #35010, #47293, #33074. */
export const ctOrNatMapFull: Rule = {
  causes: [
    {
      id: "ct-or-nat-map-full",
      severity: "error",
      title: "a connection or NAT table is full",
      meaning:
        "A node's table of connections or of NAT mappings takes no new entries, so new connections from and to it fail now and then, by HTTP rather than by ping, and to no peer in particular. On kernels before 6.15 rare failures of a table that is not full are lock contention.",
      apart:
        "It is tied to a busy node and to no pair, comes and goes, and the node counts CT: Map insertion failed or No mapping for NAT masquerade. A filter of port 4240 fails always, and one target only in tunnel mode.",
      confirm:
        "CT: Map insertion failed or No mapping for NAT masquerade in `cilium-dbg bpf metrics list` grows between two reads.",
      fix: "enlarge the tables (bpf-ct-global-tcp-max, bpf-ct-global-any-max, bpf-nat-global-max), shorten the garbage collection interval, and find who opens so many connections",
      docs: "conntrack",
    },
  ],
  wants: (scene) =>
    wantFrom(
      scene,
      busiest(scene).map(({ node }) => node),
      ["bpf-metrics.json"],
    ),
  find: (scene) => {
    const full = busiest(scene).flatMap((one) => {
      const packets = refusedEntries(scene, one.node);
      return packets > 0 ? [{ ...one, packets }] : [];
    });
    return full.length === 0 ? [] : [claim(scene, full)];
  },
};

interface Busy {
  readonly node: number;
  /** Paths from or to it on which HTTP alone fails. */
  readonly cells: readonly number[];
}

/** Nodes at the ends of paths on which HTTP is silent while ping passes, most such paths first. */
function busiest(scene: Scene): Busy[] {
  const byNode = new Map<number, number[]>();
  const found = new Set<number>();
  for (const shape of scene.shapes) {
    if (!shape.probes.some((kind) => kind === "host-http" || kind === "endpoint-http")) continue;
    for (const cell of shape.cells) if (isHttpAlone(scene, cell)) found.add(cell);
  }
  for (const cell of found) {
    for (const node of new Set([Math.floor(cell / scene.size), cell % scene.size])) {
      const cells = byNode.get(node);
      if (cells === undefined) byNode.set(node, [cell]);
      else cells.push(cell);
    }
  }
  return [...byNode]
    .map(([node, cells]) => ({ node, cells }))
    .filter(({ cells }) => cells.length > 1)
    .sort((a, b) => b.cells.length - a.cells.length || a.node - b.node);
}

function isHttpAlone(scene: Scene, cell: number): boolean {
  const host = alone(probeAt(scene, "host-icmp", cell), probeAt(scene, "host-http", cell));
  const endpoint = alone(probeAt(scene, "endpoint-icmp", cell), probeAt(scene, "endpoint-http", cell));
  const pings = [probeAt(scene, "host-icmp", cell), probeAt(scene, "endpoint-icmp", cell)];
  return (host || endpoint) && !pings.some((value) => failed(value));
}

function alone(ping: number, http: number): boolean {
  return ping === fine && http === silent;
}

const fullTable = /CT: Map insertion failed|No mapping for NAT masquerade/i;

function refusedEntries(scene: Scene, node: number): number {
  const text = confirmingText(scene.nodes[node], "bpf-metrics.json");
  const counts = text === null ? null : readBpfMetrics(text);
  return counts === null ? 0 : packetsBecause(counts, fullTable);
}

function claim(scene: Scene, full: readonly (Busy & { readonly packets: number })[]): Claim {
  const names = full.map(({ node }) => nameOf(scene, node));
  const cells = [...new Set(full.flatMap((one) => one.cells))];
  const failing = (kind: "host-http" | "endpoint-http") => cells.filter((cell) => failed(probeAt(scene, kind, cell)));
  return {
    id: "ct-or-nat-map-full",
    confidence: "possible",
    title: `the connection tables of ${listNames(names)} may be full`,
    nodes: names,
    host: failing("host-http"),
    endpoint: failing("endpoint-http"),
    evidence: [
      ...full.slice(0, 3).map(({ node, packets }) => ({
        text: `${nameOf(scene, node)} has counted ${packets} packets without room in its connection or NAT table`,
        node: nameOf(scene, node),
        capture: "bpf-metrics.json" as const,
      })),
      { text: `HTTP fails and ping passes on ${cells.length} paths from or to ${listNames(names)}` },
    ],
    alternatives: [
      { id: "health-tcp-4240-blocked", why: "if the same paths fail in every cycle and the count does not grow" },
    ],
    confirm: [
      {
        node: names[0] ?? null,
        argv: ["cilium-dbg", "bpf", "metrics", "list"],
        expect: "CT: Map insertion failed or No mapping for NAT masquerade: the count grows between two reads",
      },
    ],
  };
}
