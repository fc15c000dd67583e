import { hashOf } from "./seeded.ts";

/** How a probe ends, before it is put into Cilium's words. */
export type Symptom = "ok" | "timeout" | "no-route" | "refused" | "unprobed" | "hostile";

/** The four probes of one ordered pair; all addresses of a target share one fate. */
export interface Fate {
  readonly hostIcmp: Symptom;
  readonly hostHttp: Symptom;
  readonly endpointIcmp: Symptom;
  readonly endpointHttp: Symptom;
}

/** What a path fault does to the pair from → to (node indices), null when nothing. */
export type PathFault = (from: number, to: number) => Fate | null;

/** What `cilium-health status -o json` is on a node. */
export type HealthAnswer = "report" | "no-socket" | "garbage" | "cut" | "huge";

/** One node of a generated mesh. Addresses: IPv4 first, then IPv6 in a dual-stack mesh. */
export interface MeshNode {
  /** Its own among the nodes of all clusters of a mesh: the place in its cluster, from the cluster's first index on. */
  readonly index: number;
  /** As in the Kubernetes API; agents prefix it by the cluster's name. */
  name: string;
  zone: string;
  readonly hostIPs: readonly string[];
  readonly healthIPs: readonly string[];
  readonly routerIPs: readonly string[];
  readonly podCIDRs: readonly string[];
  readonly pod: string;
  /** Whether the Kubernetes API has a Node of this name. */
  known: boolean;
  up: boolean;
  agent: "running" | "crashing" | "absent";
  health: HealthAnswer;
  /** Milliseconds before any command's first byte. */
  delayMs: number;
  /** When it was told to probe at once, epoch ms; 0 never. */
  probedAt: number;
  /** Seconds by which this agent's results are older than they should be. */
  lateSeconds: number;
  /** What is not on this node as on the others, beside what probes see. */
  readonly oddities: Set<Oddity>;
}

export type Oddity = "filter" | "forwarding" | "mtu" | "settings" | "ipcache" | "service";

/** Cilium's release, as far as it shapes what agents print. */
export interface MeshVersion {
  /** `1.19.3` */
  readonly text: string;
  readonly minor: number;
}

export interface MeshPlan {
  readonly cluster: string;
  /** 0 for a cluster that is in no mesh with another. */
  readonly clusterId: number;
  /** Index of the first node. */
  readonly firstIndex: number;
  /** The other cluster of a mesh of two, whose nodes all agents probe too. */
  other: MeshPlan | null;
  readonly seed: number;
  readonly version: MeshVersion;
  readonly families: 1 | 2;
  /** The agents' clock in epoch ms. */
  readonly now: () => number;
  /** That clock when the mesh was made: from then on its probe cycles go on. */
  readonly madeAt: number;
  readonly nodes: MeshNode[];
  readonly pathFaults: PathFault[];
  healthChecking: boolean;
  endpointHealthChecking: boolean;
}

export interface MeshSize {
  readonly nodes: number;
  readonly zones: number;
  readonly families: 1 | 2;
  readonly seed: number;
  readonly firstIndex: number;
}

/** The nodes of a healthy mesh: zones are blocks of consecutive nodes, each node has a /24 (and a /64) for pods. */
export function layOut(size: MeshSize): MeshNode[] {
  const digits = String(size.nodes).length;
  const nodes: MeshNode[] = [];
  for (let at = 0; at < size.nodes; at++) {
    const zone = Math.floor((at * size.zones) / size.nodes);
    const name = `node-${String(at + 1).padStart(digits, "0")}`;
    nodes.push(meshNode(size.firstIndex + at, name, zoneName(zone), size));
  }
  return nodes;
}

/** One healthy node; `index` alone decides its addresses. */
export function meshNode(
  index: number,
  name: string,
  zone: string,
  size: Pick<MeshSize, "families" | "seed">,
): MeshNode {
  const pods = `10.${64 + (index >> 8)}.${index & 255}`;
  const hex = (index + 1).toString(16);
  const last = 2 + (hashOf(size.seed, index, 1) % 250);
  const router = last === 251 ? 1 : last + 1;
  const both = (v4: string, v6: string) => (size.families === 2 ? [v4, v6] : [v4]);
  return {
    index,
    name,
    zone,
    hostIPs: both(`172.16.${Math.floor(index / 250)}.${1 + (index % 250)}`, `fd00:10::${hex}`),
    healthIPs: both(`${pods}.${last}`, `fd00:64:0:${hex}::${(last + 4096).toString(16)}`),
    routerIPs: both(`${pods}.${router}`, `fd00:64:0:${hex}::${(router + 8192).toString(16)}`),
    podCIDRs: both(`${pods}.0/24`, `fd00:64:0:${hex}::/64`),
    pod: `cilium-${podSuffix(size.seed, index)}`,
    known: true,
    up: true,
    agent: "running",
    health: "report",
    delayMs: 0,
    probedAt: 0,
    lateSeconds: 0,
    oddities: new Set(),
  };
}

/** How node names appear in agents' reports (pkg/node/types, Fullname): bare in the cluster called "default". */
export function agentName(plan: MeshPlan, node: MeshNode): string {
  const { cluster } = homeOf(plan, node);
  return cluster === "default" ? node.name : `${cluster}/${node.name}`;
}

/** The nodes that every agent of the cluster knows: its own, then the other cluster's. */
export function allNodes(plan: MeshPlan): readonly MeshNode[] {
  return plan.other === null ? plan.nodes : [...plan.nodes, ...plan.other.nodes];
}

/** The cluster that the node is of. */
export function homeOf(plan: MeshPlan, node: MeshNode): MeshPlan {
  const isOwn = plan.other === null || plan.nodes[node.index - plan.firstIndex] === node;
  return isOwn ? plan : (plan.other ?? plan);
}

export const healthyFate: Fate = { hostIcmp: "ok", hostHttp: "ok", endpointIcmp: "ok", endpointHttp: "ok" };

/** The first fault that touches a probe decides it; on the way to another cluster those of both can. */
export function fateOf(plan: MeshPlan, from: MeshNode, to: MeshNode): Fate {
  const home = homeOf(plan, to);
  let fate = healthyFate;
  for (const fault of home === plan ? plan.pathFaults : [...plan.pathFaults, ...home.pathFaults]) {
    const next = fault(from.index, to.index);
    if (next === null) continue;
    fate = fate === healthyFate ? next : merged(fate, next);
  }
  return fate;
}

function merged(first: Fate, next: Fate): Fate {
  const worse = (a: Symptom, b: Symptom): Symptom => (a === "ok" ? b : a);
  return {
    hostIcmp: worse(first.hostIcmp, next.hostIcmp),
    hostHttp: worse(first.hostHttp, next.hostHttp),
    endpointIcmp: worse(first.endpointIcmp, next.endpointIcmp),
    endpointHttp: worse(first.endpointHttp, next.endpointHttp),
  };
}

function zoneName(index: number): string {
  return `zone-${index < 26 ? String.fromCharCode(97 + index) : index + 1}`;
}

const letters = "bcdfghjklmnpqrstvwxz2456789";

/** Five characters as a DaemonSet's pods have them; an odd multiplier over a power of 27 keeps them apart. */
function podSuffix(seed: number, index: number): string {
  const range = letters.length ** 5;
  let rest = (index * 7_654_321 + (seed % range) * 13 + 9_876_543) % range;
  let suffix = "";
  for (let place = 0; place < 5; place++) {
    suffix += letters[rest % letters.length] ?? "";
    rest = Math.floor(rest / letters.length);
  }
  return suffix;
}
