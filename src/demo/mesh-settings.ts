import { allNodes, type MeshNode, type MeshPlan } from "./mesh-plan.ts";
import { hashOf } from "./seeded.ts";

type Json = Readonly<Record<string, unknown>>;

/** `cilium-dbg config --all -o json`, as far as it is compared; field names of 1.19.3 (pkg/option, DaemonConfig). */
export function agentConfig(plan: MeshPlan, node: MeshNode): Json {
  const old = node.oddities.has("settings");
  return {
    BPFMapsDynamicSizeRatio: 0.0025,
    CTMapEntriesGlobalTCP: 8192 + (hashOf(plan.seed, node.index, 60) % 64) * 1024,
    ClusterHealthPort: 4240,
    ClusterID: plan.clusterId,
    ClusterName: plan.cluster,
    CreationTime: new Date(plan.madeAt - node.index * 1000).toISOString(),
    DatapathMode: "veth",
    Devices: ["eth0"],
    EnableAutoDirectRouting: false,
    EnableBPFMasquerade: false,
    EnableEndpointHealthChecking: plan.endpointHealthChecking,
    EnableEndpointRoutes: old,
    EnableHealthChecking: plan.healthChecking,
    EnableHostFirewall: false,
    EnableIPv4: true,
    EnableIPv4Masquerade: true,
    EnableIPv6: plan.families === 2,
    EnableL7Proxy: !old,
    EncryptNode: false,
    IPAM: "kubernetes",
    IPv4NodeAddr: "auto",
    IdentityAllocationMode: "crd",
    RoutingMode: "tunnel",
    options: { Debug: "Disabled", PolicyAuditMode: "Disabled" },
    "policy-enforcement": "default",
  };
}

/** `cilium-dbg metrics list -p cilium_bpf_map_pressure -o json`. */
export function mapPressure(plan: MeshPlan, node: MeshNode): readonly Json[] {
  return ["ct4_global", "ct_any4_global", "ipcache_v2", "lxc"].map((map, at) => ({
    labels: { map_name: map },
    name: "cilium_bpf_map_pressure",
    value: (hashOf(plan.seed, node.index, 70 + at) % 400) / 10_000,
  }));
}

export function reversePathFilters(): string {
  const names = ["all", "cilium_host", "cilium_net", "cilium_vxlan", "default", "eth0", "lo", "lxc_health"];
  return names.map((name) => `/proc/sys/net/ipv4/conf/${name}/rp_filter:0\n`).join("");
}

/** `iptables -S`, as 1.19.3 sets it up without proxies. */
export function packetFilter({ oddities }: MeshNode): string {
  const drop = oddities.has("filter") ? ["-A INPUT -p udp -m udp --dport 8472 -j DROP"] : [];
  const lines = [
    "-P INPUT ACCEPT",
    "-P FORWARD ACCEPT",
    "-P OUTPUT ACCEPT",
    "-N CILIUM_FORWARD",
    "-N CILIUM_INPUT",
    "-N CILIUM_OUTPUT",
    ...drop,
    '-A INPUT -m comment --comment "cilium-feeder: CILIUM_INPUT" -j CILIUM_INPUT',
    '-A FORWARD -m comment --comment "cilium-feeder: CILIUM_FORWARD" -j CILIUM_FORWARD',
    '-A OUTPUT -m comment --comment "cilium-feeder: CILIUM_OUTPUT" -j CILIUM_OUTPUT',
    '-A CILIUM_FORWARD -o cilium_host -m comment --comment "cilium: any->cluster on cilium_host forward accept" -j ACCEPT',
    '-A CILIUM_FORWARD -i cilium_host -m comment --comment "cilium: cluster->any on cilium_host forward accept (nodeport)" -j ACCEPT',
    '-A CILIUM_FORWARD -i lxc+ -m comment --comment "cilium: cluster->any on lxc+ forward accept" -j ACCEPT',
    '-A CILIUM_INPUT -m mark --mark 0x200/0xf00 -m comment --comment "cilium: ACCEPT for proxy traffic" -j ACCEPT',
    '-A CILIUM_OUTPUT -p udp -m udp --dport 8472 -m comment --comment "cilium: ACCEPT for tunnel traffic" -j ACCEPT',
  ];
  return `${lines.join("\n")}\n`;
}

/** `ip -j -s link`. */
export function links(node: MeshNode): string {
  return `${JSON.stringify(linkList(node))}\n`;
}

/** The devices of a node; no counter grows here. */
export function linkList(node: MeshNode) {
  const nic = node.oddities.has("mtu") ? 1400 : 1500;
  const mtus = { lo: 65536, eth0: nic, cilium_net: 1500, cilium_host: 1500, cilium_vxlan: 1500, lxc_health: 1500 };
  const none = { bytes: 0, packets: 0, errors: 0, dropped: 0 };
  return Object.entries(mtus).map(([ifname, mtu], at) => ({
    ifindex: at + 1,
    ifname,
    flags: ifname === "lo" ? ["LOOPBACK", "UP", "LOWER_UP"] : ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
    mtu,
    operstate: ifname === "eth0" ? "UP" : "UNKNOWN",
    link_type: ifname === "lo" ? "loopback" : "ether",
    stats64: { rx: none, tx: none },
  }));
}

/** `ip -br addr`. */
export function addresses({ hostIPs, routerIPs }: MeshNode): string {
  const [host = "", router = ""] = [hostIPs[0], routerIPs[0]];
  return [
    "lo               UNKNOWN        127.0.0.1/8 ::1/128 ",
    `eth0             UP             ${host}/16 `,
    `cilium_host@cilium_net UP             ${router}/32 `,
    "cilium_vxlan     UNKNOWN        ",
    "lxc_health@if8   UP             ",
    "",
  ].join("\n");
}

export const routingRules =
  "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n";

/** `ip route`: each node's pods by cilium_host. */
export function* routes(plan: MeshPlan, self: MeshNode): Generator<string> {
  const router = self.routerIPs[0] ?? "";
  yield "default via 172.16.255.254 dev eth0 \n";
  for (const node of allNodes(plan)) {
    const mtu = node === self ? "" : "mtu 1450 ";
    yield `${node.podCIDRs[0] ?? ""} via ${router} dev cilium_host proto kernel src ${router} ${mtu}\n`;
  }
  yield `${router} dev cilium_host proto kernel scope link \n`;
  yield `172.16.0.0/16 dev eth0 proto kernel scope link src ${self.hostIPs[0] ?? ""} \n`;
}
