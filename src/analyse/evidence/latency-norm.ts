import type { NodeFacts } from "../../model/facts.ts";
import { decodeLatency, success } from "../../model/matrix.ts";
import { cellCode } from "../../model/status.ts";
import { type ProbeKind, protocolOf, targetOf } from "../matrix/planes.ts";
import { zoneOf } from "../matrix/scope.ts";
import type { Scene } from "../scene.ts";

/** What is normal between two zones, by one kind of probe. */
export interface Norm {
  /** How many paths it is drawn from. */
  readonly count: number;
  readonly medianNs: number;
  /** Above this a latency is out of the ordinary. */
  readonly limitNs: number;
}

/** A scale of eight steps to a doubling, from a microsecond on: even steps within each, so that no logarithm is needed. */
const steps = 8;
const buckets = 32 * steps;

function bucketOf(ns: number): number {
  const micros = Math.max(1, Math.min(0x0fff_ffff, Math.round(ns / 1000)));
  const doublings = 31 - Math.clz32(micros);
  return doublings * steps + (((micros * steps) / 2 ** doublings) & (steps - 1));
}

/** The middle of a bucket, nanoseconds. */
function bucketNs(bucket: number): number {
  return 1000 * 2 ** Math.floor(bucket / steps) * (1 + ((bucket % steps) + 0.5) / steps);
}

/** Latencies must be this much above the median, whatever the spread: queues and busy hosts reach a few times it. */
const leastFactor = 8;
/** And this much in absolute terms: below, nobody's application notices. */
const leastGapNs = 5_000_000;
/** So many robust deviations (1.4826 × the median deviation) are ordinary. */
const deviations = 6;

/**
 * Median and spread from counts, without sorting millions of values. Mean and standard deviation would follow the very
 * outliers that are looked for.
 */
function normOf(counts: Uint32Array): Norm {
  const count = counts.reduce((sum, number) => sum + number, 0);
  const middle = middleOf(counts, count);
  const away = new Uint32Array(buckets);
  counts.forEach((number, bucket) => {
    const distance = Math.abs(bucket - middle);
    away[distance] = (away[distance] ?? 0) + number;
  });
  const spread = 1.4826 * middleOf(away, count);
  const medianNs = bucketNs(middle);
  const factor = Math.max(leastFactor, 2 ** ((deviations * spread) / steps));
  return { count, medianNs, limitNs: Math.max(medianNs * factor, medianNs + leastGapNs) };
}

function middleOf(counts: Uint32Array, count: number): number {
  let seen = 0;
  for (let bucket = 0; bucket < counts.length; bucket++) {
    seen += counts[bucket] ?? 0;
    if (seen * 2 >= count) return bucket;
  }
  return 0;
}

const reachable = cellCode("reachable", false);

/** Latencies of fresh, successful probes of the primary addresses between different nodes, nanoseconds. */
export function eachLatency(
  scene: Scene,
  kind: ProbeKind,
  visit: (from: number, to: number, ns: number) => void,
): void {
  const target = targetOf(kind);
  const codes = scene.cells[target];
  scene.facts.matrix.rows.forEach((row, from) => {
    const probe = row?.[target].positions[0]?.[protocolOf(kind)];
    if (row === null || probe === undefined) return;
    const { outcome, latency } = probe;
    const start = from * scene.size;
    for (let to = 0; to < row.width; to++) {
      if (from === to || outcome[to] !== success || codes[start + to] !== reachable) continue;
      const ns = decodeLatency(latency[to] ?? 0);
      if (ns > 0) visit(from, to, ns);
    }
  });
}

/** Beyond this the label names no zones, but nodes or racks, and is left out. */
const mostZones = 64;

/** Numbers of zones by node; nodes without one share a number in each cluster. */
function zoneNumbers(nodes: readonly NodeFacts[]): { readonly of: Uint32Array; readonly count: number } {
  const number = (keyOf: (node: NodeFacts) => string) => {
    const numbers = new Map<string, number>();
    const of = Uint32Array.from(nodes, (node) => {
      const known = numbers.get(keyOf(node)) ?? numbers.size;
      numbers.set(keyOf(node), known);
      return known;
    });
    return { of, count: numbers.size };
  };
  const zones = number((node) => `${node.cluster}\n${zoneOf(node)}`);
  const clusters = () => number((node) => node.cluster);
  if (zones.count <= mostZones) return zones;
  return clusters().count <= mostZones ? clusters() : number(() => "");
}

export interface Norms {
  readonly of: (from: number, to: number) => Norm | undefined;
  /** False when nothing lies above its norm's limit: there is no need to look at each path then. */
  readonly hasOutliers: boolean;
}

/** Norms of one kind of probe, by pair of zones; which of the two is the prober's does not matter. */
export function normsByZones(scene: Scene, kind: ProbeKind): Norms {
  const { of, count } = zoneNumbers(scene.nodes);
  const key = (from: number, to: number) => {
    const a = of[from] ?? 0;
    const b = of[to] ?? 0;
    return a < b ? a * count + b : b * count + a;
  };
  const counts: (Uint32Array | undefined)[] = new Array(count * count).fill(undefined);
  eachLatency(scene, kind, (from, to, ns) => {
    const at = key(from, to);
    const known = counts[at] ?? new Uint32Array(buckets);
    counts[at] = known;
    const bucket = bucketOf(ns);
    known[bucket] = (known[bucket] ?? 0) + 1;
  });
  const norms = counts.map((one) => (one === undefined ? undefined : normOf(one)));
  const hasOutliers = norms.some((norm, at) => norm !== undefined && reaches(counts[at], norm.limitNs));
  return { of: (from, to) => norms[key(from, to)], hasOutliers };
}

/** Whether anything was counted at a latency or above it. */
function reaches(counts: Uint32Array | undefined, ns: number): boolean {
  return counts?.some((number, bucket) => number > 0 && bucket >= bucketOf(ns)) === true;
}
