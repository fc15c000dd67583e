import { HealthError } from "../model/errors.ts";
import { type Fault, type FaultName, faultCatalogue } from "./faults.ts";
import {
  agentName,
  type Fate,
  type HealthAnswer,
  healthyFate,
  type MeshNode,
  type MeshPlan,
  meshNode,
  type Oddity,
} from "./mesh-plan.ts";

const dark: Fate = { hostIcmp: "timeout", hostHttp: "timeout", endpointIcmp: "timeout", endpointHttp: "timeout" };
const gone: Fate = { ...dark, hostHttp: "no-route" };
const noEndpoint: Fate = { ...healthyFate, endpointIcmp: "timeout", endpointHttp: "timeout" };
const noPing: Fate = { ...healthyFate, hostIcmp: "timeout" };
const noResponder: Fate = { ...healthyFate, hostHttp: "refused", endpointHttp: "refused" };
const noServer: Fate = { ...healthyFate, hostHttp: "refused" };
const unprobed: Fate = {
  hostIcmp: "unprobed",
  hostHttp: "unprobed",
  endpointIcmp: "unprobed",
  endpointHttp: "unprobed",
};
const hostile: Fate = { ...healthyFate, endpointIcmp: "timeout", endpointHttp: "hostile" };

const tenMinutes = 600_000;
const twoHours = 7200;

type Effect = (plan: MeshPlan, fault: Fault) => void;

const effects: Readonly<Record<FaultName, Effect>> = {
  "vxlan-blocked": (plan, fault) => crossFault(plan, nodeOf(plan, fault), noEndpoint),
  "node-down": (plan, fault) => takeDown(plan, nodeOf(plan, fault)),
  "zone-partition": partition,
  "icmp-blocked": (plan, fault) => columnFault(plan, fault.at === null ? null : nodeOf(plan, fault), noPing),
  "one-way": oneWay,
  "clusters-cut": cutClusters,
  "agent-not-running": (plan, fault) => agentDown(plan, nodeOf(plan, fault), "crashing"),
  "no-agent": (plan, fault) => agentDown(plan, nodeOf(plan, fault), "absent"),
  "ghost-node": addGhost,
  "health-socket-missing": (plan, fault) => losesSocket(plan, nodeOf(plan, fault)),
  "health-off": (plan) => {
    plan.healthChecking = false;
  },
  "endpoint-health-off": (plan) => {
    plan.endpointHealthChecking = false;
  },
  "not-probed": (plan, fault) => rowFault(plan, nodeOf(plan, fault), unprobed),
  stale: (plan, fault) => {
    nodeOf(plan, fault).lateSeconds = twoHours;
  },
  garbage: (plan, fault) => spoil(nodeOf(plan, fault), "garbage"),
  cut: (plan, fault) => spoil(nodeOf(plan, fault), "cut"),
  huge: (plan, fault) => spoil(nodeOf(plan, fault), "huge"),
  slow: (plan, fault) => {
    nodeOf(plan, fault).delayMs = tenMinutes;
  },
  "filter-drop": (plan, fault) => {
    crossFault(plan, nodeOf(plan, fault), noEndpoint);
    nodeOf(plan, fault).oddities.add("filter");
  },
  "ip-forward-off": odd("forwarding"),
  "small-mtu": odd("mtu"),
  "old-settings": odd("settings"),
  "stale-ipcache": odd("ipcache"),
  "missing-service": odd("service"),
  "hostile-names": (plan, fault) => makeHostile(plan, nodeOf(plan, fault)),
};

/** Changes `plan` as the fault asks. Throws HealthError (exit 2) for a node or zone the mesh does not have. */
export function applyFault(plan: MeshPlan, fault: Fault): void {
  effects[fault.name](plan, fault);
}

function odd(what: Oddity): Effect {
  return (plan, fault) => {
    nodeOf(plan, fault).oddities.add(what);
  };
}

function spoil(node: MeshNode, health: HealthAnswer): void {
  node.health = health;
}

function rowFault(plan: MeshPlan, { index }: MeshNode, fate: Fate): void {
  plan.pathFaults.push((from, to) => (from === index && to !== index ? fate : null));
}

function crossFault(plan: MeshPlan, { index }: MeshNode, fate: Fate): void {
  plan.pathFaults.push((from, to) => (from !== to && (from === index || to === index) ? fate : null));
}

function columnFault(plan: MeshPlan, node: MeshNode | null, fate: Fate): void {
  plan.pathFaults.push((from, to) => (from !== to && (node === null || to === node.index) ? fate : null));
}

function takeDown(plan: MeshPlan, node: MeshNode): void {
  node.up = false;
  columnFault(plan, node, gone);
}

/** The responders live and die with their agent while the kernel still answers ping. */
function agentDown(plan: MeshPlan, node: MeshNode, agent: "crashing" | "absent"): void {
  node.agent = agent;
  columnFault(plan, node, noResponder);
}

function losesSocket(plan: MeshPlan, node: MeshNode): void {
  node.health = "no-socket";
  columnFault(plan, node, noServer);
}

function partition(plan: MeshPlan, fault: Fault): void {
  const zone = fault.at ?? plan.nodes.at(-1)?.zone ?? "";
  const inside = new Set(plan.nodes.filter((node) => node.zone === zone).map((node) => node.index));
  if (inside.size === 0) throw noSuch(fault, `zone "${zone}"`, [...new Set(plan.nodes.map((node) => node.zone))]);
  plan.pathFaults.push((from, to) => (inside.has(from) !== inside.has(to) ? dark : null));
}

function oneWay(plan: MeshPlan, fault: Fault): void {
  const [first, second] = fault.at === null ? [null, null] : fault.at.split(":");
  const from = nodeOf(plan, fault, first ?? null);
  const next = plan.nodes[(from.index - plan.firstIndex + 1) % plan.nodes.length];
  const to =
    second === undefined || second === null ? (next ?? from) : (farNode(plan, second) ?? nodeOf(plan, fault, second));
  plan.pathFaults.push((a, b) => (a !== b && a === from.index && b === to.index ? dark : null));
}

function cutClusters({ nodes, firstIndex, other, pathFaults }: MeshPlan, fault: Fault): void {
  if (other === null) {
    throw new HealthError(`fault "${fault.name}" is one between two clusters`, {
      exitCode: 2,
      hint: "Give --clusters 2.",
    });
  }
  const isOwn = (index: number) => index >= firstIndex && index < firstIndex + nodes.length;
  pathFaults.push((from, to) => (isOwn(from) !== isOwn(to) ? dark : null));
}

/** A node whose CiliumNode outlived it: probed by all, unknown to Kubernetes. */
function addGhost(plan: MeshPlan, fault: Fault): void {
  const ghost = meshNode(plan.firstIndex + plan.nodes.length, fault.at ?? "ghost-1", plan.nodes[0]?.zone ?? "", plan);
  plan.nodes.push({ ...ghost, known: false, agent: "absent", up: false });
  columnFault(plan, ghost, gone);
}

/** Colour, clear-screen, title and right-to-left override, wherever a cluster could put text. */
function makeHostile(plan: MeshPlan, node: MeshNode): void {
  node.name = `${node.name}\u001b[2J\u001b[32m\u202eyhtlaeh`;
  node.zone = `${node.zone}\u001b]0;owned\u0007\u2066`;
  columnFault(plan, node, hostile);
}

/** A node of the other cluster by the name that agents have for it. */
function farNode({ other }: MeshPlan, name: string): MeshNode | undefined {
  return other?.nodes.find((node) => agentName(other, node) === name);
}

/** The named node, or the mesh's second when none is named. */
function nodeOf(plan: MeshPlan, fault: Fault, name: string | null = fault.at): MeshNode {
  const node = name === null ? (plan.nodes[1] ?? plan.nodes[0]) : plan.nodes.find((one) => one.name === name);
  if (node !== undefined) return node;
  throw noSuch(fault, `node "${name}"`, [plan.nodes[0]?.name ?? "", plan.nodes.at(-1)?.name ?? ""]);
}

function noSuch(fault: Fault, what: string, range: readonly string[]): HealthError {
  return new HealthError(`fault "${fault.name}": the demo mesh has no ${what}`, {
    exitCode: 2,
    hint: `${faultCatalogue[fault.name].takes === "zone" ? "Its zones" : "Its nodes"}: ${range.join(" … ")}.`,
  });
}
