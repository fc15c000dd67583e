import { eachLatency, type Norm, type Norms, normsByZones } from "../evidence/latency-norm.ts";
import type { ProbeKind } from "../matrix/planes.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { isFreshAgent } from "../settings/ages.ts";
import { listNames, namesOf } from "../shapes/figure-words.ts";

/** Paths that work, but far slower than their like: bloomberg/goldpinger shows the need, no tool names the pairs. */
export const slowPath: Rule = {
  causes: [
    {
      id: "slow-path",
      severity: "warning",
      title: "a path is far slower than others of its kind",
      meaning:
        "Every probe of the path succeeds, but takes many times what probes between the same two zones usually take, by ping as well as by HTTP: a detour, a congested or failing link, a busy hypervisor, or an overloaded node.",
      apart:
        "It is measured against this cluster's own latencies between the same zones, so a far zone is not slow by itself; a single late answer, or a node that is slow only as a prober, does not count.",
      confirm:
        "`ip route get ADDRESS` in the agent shows another next hop or interface than on a usual path; `ip -s link`, read twice, shows whether errors or drops grow on the interface between the nodes.",
      fix: "compare the way packets take on a slow and on a usual path, and the load, link errors and queues of the nodes named",
      docs: "node-to-node",
    },
  ],
  find: (scene) => {
    if (scene.size < 3) return [];
    const pings = [normsByZones(scene, "host-icmp"), normsByZones(scene, "endpoint-icmp")] as const;
    if (!pings.some(({ hasOutliers }) => hasOutliers)) return [];
    const hostIcmp = marksOf(scene, "host-icmp", pings[0]);
    const endpointIcmp = marksOf(scene, "endpoint-icmp", pings[1]);
    const hostHttp = marksOf(scene, "host-http", normsByZones(scene, "host-http"));
    const endpointHttp = marksOf(scene, "endpoint-http", normsByZones(scene, "endpoint-http"));
    const probes = [hostIcmp, hostHttp, endpointIcmp, endpointHttp] as const;
    const targets = [both(hostIcmp.marks, hostHttp.marks), both(endpointIcmp.marks, endpointHttp.marks)] as const;
    const cells = slowCells(scene, targets);
    const judged = hostIcmp.marks.reduce((sum, mark) => sum + (mark === unjudged ? 0 : 1), 0);
    return cells.length === 0 || cells.length > judged * mostShare + mostAtAll ? [] : [claim(scene, cells, probes)];
  },
};

/** So few paths say nothing about what is usual. */
const leastPaths = 6;
/** More slow paths than this, and it is what this cluster is like, or several zones that bear no labels. */
const mostShare = 0.25;
/** In a small mesh a single slow node is a large share: its row and column make half of the paths of four nodes. */
const mostAtAll = 4;

/** Verdicts, by path. */
const unjudged = 0;
const usual = 1;
const slow = 2;

interface Marked {
  readonly kind: ProbeKind;
  readonly norms: Norms;
  readonly marks: Uint8Array;
}

function marksOf(scene: Scene, kind: ProbeKind, norms: Norms): Marked {
  const marks = new Uint8Array(scene.size ** 2);
  eachLatency(scene, kind, (from, to, ns) => {
    const known = norms.of(from, to);
    if (known === undefined || known.count < leastPaths) return;
    marks[from * scene.size + to] = ns > known.limitNs ? slow : usual;
  });
  return { kind, norms, marks };
}

/** Both protocols of a target must be slow: a single late answer is a busy prober's. */
function both(ping: Uint8Array, http: Uint8Array): Uint8Array {
  return ping.map((mark, cell) => {
    if (mark === usual || http[cell] === usual) return usual;
    return mark === slow && http[cell] === slow ? slow : unjudged;
  });
}

/**
 * A round trip crosses the wire both ways, so a slow wire is seen from both ends: the way back must be slow as well.
 * Where nobody measures it, both targets must be slow. An agent that has just started is slow as a prober.
 */
function slowCells(scene: Scene, targets: readonly [Uint8Array, Uint8Array]): number[] {
  const fresh = scene.nodes.map((_node, node) => isFreshAgent(scene, node));
  const cells: number[] = [];
  for (let from = 0; from < scene.size; from++) {
    for (let to = 0; to < scene.size; to++) {
      const [cell, back] = [from * scene.size + to, to * scene.size + from];
      if (!targets.some((marks) => marks[cell] === slow) || fresh[from] === true || fresh[to] === true) continue;
      const isSeenBack = targets.some((marks) => marks[cell] === slow && marks[back] === slow);
      const isOneSided = targets.every((marks) => marks[cell] === slow && marks[back] === unjudged);
      if (isSeenBack || isOneSided) cells.push(cell);
    }
  }
  return cells;
}

/** One path's latency by the probe that is furthest above its norm. */
interface SlowPath {
  readonly cell: number;
  readonly kind: ProbeKind;
  readonly ns: number;
  readonly norm: Norm;
}

function measured(scene: Scene, cells: readonly number[], probes: readonly Marked[]): SlowPath[] {
  const wanted = new Set(cells);
  const worst = new Map<number, SlowPath>();
  for (const { kind, norms } of probes) {
    eachLatency(scene, kind, (from, to, ns) => {
      const cell = from * scene.size + to;
      const known = norms.of(from, to);
      if (!wanted.has(cell) || known === undefined) return;
      const rival = worst.get(cell);
      if (rival === undefined || ns / known.medianNs > ratio(rival)) worst.set(cell, { cell, kind, ns, norm: known });
    });
  }
  return [...worst.values()].sort((a, b) => ratio(b) - ratio(a) || a.cell - b.cell);
}

function ratio({ ns, norm }: SlowPath): number {
  return ns / norm.medianNs;
}

/** So many paths are quoted with their figures. */
const mostShown = 4;

function claim(scene: Scene, cells: readonly number[], probes: readonly Marked[]): Claim {
  const hubs = hubsOf(scene, cells);
  const ends = [...new Set(cells.flatMap((cell) => endsOf(scene, cell)))].sort((a, b) => a - b);
  const names = namesOf(scene, hubs.length > 0 ? hubs : ends);
  const [from = 0, to = 0] = endsOf(scene, cells[0] ?? 0);
  const { matrix } = scene.facts;
  const address = matrix.addresses[matrix.rows[from]?.host.positions[0]?.ip[to] ?? 0] ?? "";
  const paths = cells.length === 1 ? "a path" : `${cells.length} paths`;
  return {
    id: "slow-path",
    confidence: "confirmed",
    title: `${hubs.length > 0 ? `${paths} from or to` : `${paths} between`} ${listNames(names)} ${cells.length === 1 ? "is" : "are"} far slower than usual`,
    nodes: names,
    host: [],
    endpoint: [],
    evidence: [
      ...measured(scene, cells, probes)
        .slice(0, mostShown)
        .map((path) => evidenceOf(scene, path)),
      ...(cells.length > mostShown ? [{ text: `and ${cells.length - mostShown} more paths` }] : []),
    ],
    confirm: [
      {
        node: nameOf(scene, from),
        argv: ["ip", "route", "get", address],
        expect: "another next hop or interface than on a usual path",
      },
      {
        node: nameOf(scene, from),
        argv: ["ip", "-s", "link"],
        expect: "errors or drops that grow on the interface between the nodes",
      },
    ],
  };
}

function endsOf({ size }: Scene, cell: number): [number, number] {
  return [Math.floor(cell / size), cell % size];
}

/** The few nodes that one end of every slow path lies on; none when the paths have nothing in common. */
function hubsOf(scene: Scene, cells: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const cell of cells) for (const node of endsOf(scene, cell)) counts.set(node, (counts.get(node) ?? 0) + 1);
  const hubs = new Set([...counts].filter(([, count]) => count > 2 && count > scene.size / 2).map(([node]) => node));
  const isCovered = cells.every((cell) => endsOf(scene, cell).some((node) => hubs.has(node)));
  return isCovered ? [...hubs].sort((a, b) => a - b) : [];
}

function evidenceOf(scene: Scene, { cell, kind, ns, norm }: SlowPath): Claim["evidence"][number] {
  const [from, to] = endsOf(scene, cell).map((node) => nameOf(scene, node));
  return {
    text: `${from} to ${to}: ${kind} ${milliseconds(ns)}, usual between their zones ${milliseconds(norm.medianNs)}`,
    node: from ?? "",
    capture: "cilium-health-status.json",
  };
}

function milliseconds(ns: number): string {
  const ms = ns / 1e6;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
