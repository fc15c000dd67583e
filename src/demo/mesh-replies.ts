import { endpointList } from "./mesh-endpoints.ts";
import { goJson, healthReport } from "./mesh-health.ts";
import { addressList, ipcacheList, serviceList } from "./mesh-lists.ts";
import { agentName, allNodes, homeOf, type MeshNode, type MeshPlan } from "./mesh-plan.ts";
import {
  addresses,
  agentConfig,
  links,
  mapPressure,
  packetFilter,
  reversePathFilters,
  routes,
  routingRules,
} from "./mesh-settings.ts";
import {
  fieldsTemplate,
  headTemplate,
  healthHead,
  healthRows,
  nodeLines,
  nodesTemplate,
  rowsTemplate,
  statusFields,
} from "./mesh-short.ts";
import { agentStatus, briefStatus } from "./mesh-status.ts";
import { meshTableReply } from "./mesh-tables.ts";
import { healthTally, tallyWindow } from "./mesh-tally.ts";
import { monitorReply, monitorSeconds } from "./monitor.ts";
import { agentPrograms } from "./recorded-commands.ts";
import { type AgentReply, printed, unanswered } from "./scenario.ts";
import { trackedListReply } from "./tracked-lists.ts";

/** What a datapath counts that drops nothing. */
const datapathMetrics = [
  { reason: "Success", direction: "egress", packets: 20_480, bytes: 1_966_080, line: 1798, file: "bpf_host.c" },
  { reason: "Success", direction: "ingress", packets: 20_512, bytes: 1_969_152, line: 2299, file: "bpf_lxc.c" },
];

type Reply = (plan: MeshPlan, node: MeshNode) => AgentReply;

/** What a generated agent answers, by command line; `cilium-dbg` stands for `cilium` too. */
const replies: ReadonlyMap<string, Reply> = new Map<string, Reply>([
  ["cilium-health status -o json", (plan, node) => healthReply(plan, node, healthReport)],
  ["cilium-health status --probe -o json", probeAtOnce],
  ["cilium-health ping", ping],
  [`cilium-health status -o ${headTemplate}`, (plan, node) => healthReply(plan, node, healthHead)],
  [`cilium-health status -o ${rowsTemplate}`, (plan, node) => healthReply(plan, node, healthRows)],
  [`cilium-dbg status -o ${fieldsTemplate}`, (plan, node) => printed(statusFields(plan, node))],
  ["cilium-dbg status -o json", (plan, node) => document(agentStatus(plan, node))],
  ["cilium-dbg status --brief -o json", (plan, node) => document(briefStatus(plan, node))],
  ["cilium-dbg node list -o json", (plan, node) => streamed(nodeList(plan, node))],
  [`cilium-dbg node list -o ${nodesTemplate}`, (plan) => streamed(nodeLines(plan))],
  ["cilium-dbg endpoint list -o json", (plan, node) => document(endpointList(plan, node))],
  ["cilium-dbg endpoint get -l reserved:health -o json", healthEndpoint],
  ["cilium-dbg config --all -o json", (plan, node) => document(agentConfig(plan, node))],
  ["cilium-dbg encrypt status -o json", () => document({ mode: "Disabled" })],
  ["cilium-dbg metrics list -p cilium_bpf_map_pressure -o json", (plan, node) => document(mapPressure(plan, node))],
  ["cilium-dbg bpf ipcache list -o json", (plan, node) => streamed(ipcacheList(plan, node))],
  ["cilium-dbg bpf metrics list -o json", () => document(datapathMetrics)],
  ["cilium-dbg ip list -o json", (plan, node) => streamed(addressList(plan, node))],
  ["cilium-dbg service list -o json", (plan, node) => document(serviceList(plan, node))],
  ["cilium-dbg lrp list -o json", () => document([])],
  ["cat /proc/sys/net/ipv4/ip_forward", (_plan, node) => printed(node.oddities.has("forwarding") ? "0\n" : "1\n")],
  ["cat /proc/sys/net/bridge/bridge-nf-call-iptables", () => printed("1\n")],
  ["grep -r . /proc/sys/net/ipv4/conf --include=rp_filter", () => printed(reversePathFilters())],
  ["iptables -S", (_plan, node) => printed(packetFilter(node))],
  ["ip -j -s link", (_plan, node) => printed(links(node))],
  ["ip -br addr", (_plan, node) => printed(addresses(node))],
  ["ip rule", () => printed(routingRules)],
  ["ip route", (plan, node) => streamed(routes(plan, node))],
  ["cilium-dbg version", (plan) => printed(versionText(plan))],
  ["date -u", (plan) => printed(`${clockText(plan)}\n`)],
  ["date -u +%Y-%m-%dT%H:%M:%S.%NZ", (plan) => printed(`${clockText(plan)}\n`)],
]);

/** The node's answer to one command. `cilium-dbg` came with 1.15 (cilium-dbg/Makefile). */
export function meshReply(plan: MeshPlan, node: MeshNode, argv: readonly string[]): AgentReply {
  if (!node.up) return { kind: "unreachable", message: unreachableText(node) };
  const seconds = monitorSeconds(argv);
  if (seconds !== null) return monitorReply([], seconds);
  const line = argv.join(" ").replace(/^cilium /, "cilium-dbg ");
  const reply = replies.get(line) ?? tallyReply(argv);
  const renamed = argv[0] === "cilium-dbg" && plan.version.minor < 15;
  if (renamed) return { kind: "no-such-program" };
  const answer =
    reply?.(plan, node) ??
    meshTableReply(plan, node, argv) ??
    trackedListReply(argv) ??
    unanswered(argv, agentPrograms);
  return answer.kind === "output" ? { ...answer, delayMs: node.delayMs } : answer;
}

/** Up to 1.16 the agent probes and keeps what it finds; from 1.17 on it answers with the report it has. */
function probeAtOnce(plan: MeshPlan, node: MeshNode): AgentReply {
  if (plan.version.minor <= 16) node.probedAt = plan.now();
  return healthReply(plan, node, healthReport);
}

/** The one command line that is never the same twice: it holds two times. */
function tallyReply([program, verb, option, form = ""]: readonly string[]): Reply | undefined {
  const window = [program, verb, option].join(" ") === "cilium-health status -o" ? tallyWindow(form) : null;
  if (window === null) return undefined;
  return (plan, node) => healthReply(plan, node, () => healthTally(plan, node, window));
}

function healthReply(
  plan: MeshPlan,
  node: MeshNode,
  report: (plan: MeshPlan, node: MeshNode) => Iterable<string>,
): AgentReply {
  if (!plan.healthChecking) return noSocket();
  switch (node.health) {
    case "report":
      return streamed(report(plan, node));
    case "no-socket":
      return noSocket();
    case "garbage":
      return printed(garbage);
    case "cut":
      return streamed(firstHalf(report(plan, node)));
    case "huge":
      return streamed(hugeReport());
    default: {
      const never: never = node.health;
      return never;
    }
  }
}

/** cilium-health/cmd/ping.go, 1.19.3. */
function ping(plan: MeshPlan, node: MeshNode): AgentReply {
  return plan.healthChecking && node.health !== "no-socket" ? printed("OK\n") : noSocket("Cannot ping", "healthz");
}

function noSocket(what = "Cannot get status", asked = "status"): AgentReply {
  const text =
    `Error: ${what}: Get "http://localhost/v1beta/${asked}": ` +
    "dial unix /var/run/cilium/health.sock: connect: no such file or directory\n\n";
  return printed("", text, 1);
}

/** Bytes that are neither JSON nor UTF-8, with a terminal escape among them. */
const garbage = Buffer.concat([
  Buffer.from("panic: runtime error \u001b[31m{{{\n", "utf8"),
  Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28, 0x1b, 0x5b, 0x32, 0x4a]),
  Buffer.from('\n{"nodes": [}', "utf8"),
]);

/** Stops in the middle of the last piece: exit code 0, no end of the JSON. */
function* firstHalf(report: Iterable<string>): Generator<string> {
  let held: string | null = null;
  for (const piece of report) {
    if (held !== null) yield held;
    held = piece;
  }
  if (held !== null) yield held.slice(0, Math.floor(held.length / 2));
}

/** 100 MiB that begin like a report. */
function* hugeReport(): Generator<string | Uint8Array> {
  yield '{\n  "local": {\n    "name": "';
  const piece = Buffer.alloc(32 * 1024, "x");
  for (let sent = 0; sent < 100 * 1024 * 1024; sent += piece.length) yield piece;
  yield '"\n  }\n}\n\n';
}

/** `cilium-dbg node list -o json`, node by node as 1.19 prints it. */
function* nodeList(plan: MeshPlan, self: MeshNode): Generator<string> {
  yield "[\n";
  let chunk = "";
  const nodes = allNodes(plan);
  for (const node of nodes) {
    // pkg/source of 1.19; the nodes of other clusters come over their key-value stores.
    const source = homeOf(plan, node) === plan ? "custom-resource" : "clustermesh";
    chunk += nodeText(plan, node, node === self ? "local" : source);
    chunk += node === nodes.at(-1) ? "\n" : ",\n";
    if (chunk.length > 16_384) {
      yield chunk;
      chunk = "";
    }
  }
  yield `${chunk}]\n\n`;
}

function nodeText(plan: MeshPlan, node: MeshNode, source: string): string {
  const family = (at: number, ips: readonly string[], range: string | undefined): string => {
    const ip = ips[at];
    if (ip === undefined) return "{}";
    const alloc = range === undefined ? "" : `        "alloc-range": "${range}",\n`;
    return `{\n${alloc}        "enabled": true,\n        "ip": "${ip}"\n      }`;
  };
  const both = (ips: readonly string[], ranges: readonly string[]) =>
    `{\n      "ipv4": ${family(0, ips, ranges[0])},\n      "ipv6": ${family(1, ips, ranges[1])}\n    }`;
  const health = homeOf(plan, node).endpointHealthChecking
    ? `    "health-endpoint-address": ${both(node.healthIPs, [])},\n`
    : "";
  const routers = node.routerIPs.map((ip) => `      {\n        "ip": "${ip}"\n      }`).join(",\n");
  return (
    `  {\n${health}    "name": ${goJson(agentName(plan, node))},\n` +
    `    "primary-address": ${both(node.hostIPs, node.podCIDRs)},\n` +
    `    "secondary-addresses": [\n${routers}\n    ],\n    "source": "${source}"\n  }`
  );
}

function healthEndpoint(plan: MeshPlan, node: MeshNode): AgentReply {
  if (!plan.endpointHealthChecking) {
    return printed(
      "",
      "Error: Cannot get endpoints for labels [reserved:health]: [GET /endpoint][404] getEndpointNotFound\n\n",
      1,
    );
  }
  return document(endpointList(plan, node).slice(1, 2));
}

function versionText(plan: MeshPlan): string {
  const line = `${plan.version.text} 5a1d2f3b 2026-03-17T10:00:00Z go version go1.26.8 linux/amd64`;
  return `Client: ${line}\nDaemon: ${line}\n`;
}

/** RFC 3339 in nanoseconds, as `date` prints them. */
function clockText(plan: MeshPlan): string {
  return new Date(plan.now()).toISOString().replace("Z", "000000Z");
}

function unreachableText(node: MeshNode): string {
  const kubelet = `${node.hostIPs[0] ?? ""}:10250`;
  const path = `exec/kube-system/${node.pod}/cilium-agent`;
  return `error sending request: Post "https://${kubelet}/${path}": dial tcp ${kubelet}: connect: no route to host`;
}

/** Go's indented JSON with the empty line that Cilium's printer adds. */
function document(value: unknown): AgentReply {
  return printed(`${JSON.stringify(value, null, 2)}\n\n`);
}

function streamed(stdout: Iterable<string | Uint8Array>): AgentReply {
  return { kind: "output", stdout, stderr: "", exitCode: 0, delayMs: 0 };
}
