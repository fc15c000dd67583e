import type { Network } from "./network.ts";
import { type Outcome, outcomeOf, type Protocol, probedAddress, type Target } from "./probe.ts";
import { type Agent, agentName, beliefOf, type Machine, type Slot } from "./world.ts";

/**
 * `cilium-health status -o json` of one agent, by walking every probe of its list. The shape is 1.18's, or without
 * lastProbed and probeInterval as before (api/v1/health/models).
 */
export function healthReport(net: Network, from: Machine, agent: Agent): string {
  const { world } = net;
  const hasTimes = minorOf(agent) >= 18;
  const listed = world.machines.filter((to) => beliefOf(from, to) !== null && isAllowed(from, to));
  const interval = intervalSeconds(agent, listed.length);
  const clock = world.now + agent.skew - agent.late * 1000;
  const view: View = { net, from, agent, clock, interval, hasTimes };
  const nodes = agent.health === "no-results" ? "null" : `[${listed.map((to) => entry(view, to)).join(",")}]`;
  const head = `{"local":{"name":${JSON.stringify(agentName(from))}},"nodes":${nodes},`;
  const tail = hasTimes ? `"probeInterval":"${interval.toFixed(9)}s",` : "";
  return `${head}${tail}"timestamp":"${time(clock - reportAge(from) * 1000)}"}\n\n`;
}

interface View {
  readonly net: Network;
  readonly from: Machine;
  readonly agent: Agent;
  /** Epoch milliseconds its results are measured against. */
  readonly clock: number;
  /** Seconds. */
  readonly interval: number;
  readonly hasTimes: boolean;
}

/** Remote nodes come with the mesh's control plane: where that fails, they are absent. */
function isAllowed(from: Machine, to: Machine): boolean {
  return !to.remote || from.agent?.meshErrors.has(to.cluster) !== true;
}

/** 60 s before 1.18; then 60 s times ln(1 + probed addresses). */
export function intervalSeconds(agent: Agent, listed: number): number {
  if (minorOf(agent) < 18) return 60;
  const targets = agent.runs.endpointHealthChecking ? 2 : 1;
  return 60 * Math.log(1 + Math.max(1, listed) * targets * agent.runs.families);
}

export function minorOf(agent: Agent): number {
  return Number(agent.version.split(".")[1]);
}

function entry(view: View, to: Machine): string {
  const { from, agent } = view;
  const belief = beliefOf(from, to);
  const host = addresses(view, to, "host");
  const name = `"name":${JSON.stringify(agentName(to))}`;
  const hostText = `"host":{"primary-address":${host[0] ?? "{}"},"secondary-addresses":[${host.slice(1).join(",")}]}`;
  if (!agent.runs.endpointHealthChecking || (belief?.healthIPs.length ?? 0) === 0) return `{${hostText},${name}}`;
  const endpoint = addresses(view, to, "endpoint");
  const rest = endpoint.slice(1).join(",");
  const current = `"health-endpoint":{"primary-address":${endpoint[0] ?? "{}"},"secondary-addresses":[${rest}]}`;
  return `{"endpoint":${endpoint[0] ?? "{}"},${current},${hostText},${name}}`;
}

function addresses(view: View, to: Machine, target: Target): string[] {
  const slots: readonly Slot[] = view.agent.runs.families === 2 ? [0, 1] : [0];
  return slots.map((slot) => {
    const ip = probedAddress({ from: view.from, to, target, protocol: "icmp", slot });
    if (view.agent.unprobed.has(to.index)) return `{"ip":"${ip}"}`;
    const icmp = probe(view, to, target, "icmp", slot, ip);
    return `{"http":${probe(view, to, target, "http", slot, ip)},"icmp":${icmp},"ip":"${ip}"}`;
  });
}

function probe(view: View, to: Machine, target: Target, protocol: Protocol, slot: Slot, ip: string): string {
  const { net, from, agent } = view;
  const missed = agent.missed.get(`${to.index}/${target}/${protocol}`);
  const walked = outcomeOf(net, { from, to, target, protocol, slot });
  const outcome: Outcome = walked === "ok" ? (missed ?? "ok") : walked;
  const dice = hash(from.index * 4 + slot, to.index * 4 + (target === "host" ? 0 : 2));
  const age = probeAge(from, to, target, view.interval, slot);
  const when = view.hasTimes ? `"lastProbed":"${time(view.clock - age * 1000)}",` : "";
  if (outcome !== "ok") return `{${when}"status":${JSON.stringify(failure(outcome, protocol, ip, agent))}}`;
  return `{${when}"latency":${latency(view, to, target, protocol, dice)}}`;
}

/** Seconds since one probe: within the interval, the same for both protocols. */
export function probeAge(from: Machine, to: Machine, target: Target, interval: number, slot: Slot = 0): number {
  return hash(from.index * 4 + slot, to.index * 4 + (target === "host" ? 0 : 2)) % Math.floor(interval);
}

/** Seconds since the start of the cycle that an agent's report belongs to. */
export function reportAge(from: Machine): number {
  return hash(from.index, 3) % 50;
}

/** Go's texts as recorded from 1.19.3 agents, and those of the catalogue's reports. */
function failure(outcome: Exclude<Outcome, "ok">, protocol: Protocol, ip: string, agent: Agent): string {
  if (protocol === "icmp") return "Connection timed out";
  const server = `${ip.includes(":") ? `[${ip}]` : ip}:${agent.runs.healthPort}`;
  const get = `Get "http://${server}/hello"`;
  switch (outcome) {
    case "silent":
      return `${get}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
    case "refused":
      return `${get}: dial tcp ${server}: connect: connection refused`;
    case "no-route":
      return `${get}: dial tcp ${server}: connect: no route to host`;
    case "no-network":
      return `${get}: dial tcp ${server}: connect: network is unreachable`;
    case "invalid":
      return `${get}: dial tcp ${server}: connect: invalid argument`;
    case "no-address":
      return 'Get "http://<nil>:4240/hello": dial tcp: lookup <nil>: no such host';
    default: {
      const never: never = outcome;
      return never;
    }
  }
}

/** Nanoseconds: within a node, a zone, between zones; slow pairs fifty times that. */
function latency({ net, from }: View, to: Machine, target: Target, protocol: Protocol, dice: number): number {
  const base = from === to ? 60_000 : from.zone === to.zone ? 210_000 : 850_000;
  const factor = net.world.slow.has(`${from.index}/${to.index}`) ? 200 : 1;
  const extra = (target === "endpoint" ? 90_000 : 0) + (protocol === "http" ? 180_000 : 0);
  return base * factor + extra + (dice % 200_000);
}

/** RFC 3339 in whole seconds; the same few hundred are asked for again and again. */
const times = new Map<number, string>();

export function time(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const known = times.get(seconds);
  if (known !== undefined) return known;
  const text = new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
  if (times.size > 20_000) times.clear();
  times.set(seconds, text);
  return text;
}

export function hash(a: number, b: number): number {
  let word = Math.imul(a + 0x7f4a7c15, 0xc2b2ae35) ^ Math.imul(b + 1, 0x27d4eb2f);
  word = Math.imul(word ^ (word >>> 16), 0x7feb352d);
  return (word ^ (word >>> 15)) >>> 0;
}
