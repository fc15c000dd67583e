import { networkOf } from "./network.ts";
import { hash } from "./print-health.ts";
import { beliefOf, type Filter, type Machine, type World } from "./world.ts";

/** What a node's kernel says of itself: iptables, /proc, ip. Shapes as recorded beside the scenarios. */

export function iptables(world: World, machine: Machine): string {
  const runs = machine.agent?.runs;
  const forward = forwardChain(machine);
  const tunnelPort = runs?.routing === "tunnel" ? runs.tunnelPort : 0;
  return lines([
    "-P INPUT ACCEPT",
    `-P FORWARD ${machine.forwardDrop === "policy" ? "DROP" : "ACCEPT"}`,
    "-P OUTPUT ACCEPT",
    "-N CILIUM_FORWARD",
    "-N CILIUM_INPUT",
    "-N CILIUM_OUTPUT",
    ...(hash(world.seed, machine.pool === "pool-1" ? 1 : 2) % 4 === 0 ? ["-N KUBE-FIREWALL"] : []),
    ...machine.input.map(inputRule),
    '-A INPUT -m comment --comment "cilium-feeder: CILIUM_INPUT" -j CILIUM_INPUT',
    ...forward,
    '-A OUTPUT -m comment --comment "cilium-feeder: CILIUM_OUTPUT" -j CILIUM_OUTPUT',
    '-A CILIUM_FORWARD -o cilium_host -m comment --comment "cilium: any->cluster on cilium_host forward accept" -j ACCEPT',
    '-A CILIUM_FORWARD -i lxc+ -m comment --comment "cilium: cluster->any on lxc+ forward accept" -j ACCEPT',
    ...(runs?.endpointRoutes
      ? ['-A CILIUM_FORWARD -o lxc+ -m comment --comment "cilium: any->cluster on lxc+ forward accept" -j ACCEPT']
      : []),
    '-A CILIUM_INPUT -m mark --mark 0x200/0xf00 -m comment --comment "cilium: ACCEPT for proxy traffic" -j ACCEPT',
    ...(tunnelPort === 0
      ? []
      : [
          `-A CILIUM_OUTPUT -p udp -m udp --dport ${tunnelPort} -m comment --comment "cilium: ACCEPT for tunnel traffic" -j ACCEPT`,
        ]),
  ]);
}

export function iptablesForward(machine: Machine): string {
  return lines([`-P FORWARD ${machine.forwardDrop === "policy" ? "DROP" : "ACCEPT"}`, ...forwardChain(machine)]);
}

/** A policy of DROP harms nothing that Cilium's own chain accepts; a rule in front of it does. */
function forwardChain(machine: Machine): string[] {
  return [
    ...(machine.forwardDrop === "rule" ? ["-A FORWARD -j DROP"] : []),
    '-A FORWARD -m comment --comment "cilium-feeder: CILIUM_FORWARD" -j CILIUM_FORWARD',
  ];
}

function inputRule(filter: Filter): string {
  const target = filter.action === "drop" ? "DROP" : "REJECT --reject-with icmp-host-prohibited";
  if (filter.protocol === "icmp") return `-A INPUT -p icmp -m icmp --icmp-type 8 -j ${target}`;
  const match = filter.protocol === "any" ? "" : ` -p ${filter.protocol}`;
  if (filter.stateful && filter.port === null) return [...hardening, `-A INPUT${match} -j ${target}`].join("\n");
  const port = filter.port === null ? "" : ` -m ${filter.protocol} --dport ${filter.port}`;
  return `-A INPUT${match}${port} -j ${target}`;
}

/** What scripts let in before they shut the rest out. */
const hardening: readonly string[] = [
  "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
  "-A INPUT -i lo -j ACCEPT",
  "-A INPUT -p tcp -m multiport --dports 22,6443,10250 -j ACCEPT",
];

export function iptablesNat(machine: Machine): string {
  const masquerades = machine.agent?.runs.masquerading === "IPTables";
  return lines([
    "-P POSTROUTING ACCEPT",
    ...(machine.foreignSnat
      ? [
          '-A POSTROUTING -m comment --comment "AWS SNAT CHAIN" -j AWS-SNAT-CHAIN-0',
          "-A POSTROUTING -o eth0 -j MASQUERADE",
        ]
      : []),
    ...(masquerades ? ['-A POSTROUTING -m comment --comment "cilium-feeder: CILIUM_POST_nat" -j CILIUM_POST_nat'] : []),
  ]);
}

export function rpFilter(machine: Machine): string {
  const interfaces = ["all", "cilium_host", "cilium_net", "default", "eth0", "lo", "lxc_health"];
  return lines(
    interfaces.map((name) => `/proc/sys/net/ipv4/conf/${name}/rp_filter:${machine.rpFilter.get(name) ?? 0}`),
  );
}

export function ipLink(machine: Machine): string {
  const { counters, agent } = machine;
  const link = (ifname: string, received: number, sent: number, address: string) => ({
    ifname,
    mtu: 1500,
    operstate: "UP",
    address,
    stats64: {
      rx: { bytes: received * 90, packets: received, errors: 0, dropped: 0 },
      tx: { bytes: sent * 90, packets: sent, errors: 0, dropped: 0 },
    },
  });
  const tunnel = agent?.runs.routing === "tunnel" ? `cilium_${agent.runs.tunnelProtocol}` : null;
  const mac = `02:ca:ad:7b:0b:${(machine.index & 255).toString(16).padStart(2, "0")}`;
  const changed = mac.replace("02:ca", "7e:11");
  return JSON.stringify([
    link("lo", 644, 644, "00:00:00:00:00:00"),
    link("eth0", 91_000, 88_000, "82:64:6b:db:73:85"),
    link("cilium_host", 13, 527, "fa:ec:36:a5:4a:db"),
    ...(tunnel === null
      ? []
      : [
          link(
            tunnel,
            counters.tunnelReceived + past(machine),
            counters.tunnelSent + past(machine),
            "ca:5d:b3:36:37:4e",
          ),
        ]),
    ...(machine.health.exists ? [link("lxc_health", 109, 129, machine.health.macChanges ? changed : mac)] : []),
  ]);
}

/** Counters count from boot: packets from before the fault stand in them too. */
function past(machine: Machine): number {
  return 2000 + (hash(machine.index, 17) % 9000);
}

/** What the agent leaves to pods of a link of 1500: 50 bytes for the tunnel, 80 for WireGuard, 77 for IPsec (pkg/mtu). */
function podMtu(machine: Machine): number {
  const encryption = machine.agent?.runs.encryption;
  return 1450 - (encryption === "wireguard" ? 80 : encryption === "ipsec" ? 77 : 0);
}

export function ipRoute(world: World, machine: Machine): string {
  const runs = machine.agent?.runs;
  const router = machine.routerIPs[0] ?? "";
  const own = machine.ips[0] ?? "";
  const net = networkOf(world);
  const pods = world.machines.flatMap((to) => {
    const belief = to === machine ? null : beliefOf(machine, to);
    const cidr = belief?.podCIDRs[0];
    if (cidr === undefined || machine.podRoutesLost) return [];
    if (runs?.routing === "tunnel")
      return [`${cidr} via ${router} dev cilium_host proto kernel src ${router} mtu ${podMtu(machine)} `];
    const isNear = runs?.directRoutes === true && to.subnet === machine.subnet;
    return isNear ? [`${cidr} via ${belief?.ips[0] ?? ""} dev eth0 proto kernel `] : [];
  });
  const swallowed = world.machines.filter((to) => net.podRoutes.has(to.subnet)).length;
  return lines([
    `default via ${machine.subnet}.254 dev eth0 `,
    ...pods,
    `${machine.podCIDRs[0]} via ${router} dev cilium_host proto kernel src ${router} `,
    `${router} dev cilium_host proto kernel scope link `,
    ...(runs?.endpointRoutes ? [`${machine.healthIPs[0]} dev lxc_health proto kernel scope link `] : []),
    ...(swallowed > 0 ? [] : [`${machine.subnet}.0/24 dev eth0 proto kernel scope link src ${own} `]),
  ]);
}

/** Rules and the table of the L7 proxy stand only where it is on. */
function hasProxyRules(world: World, machine: Machine): boolean {
  return world.seed % 2 === 0 && !machine.podRoutesLost;
}

export function ipRule(world: World, machine: Machine): string {
  return lines([
    "0:\tfrom all lookup local",
    ...(hasProxyRules(world, machine) ? ["9:\tfrom all fwmark 0x200/0xf00 lookup 2004"] : []),
    ...(machine.foreignRuleTable ? [`30400:\tfrom ${machine.ips[0]} lookup 30400`] : []),
    "32766:\tfrom all lookup main",
    "32767:\tfrom all lookup default",
  ]);
}

export function ipRoute2004(world: World, machine: Machine): string {
  return hasProxyRules(world, machine) ? "local default dev lo proto kernel scope host \n" : "";
}

export function ipAddr(machine: Machine): string {
  return lines([
    "lo               UNKNOWN        127.0.0.1/8 ::1/128 ",
    `eth0             UP             ${machine.ips.map((ip) => `${ip}/${ip.includes(":") ? 64 : 24}`).join(" ")} `,
    ...machine.farIPs.map((ip) => `eth1             UP             ${ip}/24 `),
    `cilium_host@cilium_net UP             ${machine.routerIPs[0]}/32 `,
  ]);
}

export function ipNeigh(world: World, machine: Machine): string {
  const near = world.machines.filter((to) => to !== machine && to.subnet === machine.subnet && to.ips[0] !== undefined);
  return lines(
    near.slice(0, 250).map((to) => {
      const ip = to.ips[0] ?? "";
      const wrong = machine.neighbours.get(ip) ?? (to.powered ? "" : "FAILED");
      if (wrong === "FAILED") return `${ip} dev eth0  FAILED`;
      const mac =
        wrong === "" ? `82:64:6b:db:00:${(to.index & 255).toString(16).padStart(2, "0")}` : "82:64:6b:de:ad:00";
      return `${ip} dev eth0 lladdr ${mac} ${wrong || "REACHABLE"}`;
    }),
  );
}

export function snmp(machine: Machine): string {
  return lines([
    "Ip: Forwarding DefaultTTL InReceives InHdrErrors ForwDatagrams InDelivers OutRequests",
    `Ip: ${machine.ipForward ? 1 : 2} 64 8585 8 497 7251 9065`,
    "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors",
    `Tcp: 1 200 120000 -1 83 14 12 3 12 3967 4398 549 3 25 ${machine.counters.checksumErrors * 40}`,
    "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors",
    "Udp: 2214 0 0 0 0 0 0",
  ]);
}

const xfrmNames = [
  "XfrmInError",
  "XfrmInNoStates",
  "XfrmInStateProtoError",
  "XfrmInStateSeqError",
  "XfrmOutError",
  "XfrmOutStateSeqError",
];

export function xfrmStat(machine: Machine): string {
  return lines(xfrmNames.map((name) => `${name.padEnd(24)}\t${(machine.counters.xfrm.get(name) ?? 0) * 15}`));
}

function lines(list: readonly string[]): string {
  return list.map((line) => `${line}\n`).join("");
}
