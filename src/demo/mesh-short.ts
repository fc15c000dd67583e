import { goJson } from "./mesh-health.ts";
import { agentName, allNodes, homeOf, type MeshNode, type MeshPlan } from "./mesh-plan.ts";
import {
  type AddressProbes,
  cycleStart,
  intervalText,
  type Probe,
  peersOf,
  probesOfPeer,
  viewOf,
} from "./mesh-probes.ts";
import { agentStatus, remoteClusters } from "./mesh-status.ts";

/**
 * What an agent prints for the two jsonpath templates in which a large cluster is asked. The templates stand here once
 * more, word by word: a change of the one end alone is noticed.
 */
const tab = '{"\\t"}';
const host = "{.host.primary-address";
const endpoint = "{.endpoint";

export const rowsTemplate = [
  `jsonpath=rows${tab}{.timestamp}${tab}{.local.name}${tab}{.probeInterval}{"\\n"}{range .nodes[*]}{.name}${tab}`,
  `${host}.ip}${tab}${host}.icmp.latency}${tab}${host}.icmp.status}${tab}${host}.icmp.lastProbed}${tab}`,
  `${host}.http.latency}${tab}${host}.http.status}${tab}${host}.http.lastProbed}${tab}{.host.secondary-addresses}${tab}`,
  `${endpoint}.ip}${tab}${endpoint}.icmp.latency}${tab}${endpoint}.icmp.status}${tab}${endpoint}.icmp.lastProbed}${tab}`,
  `${endpoint}.http.latency}${tab}${endpoint}.http.status}${tab}${endpoint}.http.lastProbed}${tab}`,
  '{.health-endpoint.secondary-addresses}{"\\n"}{end}{range .nodes[*]}.{end}{"\\n"}end',
].join("");

/** The head alone, as both `ping` of a large cluster and a wait for the next cycle ask for it. */
export const headTemplate = `jsonpath=head${tab}{.timestamp}${tab}{.local.name}${tab}{.probeInterval}{"\\n"}{range .nodes[*]}.{end}{"\\n"}end`;

export function* healthHead(plan: MeshPlan, from: MeshNode): Generator<string> {
  const view = viewOf(plan, from);
  const dots = ".".repeat(allNodes(plan).length);
  yield `head\t${cycleStart(view)}\t${agentName(plan, from)}\t${intervalText(view)}\n${dots}\nend\n`;
}

export const nodesTemplate = [
  'jsonpath=nodes{"\\n"}{range [*]}{.name}',
  "{.primary-address.ipv4.ip}",
  "{.primary-address.ipv6.ip}",
  "{.health-endpoint-address.ipv4.ip}",
  "{.health-endpoint-address.ipv6.ip}",
  "{.primary-address.ipv4.alloc-range}",
  '{.primary-address.ipv6.alloc-range}{"\\n"}{end}{range [*]}.{end}{"\\n"}end',
].join(tab);

/** The node list in lines, in pieces. */
export function* nodeLines(plan: MeshPlan): Generator<string> {
  yield "nodes\n";
  const nodes = allNodes(plan);
  for (const node of nodes) {
    const healthIPs = homeOf(plan, node).endpointHealthChecking ? node.healthIPs : [];
    const pairs = [node.hostIPs, healthIPs, node.podCIDRs].map(([v4 = "", v6 = ""]) => `${v4}\t${v6}`);
    yield `${agentName(plan, node)}\t${pairs.join("\t")}\n`;
  }
  yield `${".".repeat(nodes.length)}\nend\n`;
}

const rowsPerChunk = 256;

/** The view in rows, in pieces. */
export function* healthRows(plan: MeshPlan, from: MeshNode): Generator<string> {
  const view = viewOf(plan, from);
  let chunk = `rows\t${cycleStart(view)}\t${agentName(plan, from)}\t${intervalText(view)}\n`;
  let printed = 0;
  for (const to of peersOf(view)) {
    const probes = probesOfPeer(view, to);
    const off = probes.endpoint === null ? "\t\t\t\t\t\t\t" : targetRow(probes.endpoint);
    chunk += `${agentName(plan, to)}\t${targetRow(probes.host)}\t${off}\n`;
    if (++printed % rowsPerChunk !== 0) continue;
    yield chunk;
    chunk = "";
  }
  yield `${chunk}${".".repeat(printed)}\nend\n`;
}

export function targetRow([primary, ...secondary]: readonly AddressProbes[]): string {
  const first =
    primary === undefined ? "\t\t\t\t\t\t" : `${primary.ip}\t${cells(primary.icmp)}\t${cells(primary.http)}`;
  return `${first}\t[${secondary.map(addressJson).join(",")}]`;
}

function cells(probe: Probe | null): string {
  return probe === null ? "\t\t" : `${probe.failure === "" ? probe.latency : 0}\t${probe.failure}\t${probe.lastProbed}`;
}

/** As encoding/json prints it: keys sorted, nothing between them. */
function addressJson({ ip, icmp, http }: AddressProbes): string {
  const parts = [
    ...(http === null ? [] : [`"http":${probeJson(http)}`]),
    ...(icmp === null ? [] : [`"icmp":${probeJson(icmp)}`]),
    `"ip":"${ip}"`,
  ];
  return `{${parts.join(",")}}`;
}

function probeJson({ lastProbed, latency, failure }: Probe): string {
  const when = lastProbed === "" ? "" : `"lastProbed":"${lastProbed}",`;
  return `{${when}${failure === "" ? `"latency":${latency}` : `"status":${goJson(failure)}`}}`;
}

const cell = '{"\\x1f"}';
const item = '{"\\x1e"}';
const section = '{"\\x1d"}';
const singles = [
  "cilium.msg",
  "cilium.state",
  "cluster.ciliumHealth.state",
  "kvstore.state",
  "kvstore.msg",
  "routing.inter-host-routing-mode",
  "routing.tunnel-protocol",
  "routing.intra-host-routing-mode",
  "host-routing.mode",
  "encryption.mode",
  "encryption.wireguard.node-encryption",
  "kube-proxy-replacement.mode",
  "masquerading.mode",
  "host-firewall.mode",
  "cni-chaining.mode",
  "ipam.status",
];
const run = "{.status.last-failure";
const clocks = ["k8s-heartbeat", "cilium-health-ep"];

export const fieldsTemplate = [
  `jsonpath=fields${section}${singles.map((path) => `{.${path}}${cell}`).join("")}${section}`,
  `{range .encryption.wireguard.interfaces[*]}{.public-key}${cell}{.peer-count}${cell}${item}{end}${section}`,
  `{range .controllers[?(@.status.consecutive-failure-count>0)]}{.name}${cell}{.status.consecutive-failure-count}${cell}`,
  `${run}-msg}${cell}${run}-timestamp}${cell}${item}{end}${section}`,
  `{range .cluster-mesh.clusters[*]}{.name}${cell}{.ready}${cell}{.num-nodes}${cell}{.status}${cell}{.last-failure}${cell}`,
  `${item}{end}${section}`,
  ...clocks.map(
    (name) => `{range .controllers[?(@.name=="${name}")]}{.status.last-success-timestamp}${cell}${item}{end}${section}`,
  ),
  "end",
].join("");

/** The status in fields: a generated mesh has no WireGuard and no failing controller. */
export function statusFields(plan: MeshPlan, node: MeshNode): string {
  const status: unknown = agentStatus(plan, node);
  const texts = singles.map((path) => `${textAt(status, path)}\u001f`).join("");
  const times = clocks.map((name) => `${lastRuns(status, name).join("")}\u001d`).join("");
  const clusters = remoteClusters(plan).map(
    ({ name, ready, "num-nodes": nodes, status: state, "last-failure": failed }) =>
      [name, ready, nodes, state, `"${failed}"`, "\u001e"].join("\u001f"),
  );
  return `fields\u001d${texts}\u001d\u001d\u001d${clusters.join("")}\u001d${times}end\n`;
}

/** Times are structs, printed as JSON. */
function lastRuns(status: unknown, name: string): string[] {
  const controllers: unknown = Object.getOwnPropertyDescriptor(status ?? {}, "controllers")?.value;
  if (!Array.isArray(controllers)) return [];
  return controllers
    .filter((one) => textAt(one, "name") === name)
    .map((one) => `"${textAt(one, "status.last-success-timestamp")}"\u001f\u001e`);
}

function textAt(value: unknown, path: string): string {
  let at = value;
  for (const key of path.split(".")) {
    at = typeof at === "object" && at !== null ? Object.getOwnPropertyDescriptor(at, key)?.value : undefined;
  }
  return typeof at === "string" ? at : "";
}
