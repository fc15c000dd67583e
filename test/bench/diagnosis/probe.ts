import { isTunnel, type Network, podOwner } from "./network.ts";
import { type Arrival, throughTunnel, toHost } from "./wire.ts";
import { beliefOf, count, type Flow, type Machine, type Slot } from "./world.ts";

/** How a probe ends, before it is put into Cilium's words. */
export type Outcome = "ok" | "silent" | "refused" | "no-route" | "no-network" | "invalid" | "no-address";

export type Target = "host" | "endpoint";
export type Protocol = "icmp" | "http";

export interface Probe {
  readonly from: Machine;
  readonly to: Machine;
  readonly target: Target;
  readonly protocol: Protocol;
  readonly slot: Slot;
}

/** Walks one probe there and back. ICMP knows success and silence alone. */
export function outcomeOf(net: Network, probe: Probe): Outcome {
  const ip = probedAddress(probe);
  const outcome = ip === "" || ip === "<nil>" ? "no-address" : walk(net, probe, ip);
  return probe.protocol === "icmp" && outcome !== "ok" ? "silent" : outcome;
}

/** The address the prober believes in; "" when it knows none. */
export function probedAddress({ from, to, target, slot }: Probe): string {
  const belief = beliefOf(from, to);
  return (target === "host" ? belief?.ips[slot] : belief?.healthIPs[slot]) ?? "";
}

function walk(net: Network, probe: Probe, ip: string): Outcome {
  if (ip.startsWith("fe80:")) return "invalid";
  return probe.target === "host" ? probeHost(net, probe, ip) : probeEndpoint(net, probe, ip);
}

function requestOf({ from, protocol }: Probe): Flow {
  const port = from.agent?.runs.healthPort ?? 4240;
  return protocol === "icmp" ? { protocol: "icmp", port: 0, reply: false } : { protocol: "tcp", port, reply: false };
}

function probeHost(net: Network, probe: Probe, ip: string): Outcome {
  const { from, slot } = probe;
  const request = requestOf(probe);
  const there: Arrival = from.ips.includes(ip) || from.farIPs.includes(ip) ? from : toHost(net, from, ip, request);
  if (typeof there === "string") return there;
  const answers = probe.protocol === "icmp" || hostAnswers(there, request);
  if (there !== from) {
    const back = toHost(net, there, from.ips[slot] ?? "", { ...request, reply: true });
    if (back !== from) return "silent";
  }
  return answers ? "ok" : "refused";
}

/** The node's responder lives in the agent. */
function hostAnswers(machine: Machine, request: Flow): boolean {
  const { agent } = machine;
  return agent?.state === "running" && machine.hostPortBound && agent.runs.healthPort === request.port;
}

function probeEndpoint(net: Network, probe: Probe, ip: string): Outcome {
  const { from, slot } = probe;
  const request = requestOf(probe);
  if (from.healthIPs.includes(ip)) return atEndpoint(from, from, request) ?? "ok";
  const there = toPod(net, from, ip, request, slot);
  if (typeof there === "string") return there;
  if (!there.healthIPs.includes(ip)) return "silent";
  const lost = intoPod(there, slot) ?? badChecksum(from, there, request) ?? atEndpoint(there, from, request);
  if (lost === "silent") return "silent";
  const back = replyFromPod(net, there, from, { ...request, reply: true }, slot);
  if (back !== from) return "silent";
  return lost ?? "ok";
}

/** The way from a host to a pod of another node. */
function toPod(net: Network, from: Machine, ip: string, flow: Flow, slot: Slot): Arrival {
  if (from.podRoutesLost) return "silent";
  if (from.foreignSnat && flow.protocol === "tcp") return "silent";
  const owner = podOwner(net, from, ip);
  if (owner === null) return "silent";
  if (isTunnel(from)) return throughTunnel(net, from, owner);
  return routed(net, from, owner, flow, slot);
}

/**
 * Native routing: by a route to the peer on the same link, or by the network's own router. Between a host and a pod
 * nothing is encrypted there, unless WireGuard encrypts what nodes send.
 */
function routed(net: Network, from: Machine, owner: Machine, flow: Flow, slot: Slot): Arrival {
  const { world } = net;
  const runs = from.agent?.runs;
  const isNear = from.subnet === owner.subnet;
  if (from.foreignRuleTable) return "silent";
  if (!(runs?.directRoutes === true && isNear)) {
    if (runs?.routerKnowsPods !== true) return "silent";
    if (owner.podCIDRs.some((cidr) => world.lostRoutes.has(cidr))) return "silent";
  }
  if (world.spoofGuard) return "silent";
  const ip = beliefOf(from, owner)?.ips[slot] ?? "";
  return toHost(net, from, ip, { ...flow, routed: true });
}

/** With endpoint routes the kernel forwards to the pod: sysctls and the FORWARD chain count; else BPF hands it over. */
function intoPod(machine: Machine, slot: Slot): "silent" | null {
  if (machine.agent?.runs.endpointRoutes !== true || slot === 1) return null; // both are IPv4's settings
  if (!machine.ipForward || machine.forwardDrop === "rule") return "silent";
  return null;
}

/** A NIC that miscomputes inner checksums: ping has none of TCP's, so it crosses. Machines on one hypervisor are spared. */
function badChecksum(from: Machine, to: Machine, flow: Flow): "silent" | null {
  if (flow.protocol !== "tcp" || from.hypervisor === to.hypervisor) return null;
  if (from.badChecksums) {
    to.counters.checksumErrors++;
    return "silent";
  }
  if (!to.badChecksums) return null;
  from.counters.checksumErrors++;
  return "silent";
}

function atEndpoint(machine: Machine, from: Machine, flow: Flow): "silent" | "refused" | null {
  const { health, agent } = machine;
  if (!health.exists || health.broken) return "silent";
  const allowed = machine === from || health.allowed === null || health.allowed.protocols.has(flow.protocol);
  if (!allowed) {
    count(machine.counters.drops, "Policy denied");
    return "silent";
  }
  if (flow.protocol === "icmp") return null;
  return agent?.state === "running" && health.port === flow.port ? null : "refused";
}

/** The answer goes to the prober's router address through the tunnel, or bare to its node address. */
function replyFromPod(net: Network, from: Machine, to: Machine, flow: Flow, slot: Slot): Arrival {
  const runs = from.agent?.runs;
  if (isTunnel(from)) return throughTunnel(net, from, to);
  const throughStack = runs?.hostRouting === "Legacy" && !runs.endpointRoutes;
  if (throughStack && Math.max(from.rpFilter.get("all") ?? 0, from.rpFilter.get("lxc_health") ?? 0) === 1) {
    return "silent";
  }
  const ip = to.ips[slot] ?? "";
  if (net.world.spoofGuard) return "silent";
  return toHost(net, from, ip, flow);
}
