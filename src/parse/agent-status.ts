import type { AgentStatus, FailingController, RemoteCluster } from "../model/facts.ts";
import { isStatusFields, parseStatusFields } from "./agent-status-fields.ts";
import {
  arrayAt,
  booleanAt,
  isObject,
  type JsonObject,
  numberAt,
  objectAt,
  type Parsed,
  parseJson,
  stringAt,
  wrongShape,
} from "./json.ts";
import { parseTime } from "./time.ts";

/**
 * `cilium-dbg status`, as JSON (api/v1/models/status_response.go: fields come and go with the version) or in the fields
 * that a large cluster is asked for.
 */
export function parseAgentStatus(bytes: Uint8Array): Parsed<AgentStatus> {
  if (isStatusFields(new TextDecoder().decode(bytes.subarray(0, 16)))) {
    return parseStatusFields(new TextDecoder().decode(bytes), versionOf);
  }
  const json = parseJson(bytes);
  if (!json.ok) return json;
  const { value } = json;
  if (!isObject(value) || !isObject(value["cilium"])) return wrongShape("a cilium status");
  const cilium = objectAt(value, "cilium");
  const kvstore = objectAt(value, "kvstore");
  const routing = objectAt(value, "routing");
  const encryption = objectAt(value, "encryption");
  const wireguard = objectAt(encryption, "wireguard");
  return {
    ok: true,
    value: {
      version: versionOf(stringAt(cilium, "msg")),
      state: stringAt(cilium, "state"),
      message: stringAt(cilium, "msg"),
      ciliumHealthState: stringAt(objectAt(objectAt(value, "cluster"), "ciliumHealth"), "state"),
      kvstoreState: stringAt(kvstore, "state"),
      kvstoreMessage: stringAt(kvstore, "msg"),
      routingMode: stringAt(routing, "inter-host-routing-mode").toLowerCase(),
      tunnelProtocol: stringAt(routing, "tunnel-protocol"),
      hostRouting: stringAt(routing, "intra-host-routing-mode") || stringAt(objectAt(value, "host-routing"), "mode"),
      encryption: stringAt(encryption, "mode"),
      nodeEncryption: stringAt(wireguard, "node-encryption"),
      wireguardPeers: wireguardPeers(wireguard),
      wireguardPublicKey: stringAt(arrayAt(wireguard, "interfaces")[0], "public-key"),
      kubeProxyReplacement: stringAt(objectAt(value, "kube-proxy-replacement"), "mode"),
      masquerading: stringAt(objectAt(value, "masquerading"), "mode"),
      hostFirewall: stringAt(objectAt(value, "host-firewall"), "mode"),
      cniChaining: stringAt(objectAt(value, "cni-chaining"), "mode"),
      failingControllers: arrayAt(value, "controllers").flatMap(failingController),
      remoteClusters: arrayAt(objectAt(value, "cluster-mesh"), "clusters").map(remoteCluster),
      ipamStatus: stringAt(objectAt(value, "ipam"), "status"),
      healthIPs: healthIPs(objectAt(value, "ipam")),
      newestTimestamp: newestTimestamp(value),
    },
  };
}

/** `1.14.0 (v1.14.0-ab12cd34)`, optionally with a reason behind; 1.8 says only `OK`. */
function versionOf(message: string): string {
  return /^v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.]+)?)\b/.exec(message)?.[1] ?? "";
}

function wireguardPeers(wireguard: JsonObject): number | null {
  const interfaces = arrayAt(wireguard, "interfaces");
  return interfaces.length === 0 ? null : interfaces.reduce<number>((sum, one) => sum + numberAt(one, "peer-count"), 0);
}

function failingController(controller: unknown): FailingController[] {
  const status = objectAt(controller, "status");
  const consecutiveFailures = numberAt(status, "consecutive-failure-count");
  if (consecutiveFailures === 0) return [];
  return [
    {
      name: stringAt(controller, "name"),
      consecutiveFailures,
      lastFailure: stringAt(status, "last-failure-msg"),
      lastFailureAt: stringAt(status, "last-failure-timestamp"),
      lastSuccessAt: everAt(stringAt(status, "last-success-timestamp")),
    },
  ];
}

/** Go's zero time stands for never. */
function everAt(time: string): string {
  return parseTime(time) === 0 ? "" : time;
}

function remoteCluster(cluster: unknown): RemoteCluster {
  return {
    name: stringAt(cluster, "name"),
    ready: booleanAt(cluster, "ready"),
    nodes: numberAt(cluster, "num-nodes"),
    status: stringAt(cluster, "status"),
    lastFailure: stringAt(cluster, "last-failure"),
  };
}

/** Addresses the agent allocated for its own health endpoint: owner `health`. */
function healthIPs(ipam: JsonObject): string[] {
  return Object.entries(objectAt(ipam, "allocations")).flatMap(([ip, owner]) => (owner === "health" ? [ip] : []));
}

/** Controllers run every few seconds, so their newest time bounds the agent's clock from below. */
function newestTimestamp(status: JsonObject): number {
  let newest = 0;
  for (const controller of arrayAt(status, "controllers")) {
    const run = objectAt(controller, "status");
    for (const key of ["last-success-timestamp", "last-failure-timestamp"]) {
      newest = Math.max(newest, parseTime(stringAt(run, key)));
    }
  }
  return newest;
}
