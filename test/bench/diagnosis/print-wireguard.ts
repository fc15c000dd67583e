import { networkOf } from "./network.ts";
import { hash } from "./print-health.ts";
import { handshakes, heldKey } from "./wire.ts";
import { type Agent, beliefOf, type Machine, type World } from "./world.ts";

/**
 * A WireGuard device's peers, one line each, as Cilium 1.19.3 prints them by the form of the capture
 * `wireguard-peers.txt`: the word before the form, then key, endpoint, last handshake, bytes received and sent, ranges.
 */
export function wireguardPeers(world: World, machine: Machine, agent: Agent): string {
  const net = networkOf(world);
  const peers = agent.runs.encryption !== "wireguard" ? [] : world.machines.filter((to) => to !== machine);
  const lines = peers.flatMap((to) => {
    const belief = beliefOf(machine, to);
    const key = heldKey(machine, to);
    if (belief === null || key === "") return [];
    const works = handshakes(net, machine, to);
    const handshake = lastHandshake(world, machine, to, works);
    const endpoint = `${belief.ips[0] ?? ""}:51871`;
    const ranges = [...belief.podCIDRs, ...belief.ips.map((ip) => `${ip}/${ip.includes(":") ? 128 : 32}`)];
    const traffic = 20_000 + (hash(machine.index, to.index) % 900_000);
    const received = handshake === never ? 0 : traffic;
    return [[key, endpoint, `"${handshake}"`, received, traffic + 4000, JSON.stringify(ranges)].join("\t")];
  });
  return `jsonpath=\n${lines.join("\n")}\n\n`;
}

/** How Go's zero time is printed. */
const never = "0001-01-01T00:00:00.000Z";

/**
 * Within two minutes while the peers talk, as the protocol renews it; else before the fault began, or never where one of
 * the two made its device anew since.
 */
function lastHandshake(world: World, machine: Machine, to: Machine, works: boolean): string {
  const isNew = [machine, to].some((one) => (one.agent?.age ?? 0) < 7200);
  if (!works && isNew) return never;
  const seconds = works ? 3 + (hash(machine.index, to.index) % 115) : 7200 + (hash(to.index, machine.index) % 600);
  return new Date(world.now + (machine.agent?.skew ?? 0) - seconds * 1000).toISOString();
}
