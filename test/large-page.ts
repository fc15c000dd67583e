import { hashOf } from "../src/demo/seeded.ts";
import type { HeatPage, HeatPageRow, HeatPageTarget } from "../src/model/heat-map.ts";
import type { Cells, Report, ReportNode } from "../src/model/report.ts";
import type { PathCounts } from "../src/model/status.ts";

export interface LargePage {
  readonly size: number;
  /** Places of nodes that nobody reaches. */
  readonly broken: (place: number) => boolean;
  readonly nameOf?: (place: number) => string;
}

/** A page of any size with latencies as uneven as a real network's, without a mesh to read them from. */
export function largePage({ size, broken, nameOf = (place) => `node-${place + 1}` }: LargePage): HeatPage {
  const nodes = Array.from({ length: size }, (_, place) => reportNode(place, size, nameOf(place)));
  return {
    report: reportOf(nodes),
    by: "status",
    targets: ["host", "endpoint"],
    protocols: ["icmp", "http"],
    nodes: nodes.map((node) => ({ node, heading: node.zone })),
    messages: ["Connection timed out", 'Get "http://<ip>:4240/hello": context deadline exceeded'],
    claimed: new Set(),
    latencyLevels: [5e5, 1e6, 2e6, 5e6, 2e7, 1e8, null],
    ageLevels: [3e10, 6e10, 1.2e11, 3e11, 6e11, 1.8e12, null],
    rows: { [Symbol.iterator]: () => rows(size, broken) },
  };
}

function* rows(size: number, broken: (place: number) => boolean): Generator<HeatPageRow> {
  const places = Array.from({ length: size }, (_, place) => place);
  for (const from of places) {
    const fails = (to: number) => broken(to) || broken(from);
    const noise = (to: number, seed: number, spread: number) => 10 + (hashOf(seed, from, to) % spread);
    const target = (seed: number): HeatPageTarget => ({
      status: Uint8Array.from(places, (to) => (to === from ? 0 : fails(to) ? 0o22 : 0o11)),
      icmp: Uint8Array.from(places, (to) => (fails(to) ? 1 : noise(to, seed, 30))),
      http: Uint8Array.from(places, (to) => (fails(to) ? 2 : noise(to, seed + 1, 30))),
      claims: new Uint16Array(size),
    });
    yield { host: target(1), endpoint: target(3), age: Uint8Array.from(places, (to) => noise(to, 5, 20)) };
  }
}

const none: PathCounts = { reachable: 0, unreachable: 0, unknown: 0, stale: 0, off: 0, unasked: 0, total: 0 };

function reportNode(index: number, size: number, name: string): ReportNode {
  return {
    index,
    name,
    cluster: "large",
    remote: false,
    known: true,
    zone: `zone-${Math.floor((index * 3) / size)}`,
    ip: `172.16.${index >> 8}.${index & 255}`,
    healthIP: `10.64.${index >> 8}.${index & 255}`,
    podCIDRs: [],
    agent: { pod: `cilium-${index}`, version: "1.19.3", state: "ok", restarts: 0, endpoints: null },
    in: { host: none, endpoint: none },
    out: { host: none, endpoint: none },
    latency: { icmpMedianNs: 400_000 + index, httpMedianNs: null },
    oldestProbeNs: 60e9,
  };
}

function reportOf(nodes: readonly ReportNode[]): Report {
  const empty: Cells = {
    size: 0,
    host: new Uint8Array(),
    endpoint: new Uint8Array(),
    claims: { host: new Uint16Array(), endpoint: new Uint16Array() },
    matrix: { rows: [], addresses: [""], messages: [] },
    clocks: new Float64Array(),
    timestamps: new Float64Array(),
  };
  return {
    generatedAt: "2031-05-02T09:20:00.000Z",
    takenAt: "",
    source: { kind: "cluster", context: "large", cluster: "large", server: "", name: "" },
    partial: false,
    cilium: {
      versions: ["1.19.3"],
      routingMode: "tunnel",
      tunnelProtocol: "vxlan",
      encryption: "disabled",
      healthChecking: true,
      endpointHealthChecking: true,
    },
    coverage: {
      nodes: nodes.length,
      agents: nodes.length,
      answered: nodes.length,
      failed: [],
      unasked: [],
      notes: [],
      counted: null,
    },
    summary: {
      verdict: "unhealthy",
      cause: null,
      pairs: { host: none, endpoint: none },
      unreachablePairs: 0,
      totalPairs: 0,
      hub: null,
      newestProbeNs: null,
      oldestProbeNs: null,
    },
    nodes,
    cells: empty,
    findings: [],
    unexplained: 0,
    exitCode: 1,
  };
}
