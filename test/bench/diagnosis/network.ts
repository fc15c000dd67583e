import { beliefOf, type Machine, type Slot, type World } from "./world.ts";

/** The world's addresses, indexed once all faults are in place. */
export interface Network {
  readonly world: World;
  /** Powered machines that carry a node address on their NIC; two when somebody's address is taken twice. */
  readonly carriers: ReadonlyMap<string, readonly Machine[]>;
  /** Machines by what they announce for their pods, by the CIDR's prefix. */
  readonly podRoutes: ReadonlyMap<string, readonly Machine[]>;
  /** Machines by announced health and router addresses. */
  readonly podAddresses: ReadonlyMap<string, Machine>;
}

export function networkOf(world: World): Network {
  const carriers = new Map<string, Machine[]>();
  const podRoutes = new Map<string, Machine[]>();
  const podAddresses = new Map<string, Machine>();
  for (const machine of world.machines) {
    if (machine.powered) for (const ip of machine.ips) push(carriers, ip, machine);
    for (const cidr of machine.announced?.podCIDRs ?? []) push(podRoutes, prefixOf(cidr), machine);
    for (const ip of [...machine.healthIPs, ...machine.routerIPs]) podAddresses.set(ip, machine);
  }
  return { world, carriers, podRoutes, podAddresses };
}

function push(map: Map<string, Machine[]>, key: string, machine: Machine): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [machine]);
  else if (!list.includes(machine)) list.push(machine);
}

/** The /24 of an IPv4, the /64 of an IPv6 address or CIDR: pod CIDRs here are never anything else. */
export function prefixOf(ip: string): string {
  return ip.includes(":") ? ip.split(":").slice(0, 4).join(":") : ip.slice(0, ip.lastIndexOf("."));
}

/** The machine to which `from` sends packets for a pod address, by its own map; null when it has no route. */
export function podOwner(net: Network, from: Machine, ip: string): Machine | null {
  const exact = net.podAddresses.get(ip);
  const routes = net.podRoutes.get(prefixOf(ip)) ?? [];
  if (exact !== undefined && beliefOf(from, exact) !== null && (routes.length < 2 || isTunnel(from))) return exact;
  const known = routes.filter((machine) => beliefOf(from, machine) !== null);
  return known[from.index % Math.max(1, known.length)] ?? null;
}

export function isTunnel(machine: Machine): boolean {
  return machine.agent?.runs.routing === "tunnel";
}

/** A node address that lies inside some node's pod CIDR: the kernel sends it to cilium_host instead of the wire. */
export function swallowedBy(net: Network, ip: string): Machine | null {
  return net.podRoutes.get(prefixOf(ip))?.[0] ?? null;
}

/** The machine a packet for a node address really reaches; null when nobody answers for it. */
export function carrierOf(net: Network, from: Machine, ip: string): Machine | null {
  const carriers = net.carriers.get(ip) ?? [];
  const others = carriers.filter((machine) => machine !== from);
  return others[from.index % Math.max(1, others.length)] ?? carriers[0] ?? null;
}

export function slotOf(ip: string): Slot {
  return ip.includes(":") ? 1 : 0;
}
