import {
  arrayAt,
  isObject,
  type JsonObject,
  numberAt,
  objectAt,
  type Parsed,
  parseJson,
  stringAt,
  wrongShape,
} from "./json.ts";
import { parseGoDuration, parseTime } from "./time.ts";

/** `cilium-health status -o json`: one agent's view of all nodes (api/v1/health/models, Cilium 1.4 to 1.20). */
export interface HealthReply {
  /** `node` or `cluster/node`; "" before the agent's first node list, `cluster/` of a pasted tree that lost its own node. */
  readonly localName: string;
  /** Start of the probe cycle, epoch milliseconds, 0 when missing. */
  readonly timestamp: number;
  /** Nanoseconds, null before 1.18. */
  readonly probeIntervalNs: number | null;
  /** null when the agent has finished no cycle yet (`nodes: null`). */
  readonly nodes: readonly HealthNode[] | null;
}

export interface HealthNode {
  readonly name: string;
  /** Addresses, primary first; null when the reply has no such object: not checked. */
  readonly host: readonly AddressProbes[] | null;
  readonly endpoint: readonly AddressProbes[] | null;
}

export interface AddressProbes {
  /** "" when the agent knows no address (`<nil>`, `Unavailable`). */
  readonly ip: string;
  /** null: no result yet, which is unknown and never success. */
  readonly icmp: ProbeResult | null;
  readonly http: ProbeResult | null;
}

export interface ProbeResult {
  /** "" is success; anything else is the reason of the failure. */
  readonly status: string;
  readonly latencyNs: number;
  /** Epoch seconds, 0 when missing (before 1.18, or when no ICMP socket could be opened). */
  readonly lastProbed: number;
}

export function parseHealth(bytes: Uint8Array): Parsed<HealthReply> {
  const json = parseJson(bytes);
  if (!json.ok) return json;
  const { value } = json;
  if (!isObject(value) || !("nodes" in value || "local" in value)) return wrongShape("a cilium-health status");
  const interval = stringAt(value, "probeInterval");
  return {
    ok: true,
    value: {
      localName: stringAt(objectAt(value, "local"), "name"),
      timestamp: parseTime(stringAt(value, "timestamp")),
      probeIntervalNs: interval === "" ? null : parseGoDuration(interval),
      nodes: Array.isArray(value["nodes"]) ? value["nodes"].filter(isObject).map(readNode) : null,
    },
  };
}

function readNode(node: unknown): HealthNode {
  return { name: stringAt(node, "name"), host: readHost(node), endpoint: readEndpoint(node) };
}

function readHost(node: unknown): readonly AddressProbes[] | null {
  if (!isObject(node) || !isObject(node["host"])) return null;
  return readAddresses(node["host"]);
}

/**
 * `health-endpoint` (1.12 and newer) holds both families; `endpoint`, deprecated but always filled, the primary alone.
 * A known health IP without a result comes as `health-endpoint` with only an empty list of secondaries.
 */
function readEndpoint(node: unknown): readonly AddressProbes[] | null {
  if (!isObject(node)) return null;
  const { "health-endpoint": current, endpoint: deprecated } = node;
  if (isObject(current)) return readAddresses(current, deprecated);
  return isObject(deprecated) ? [readAddress(deprecated)] : null;
}

/** Agents know one address a family: two at most. What is beyond that comes from elsewhere and must not grow the matrix. */
const mostAddresses = 8;

/** The primary address, empty when there is none, then the others. */
export function readAddresses(target: JsonObject, deprecated?: unknown): readonly AddressProbes[] {
  const primary = isObject(target["primary-address"]) ? target["primary-address"] : deprecated;
  const first = isObject(primary) ? readAddress(primary) : { ip: "", icmp: null, http: null };
  return worstAddresses([first, ...arrayAt(target, "secondary-addresses").filter(isObject).map(readAddress)]);
}

/** The addresses as they are, or, where there are too many, the failing and the unknown ones before the good ones. */
export function worstAddresses(addresses: readonly AddressProbes[]): readonly AddressProbes[] {
  if (addresses.length <= mostAddresses) return addresses;
  return [...addresses].sort((a, b) => badness(b) - badness(a)).slice(0, mostAddresses);
}

function badness({ icmp, http }: AddressProbes): number {
  if ((icmp?.status ?? "") !== "" || (http?.status ?? "") !== "") return 2;
  return icmp === null || http === null ? 1 : 0;
}

function readAddress(path: unknown): AddressProbes {
  return { ip: readIP(stringAt(path, "ip")), icmp: readProbe(path, "icmp"), http: readProbe(path, "http") };
}

/** "" for an address the agent does not know. */
export function readIP(ip: string): string {
  return ip === "<nil>" || ip === "Unavailable" ? "" : ip.slice(0, 64);
}

function readProbe(path: unknown, protocol: "icmp" | "http"): ProbeResult | null {
  if (!isObject(path) || !isObject(path[protocol])) return null;
  const probe = path[protocol];
  return {
    status: stringAt(probe, "status"),
    latencyNs: Math.max(0, numberAt(probe, "latency")),
    lastProbed: Math.floor(parseTime(stringAt(probe, "lastProbed")) / 1000),
  };
}
