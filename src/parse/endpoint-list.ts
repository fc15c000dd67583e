import type { AgentEndpoints, HealthEndpoint, PodEndpoint } from "../model/facts.ts";
import { scanEndpointList } from "./endpoint-list-scan.ts";
import {
  arrayAt,
  isObject,
  numberAt,
  objectAt,
  type Parsed,
  parseJson,
  stringAt,
  stringsAt,
  wrongShape,
} from "./json.ts";

/** How many not-ready endpoints are named; the counts are always whole. */
const mostNamed = 20;

/** `cilium-dbg endpoint list -o json`, reduced; an empty stdout is an empty list. */
export function parseEndpointList(bytes: Uint8Array): Parsed<AgentEndpoints> {
  const scanned = scanEndpointList(bytes, isOwn);
  if (scanned !== null) return { ok: true, value: reduced(scanned) };
  const json = parseJson(bytes);
  if (!json.ok && json.reason !== "empty") return json;
  const list = json.ok ? json.value : [];
  return Array.isArray(list) ? { ok: true, value: reduced(list.filter(isObject)) } : wrongShape("an endpoint list");
}

/** The agent's own endpoints, whose policy is looked at. */
export function isOwn(endpoint: unknown): boolean {
  return hasLabel(endpoint, healthLabel) || hasLabel(endpoint, hostLabel);
}

const healthLabel = "reserved:health";
const hostLabel = "reserved:host";

function reduced(endpoints: readonly unknown[]): AgentEndpoints {
  const notReady = endpoints.filter((endpoint) => stateOf(endpoint) !== "ready");
  return {
    ready: endpoints.length - notReady.length,
    total: endpoints.length,
    notReady: notReady.slice(0, mostNamed).map((endpoint) => ({
      id: numberAt(endpoint, "id"),
      name: nameOf(endpoint),
      state: stateOf(endpoint),
    })),
    pods: endpoints.flatMap(podEndpoint),
    health: healthEndpoint(endpoints),
    hostEnforcement: enforcement(endpoints.find((endpoint) => hasLabel(endpoint, hostLabel))),
  };
}

function stateOf(endpoint: unknown): string {
  return stringAt(objectAt(endpoint, "status"), "state");
}

function nameOf(endpoint: unknown): string {
  const ids = objectAt(objectAt(endpoint, "status"), "external-identifiers");
  const pod = stringAt(ids, "k8s-pod-name");
  return pod === "" ? stringAt(ids, "container-name") : `${stringAt(ids, "k8s-namespace")}/${pod}`;
}

function podEndpoint(endpoint: unknown): PodEndpoint[] {
  const status = objectAt(endpoint, "status");
  if (stringAt(objectAt(status, "external-identifiers"), "k8s-pod-name") === "") return [];
  const identity = numberAt(objectAt(status, "identity"), "id");
  return [{ pod: nameOf(endpoint), identity, ips: addressesOf(endpoint), state: stateOf(endpoint) }];
}

function addressesOf(endpoint: unknown): string[] {
  return arrayAt(objectAt(objectAt(endpoint, "status"), "networking"), "addressing").flatMap((address) =>
    ["ipv4", "ipv6"].map((family) => stringAt(address, family)).filter((ip) => ip !== ""),
  );
}

function hasLabel(endpoint: unknown, label: string): boolean {
  const status = objectAt(endpoint, "status");
  return (
    stringsAt(objectAt(status, "identity"), "labels").includes(label) ||
    stringsAt(objectAt(status, "labels"), "security-relevant").includes(label)
  );
}

function enforcement(endpoint: unknown): string {
  return stringAt(objectAt(objectAt(objectAt(endpoint, "status"), "policy"), "realized"), "policy-enabled");
}

/** Identity 4, label `reserved:health`; it has no pod (pkg/endpoint, since 1.4). */
function healthEndpoint(endpoints: readonly unknown[]): HealthEndpoint | null {
  const endpoint = endpoints.find((one) => hasLabel(one, healthLabel));
  if (endpoint === undefined) return null;
  const networking = objectAt(objectAt(endpoint, "status"), "networking");
  return {
    id: numberAt(endpoint, "id"),
    state: stateOf(endpoint),
    ips: addressesOf(endpoint),
    enforcement: enforcement(endpoint),
    ...ingressPolicy(objectAt(objectAt(objectAt(endpoint, "status"), "policy"), "realized")),
    mac: stringAt(networking, "mac"),
    hostMac: stringAt(networking, "host-mac"),
    interfaceName: stringAt(networking, "interface-name"),
  };
}

/** What the policy in force lets in (api/v1/models/endpoint_policy.go); each `l4` rule is a JSON text of its own. */
function ingressPolicy(realized: unknown): Pick<HealthEndpoint, "allowedIngress" | "ingressPorts"> {
  const allowed = isObject(realized) ? realized["allowed-ingress-identities"] : undefined;
  const rules = arrayAt(objectAt(realized, "l4"), "ingress").map((rule) => stringAt(rule, "rule"));
  return {
    allowedIngress: Array.isArray(allowed) ? allowed.filter((identity) => typeof identity === "number") : null,
    ingressPorts: [...new Set(rules.map(portOf).filter((port) => port !== ""))].sort(),
  };
}

function portOf(rule: string): string {
  const port = /"port":(\d+)/.exec(rule)?.[1];
  const protocol = /"protocol":"(\w+)"/.exec(rule)?.[1];
  return port === undefined || protocol === undefined ? "" : `${port}/${protocol.toUpperCase()}`;
}
