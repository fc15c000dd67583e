import type { CaptureOutcome, ConfirmingCaptureId } from "../../../src/model/capture.ts";
import { networkOf, podOwner } from "./network.ts";
import { encryption, failed, healthEndpoints, printed } from "./print-agent.ts";
import {
  ipAddr,
  ipLink,
  ipNeigh,
  ipRoute,
  ipRoute2004,
  ipRule,
  iptables,
  iptablesForward,
  iptablesNat,
  rpFilter,
  snmp,
  xfrmStat,
} from "./print-host.ts";
import { wireguardPeers } from "./print-wireguard.ts";
import { type Agent, beliefOf, type Machine, type World } from "./world.ts";

type Printer = (world: World, machine: Machine, agent: Agent) => string;

/** The second round's replies; the packets of the first round are in the counters by now. */
const printers: Readonly<Partial<Record<ConfirmingCaptureId, Printer>>> = {
  "health-endpoint.json": (_, machine, agent) => JSON.stringify(healthEndpoints(machine, agent)),
  "cilium-config.json": (_, __, agent) => JSON.stringify(agentConfig(agent)),
  "bpf-metrics.json": (_, machine) => JSON.stringify(bpfMetrics(machine)),
  "bpf-ipcache.json": (world, machine) => JSON.stringify(bpfIpcache(world, machine)),
  "encrypt-status.json": (world, machine, agent) => JSON.stringify(encryptStatus(world, machine, agent)),
  "wireguard-peers.txt": wireguardPeers,
  "iptables.txt": iptables,
  "iptables-nat.txt": (_, machine) => iptablesNat(machine),
  "iptables-forward.txt": (_, machine) => iptablesForward(machine),
  "ip_forward.txt": (_, machine) => `${machine.ipForward ? 1 : 0}\n`,
  "rp_filter.txt": (_, machine) => rpFilter(machine),
  "ip-link.json": (_, machine) => ipLink(machine),
  "ip-route.txt": ipRoute,
  "ip-route-2004.txt": ipRoute2004,
  "ip-rule.txt": ipRule,
  "ip-addr.txt": (_, machine) => ipAddr(machine),
  "ip-neigh.txt": ipNeigh,
  "snmp.txt": (_, machine) => snmp(machine),
  "xfrm_stat.txt": (_, machine) => xfrmStat(machine),
};

export function confirmingReply(world: World, machine: Machine, agent: Agent, id: ConfirmingCaptureId): CaptureOutcome {
  const printer = printers[id];
  const isCilium = id === "wireguard-peers.txt" || (id.endsWith(".json") && id !== "ip-link.json");
  if (printer === undefined || (isCilium && agent.apiGone)) return failed("Error: cannot be asked here\n");
  return printed(printer(world, machine, agent));
}

/** The keys of `cilium-dbg config --all` that tell agents apart. */
function agentConfig({ runs, age }: Agent): object {
  return {
    ClusterHealthPort: runs.healthPort,
    ClusterID: runs.clusterID,
    ClusterName: runs.clusterName,
    CreationTime: `${age} s ago`,
    EnableAutoDirectRouting: runs.directRoutes,
    EnableBPFMasquerade: runs.masquerading === "BPF",
    EnableEndpointHealthChecking: runs.endpointHealthChecking,
    EnableEndpointRoutes: runs.endpointRoutes,
    EnableHealthChecking: runs.healthChecking,
    EnableHostFirewall: runs.hostFirewall,
    EnableHostLegacyRouting: runs.hostRouting === "Legacy",
    EnableIPSec: runs.encryption === "ipsec",
    EnableIPv4: runs.ipv4,
    EnableIPv6: runs.families === 2 || !runs.ipv4,
    EnablePolicy: runs.enablePolicy,
    EnableWireguard: runs.encryption === "wireguard",
    EncryptNode: runs.nodeEncryption,
    IPAM: runs.ipam,
    RoutingMode: runs.routing,
    TunnelPort: runs.tunnelPort,
    TunnelProtocol: runs.tunnelProtocol,
    "policy-enforcement": runs.enablePolicy,
  };
}

/** Reasons as `cilium-dbg bpf metrics list` names them; some drops stand there in every healthy cluster. */
function bpfMetrics({ counters, index }: Machine): object[] {
  const metric = (reason: string, direction: string, packets: number, file: string) => ({
    reason,
    direction,
    packets,
    bytes: packets * 94,
    line: 1121,
    file,
  });
  return [
    metric("Interface", "ingress", 5278, "bpf_host.c"),
    metric("Success", "egress", 1807, "encap.h"),
    metric("Success", "ingress", 950, "bpf_lxc.c"),
    metric("Unsupported L3 protocol", "egress", 4 + (index % 9), "bpf_lxc.c"),
    ...[...counters.drops].map(([reason, packets]) => metric(reason, "ingress", packets * 15, "bpf_lxc.c")),
  ];
}

function bpfIpcache(world: World, machine: Machine): Record<string, string[]> {
  const net = networkOf(world);
  const isTunnel = machine.agent?.runs.routing === "tunnel";
  const line = (identity: number, end: string) => [
    `identity=${identity} encryptkey=0 tunnelendpoint=${end} flags=${end === "0.0.0.0" ? "<none>" : "hastunnel"}`,
  ];
  const entries: [string, string[]][] = [["0.0.0.0/0", line(2, "0.0.0.0")]];
  for (const to of world.machines) {
    const belief = beliefOf(machine, to);
    if (belief === null) continue;
    for (const ip of belief.ips) if (!ip.includes(":")) entries.push([`${ip}/32`, line(6, "0.0.0.0")]);
    for (const ip of belief.healthIPs) {
      if (ip.includes(":")) continue;
      const owner = podOwner(net, machine, ip) ?? to;
      const end = machine.agent?.wrongTunnelEnd.get(to.index) ?? beliefOf(machine, owner)?.ips[0] ?? "0.0.0.0";
      entries.push([`${ip}/32`, line(4, to === machine || !isTunnel ? "0.0.0.0" : end)]);
    }
  }
  return Object.fromEntries(entries);
}

/** `encrypt status` fills what a status leaves out (cilium-dbg/cmd/encrypt_status.go). */
function encryptStatus(world: World, machine: Machine, agent: Agent): object {
  if (agent.runs.encryption !== "ipsec") return encryption(world, machine, agent);
  const errors = [...machine.counters.xfrm].map(([name, times]) => [name, times * 15] as const);
  return {
    mode: "IPsec",
    ipsec: {
      "keys-in-use": 1,
      "decrypt-interfaces": ["eth0"],
      "max-seq-number": machine.ipsecSequenceDone ? "0xffffffff/0xffffffff" : "0x2f/0xffffffff",
      "error-count": errors.reduce((sum, [, times]) => sum + times, 0),
      "xfrm-errors": Object.fromEntries(errors),
    },
  };
}
