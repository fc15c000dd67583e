import { carrierOf, type Network, prefixOf, slotOf, swallowedBy } from "./network.ts";
import { beliefOf, count, type Filter, type Flow, type Machine } from "./world.ts";

/**
 * How a packet that does not arrive shows at its sender: nothing comes back, an ICMP error or a failed neighbour
 * lookup says "no route to host", a missing route says "network is unreachable".
 */
export type Loss = "silent" | "no-route" | "no-network";

/** The machine a packet arrived at, or how it was lost. */
export type Arrival = Machine | Loss;

const wireguardPort = 51871;

/** From host to host, as the settings have it: bare, or through WireGuard where nodes encrypt among themselves. */
export function toHost(net: Network, from: Machine, ip: string, flow: Flow): Arrival {
  const swallower = swallowedBy(net, ip);
  if (swallower !== null) return swallower === from ? "no-route" : "silent";
  const peer = carrierOf(net, from, ip);
  const runs = from.agent?.runs;
  const encrypted = runs?.encryption === "wireguard" && runs.nodeEncryption;
  if (encrypted && peer !== null && !from.controlPlane && !peer.controlPlane)
    return throughWireguard(net, from, ip, flow);
  return onWire(net, from, ip, flow);
}

/** Bare, over the underlay: neighbour lookup, cuts between the machines, what the receiver's host lets in. */
export function onWire(net: Network, from: Machine, ip: string, flow: Flow): Arrival {
  if (!from.powered) return "silent";
  const wrong = from.neighbours.get(ip);
  if (wrong !== undefined) return wrong === "FAILED" ? "no-route" : "silent";
  const to = carrierOf(net, from, ip);
  if (to === null) return sameLink(from, ip) ? "no-route" : "silent";
  for (const cut of net.world.cuts) {
    if (matches(cut.filter, flow) && cut.cuts(from, to)) return lossBy(cut.filter);
  }
  return intoHost(to, flow, ip) ?? to;
}

/** A link's address that nobody answers for fails at the neighbour lookup; further away it is just silence. */
function sameLink(from: Machine, ip: string): boolean {
  return prefixOf(from.ips[slotOf(ip)] ?? "") === prefixOf(ip);
}

/** The receiving host: Cilium's host firewall at the NIC, then INPUT, which holds IPv4 rules alone (`iptables`). */
function intoHost(to: Machine, flow: Flow, ip: string): Loss | null {
  const runs = to.agent?.runs;
  if (runs?.hostFirewall === true && flow.protocol === "esp") {
    count(to.counters.drops, "CT: Unknown L4 protocol");
    return "silent";
  }
  if (flow.routed === true) return null;
  if (to.hostAllowed !== null && !flow.reply && !to.hostAllowed.protocols.has(flow.protocol)) {
    count(to.counters.drops, "Policy denied");
    return "silent";
  }
  if (slotOf(ip) === 1) return null;
  const filter = to.input.find((one) => matches(one, flow));
  return filter === undefined ? null : lossBy(filter);
}

function matches(filter: Filter, flow: Flow): boolean {
  if (filter.stateful && flow.reply) return false;
  if (filter.protocol === "any") return true;
  if (filter.protocol !== flow.protocol) return false;
  // A rule on a destination port or on echo requests never meets an answer.
  if (flow.reply && flow.protocol !== "udp" && flow.protocol !== "esp") return false;
  return filter.port === null || filter.port === flow.port;
}

function lossBy(filter: Filter): Loss {
  return filter.action === "reject" ? "no-route" : "silent";
}

/** The tunnel packet from `from` to the node that it takes for the owner of a pod address. */
export function throughTunnel(net: Network, from: Machine, owner: Machine): Arrival {
  const runs = from.agent?.runs;
  const end = from.agent?.wrongTunnelEnd.get(owner.index) ?? beliefOf(from, owner)?.ips[0] ?? "";
  if (runs === undefined || end === "") return "silent";
  const outer: Flow = { protocol: "udp", port: runs.tunnelPort, reply: false };
  from.counters.tunnelSent++;
  const to = encrypted(net, from, end, outer);
  if (typeof to === "string") return "silent"; // an ICMP error about the outer packet does not reach the prober
  const there = to.agent?.runs;
  const understood =
    there?.routing === "tunnel" && there.tunnelPort === runs.tunnelPort && there.tunnelProtocol === runs.tunnelProtocol;
  if (there !== undefined && !understood) return "silent";
  to.counters.tunnelReceived++;
  return to;
}

/** Pod traffic on its way between nodes, encrypted as the sender's settings say. */
function encrypted(net: Network, from: Machine, ip: string, flow: Flow): Arrival {
  switch (from.agent?.runs.encryption) {
    case "wireguard":
      return isPeer(net, from, ip) ? throughWireguard(net, from, ip, flow) : onWire(net, from, ip, flow);
    case "ipsec":
      return throughEsp(net, from, ip);
    default:
      return onWire(net, from, ip, flow);
  }
}

/**
 * WireGuard is one UDP flow with equal ports on both sides, opened by a handshake: it needs the way there and back,
 * and each side must hold the other's key.
 */
function throughWireguard(net: Network, from: Machine, ip: string, flow: Flow): Arrival {
  const outer: Flow = { protocol: "udp", port: wireguardPort, reply: false };
  const to = onWire(net, from, ip, outer);
  if (typeof to === "string") return to;
  const back = onWire(net, to, from.ips[0] ?? "", outer);
  if (typeof back === "string") return "silent";
  if (to.agent !== null && to.agent.runs.encryption !== "wireguard") return "silent";
  if (!knowsKey(from, to) || !knowsKey(to, from)) return "silent";
  return intoHost(to, flow, ip) ?? to; // decrypted packets pass the host's filters once more
}

/** Whether a handshake between two machines comes about: the port both ways, and keys that fit. */
export function handshakes(net: Network, from: Machine, to: Machine): boolean {
  const outer: Flow = { protocol: "udp", port: wireguardPort, reply: false };
  return (
    to.agent?.runs.encryption === from.agent?.runs.encryption &&
    onWire(net, from, beliefOf(from, to)?.ips[0] ?? "", outer) === to &&
    onWire(net, to, from.ips[0] ?? "", outer) === from &&
    knowsKey(from, to) &&
    knowsKey(to, from)
  );
}

/** The key a machine holds of another; "" when that announces none. */
export function heldKey(from: Machine, to: Machine): string {
  return from.wireguardPeers.get(to.index) ?? to.announced?.wireguardKey ?? "";
}

/** A node that announces no key is sent plain packets. */
function isPeer(net: Network, from: Machine, ip: string): boolean {
  const to = carrierOf(net, from, ip);
  return to === null || to.announced?.wireguardKey !== "";
}

function knowsKey(from: Machine, to: Machine): boolean {
  return heldKey(from, to) === to.wireguardKey;
}

/** ESP in both directions on its own; the receiver's counters tell a wrong key from a missing state. */
function throughEsp(net: Network, from: Machine, ip: string): Arrival {
  if (from.ipsecSequenceDone) {
    count(from.counters.xfrm, "XfrmOutStateSeqError");
    return "silent";
  }
  const to = onWire(net, from, ip, { protocol: "esp", port: 0, reply: false });
  if (typeof to === "string") return to;
  if (to.agent !== null && to.agent.runs.encryption !== "ipsec") return "silent";
  if (to.ipsecNoStates) {
    count(to.counters.xfrm, "XfrmInNoStates");
    return "silent";
  }
  if (to.ipsecSecret !== from.ipsecSecret) {
    count(to.counters.xfrm, "XfrmInStateProtoError");
    return "silent";
  }
  return to;
}
