import fc from "fast-check";
import { readAgentConfig } from "../../src/analyse/reads/agent-config.ts";
import { lookup, readIpcache } from "../../src/analyse/reads/bpf-ipcache.ts";
import { packetsBecause, policyDenied, readBpfMetrics } from "../../src/analyse/reads/bpf-metrics.ts";
import { interfaceOf } from "../../src/analyse/reads/ip-addr.ts";
import { readLinks, underlayLink } from "../../src/analyse/reads/ip-link.ts";
import { isUnresolved, readNeighbours } from "../../src/analyse/reads/ip-neigh.ts";
import { readRoutes, routeLookup } from "../../src/analyse/reads/ip-route.ts";
import { cloudSetupRules, hasLocalLookup, readRoutingRules } from "../../src/analyse/reads/ip-rule.ts";
import { readIptables } from "../../src/analyse/reads/iptables.ts";
import { readJson } from "../../src/analyse/reads/json.ts";
import { readAddresses } from "../../src/analyse/reads/link-addresses.ts";
import { fateOf, type Packet } from "../../src/analyse/reads/packet-fate.ts";
import { ipForwardOf, reversePathFilters, strictInterfaces } from "../../src/analyse/reads/sysctl.ts";
import { readTcpCounters } from "../../src/analyse/reads/tcp-counters.ts";
import { readWireguardPeers } from "../../src/analyse/reads/wireguard-peers.ts";
import { readEncryptErrors, readXfrmStat, stateErrors } from "../../src/analyse/reads/xfrm-errors.ts";
import { parseAddress } from "../../src/analyse/settings/cidr.ts";
import { readConntrackLine } from "../../src/parse/ct-lines.ts";
import { monitorReader } from "../../src/parse/monitor-lines.ts";
import { readNatLine } from "../../src/parse/nat-lines.ts";
import { plain, reader } from "./reader.ts";
import { damaged, hostileJson, hostileLines } from "./words.ts";

const networkLines = [
  "default via 172.31.0.1 dev eth0 proto dhcp metric 100",
  "10.244.2.0/24 via 10.244.1.239 dev cilium_host proto kernel src 10.244.1.239 mtu 1450",
  "unreachable 10.1.0.0/16 metric 4294967295",
  "default proto static",
  "\tnexthop via 10.0.0.1 dev a weight 1",
  "9:\tfrom all fwmark 0x200/0xf00 lookup 2004",
  "30350:\tfrom 10.0.0.5 lookup 30400",
  "0:\tfrom all lookup local",
  "172.31.0.12 dev eth0 lladdr 02:42:ac:1f:00:0c REACHABLE",
  "fe80::1 dev eth0  FAILED",
  "eth0@if12        UP             172.31.0.11/24 fd00::11/64",
  "/proc/sys/net/ipv4/conf/eth0.100/rp_filter:1",
  "net.ipv4.conf.all.rp_filter = 2",
  "Tcp: InSegs InErrs OutRsts InCsumErrors",
  "Tcp: 3950 4 28 3",
  "XfrmInStateProtoError           7",
  "jsonpath=",
  'AAA=\t172.31.0.12:51871\t"2026-11-20T18:47:32.000Z"\t99\t14\t["10.244.2.0/24"]',
];

function readNetwork(text: string): unknown {
  const address = parseAddress("10.244.2.9");
  const routes = readRoutes(text);
  const rules = readRoutingRules(text);
  return [
    address === null ? null : routeLookup(routes)(address),
    routes,
    [rules, hasLocalLookup(rules), cloudSetupRules(rules)],
    readNeighbours(text).map((one) => [one, isUnresolved(one)]),
    [readAddresses(text), interfaceOf(text, "172.31.0.11")],
    [ipForwardOf(text), strictInterfaces(reversePathFilters(text))],
    [readTcpCounters(text), readXfrmStat(text), readWireguardPeers(text)],
  ].map(plain);
}

const filterLines = [
  "-P INPUT DROP",
  "-N CILIUM_INPUT",
  '-A INPUT -m comment --comment "cilium-feeder: \\"CILIUM_INPUT" -j CILIUM_INPUT',
  "-A CILIUM_INPUT -m mark --mark 0x200/0xf00 -j ACCEPT",
  "-A CILIUM_INPUT -g INPUT",
  "-A INPUT -p tcp -m multiport --dports 1:65535,4240 -j REJECT --reject-with icmp-port-unreachable",
  "-A INPUT ! -s 10.0.0.0/8 -i lxc+ -m conntrack --ctstate NEW,ESTABLISHED -j DROP",
  "-A INPUT -j INPUT",
];

const packet: Packet = {
  inInterface: "eth0",
  outInterface: "",
  source: parseAddress("10.0.0.1"),
  destination: null,
  protocol: "tcp",
  state: "NEW",
  destinationPort: 4240,
};

function readFilters(text: string): unknown {
  const rules = readIptables(text);
  return [plain(rules.policies), plain(rules.chains), fateOf(rules, "INPUT", packet)];
}

const evidenceKeys = [
  ..."options RoutingMode Debug reason direction packets values ingress egress ifname mtu operstate link_type".split(
    " ",
  ),
  ..."stats64 rx tx linkinfo info_kind master flags 10.0.0.0/8 0.0.0.0/0 2001:db8::/32 encryption errors".split(" "),
];

const evidence: readonly unknown[] = [
  { "10.244.2.0/24": ["identity=2 encryptkey=0 tunnelendpoint=172.31.0.12 flags=<none>"] },
  [{ reason: 133, description: "Policy denied", values: { ingress: { packets: 4, bytes: 400 } } }],
  [{ reason: "Policy denied", direction: "INGRESS", packets: 3, bytes: 4 }],
  [
    {
      ifname: "eth0",
      mtu: 1500,
      operstate: "UP",
      link_type: "ether",
      flags: ["UP"],
      linkinfo: { info_kind: "vxlan" },
      stats64: { rx: { packets: 1 }, tx: { packets: 2 } },
    },
  ],
  { RoutingMode: "tunnel", EnableEndpointRoutes: false, ClusterHealthPort: 4240, Devices: ["eth0"] },
  { encryption: "ipsec", "xfrm-errors": { XfrmInNoStates: 3 } },
];

function readEvidence(text: string): unknown {
  const ipcache = readIpcache(text);
  const counts = readBpfMetrics(text);
  const links = readLinks(text);
  const errors = readEncryptErrors(text);
  return [
    plain(readJson(text)),
    ipcache === null ? null : [plain(ipcache), lookup(ipcache, "10.244.2.9")],
    [counts, packetsBecause(counts ?? [], policyDenied)],
    [links, underlayLink(links ?? [], "eth0")],
    plain(readAgentConfig(text)),
    errors === null ? null : [plain(errors), [...errors.keys()].map((name) => stateErrors.get(name) ?? "")],
  ];
}

const monitorLines = [
  '{"cpu":"CPU 01:","type":"drop","mark":"0x1","ifindex":"2","reason":"Policy denied","source":1,"bytes":98,"srcLabel":6,"dstLabel":4,"summary":{"ethernet":"x","ipv4":"IPv4 {SrcIP=10.0.0.1 DstIP=10.0.0.2 Protocol=TCP}","tcp":"TCP {SrcPort=1 DstPort=4240}","l3":{"src":"10.0.0.1","dst":"10.0.0.2"},"l4":{"src":"53(domain)","dst":"4240"}}}',
  '{"type":"drop","reason":"x","summary":{"l4":{"src":"99999","dst":"-1"}}}',
  '{"type":"trace"}',
  "CPU 01: Lost 5 events",
  "Press Ctrl-C to quit",
  'level=info msg="Initializing dissection cache..."',
];

/** In pieces of any length, which may part a character. */
function readMonitor(text: string): unknown {
  const monitor = monitorReader();
  const bytes = Buffer.from(`${text}\n`);
  const half = bytes.length >> 1;
  return [monitor.take(bytes.subarray(0, half)), monitor.take(bytes.subarray(half))];
}

const trackedLines = [
  "TCP IN 10.0.0.1:59904 -> 10.0.0.2:4240 expires=18520 Packets=0 Bytes=0 RxFlagsSeen=0x02 LastRxReport=18460 TxFlagsSeen=0x02 LastTxReport=18460 Flags=0x0400 [ FromTunnel ] RevNAT=0 SourceSecurityID=6 BackendID=0 NatPort=0 ",
  "ICMPv6 OUT fd00::1:7 -> fd00::2:0 related expires=1 RxPackets=1 RxBytes=2 TxPackets=9 TxBytes=3 Flags=10 RevNAT=0 SourceSecurityID=6",
  "TCP OUT 10.0.0.1:59904 -> 10.0.0.2:4240 XLATE_SRC 10.0.0.1:1024 Created=7sec ago NeedsCT=1",
  "TCP SVC [fd00::1]:99999 -> 10.0.0.2:80 XLATE_DST :0 Created=? (raw 9) NeedsCT=0",
];

/** What is read of commands that confirm a cause. */
export const evidenceReaders = [
  reader("tables of the network", hostileLines(networkLines), readNetwork),
  reader("filter rules", hostileLines(filterLines), readFilters),
  reader(
    "evidence in JSON",
    fc
      .oneof(hostileJson(evidenceKeys), ...evidence.map((one) => damaged(one, evidenceKeys)))
      .map((value) => JSON.stringify(value) ?? ""),
    readEvidence,
  ),
  reader("drop monitors", hostileLines(monitorLines), readMonitor),
  reader("lists of tracked connections", hostileLines(trackedLines), (text) =>
    text.split("\n").map((line) => [readConntrackLine(line), readNatLine(line)]),
  ),
];
