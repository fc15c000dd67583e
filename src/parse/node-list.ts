import { isObject, objectAt, type Parsed, parseJson, stringAt, wrongShape } from "./json.ts";

/** One entry of `cilium-dbg node list -o json`: what this agent believes of a node. */
export interface NodeElement {
  /** `node` or `cluster/node`. */
  readonly name: string;
  readonly ips: readonly string[];
  readonly healthIPs: readonly string[];
  readonly podCIDRs: readonly string[];
  /** `local`, `custom-resource`, `kvstore`, `clustermesh`, …; "" before 1.15. */
  readonly source: string;
}

/** The list; an empty stdout means an empty list (the program prints nothing then, with exit code 0). */
export function parseNodeList(bytes: Uint8Array): Parsed<readonly NodeElement[]> {
  const json = parseJson(bytes);
  if (!json.ok) return json.reason === "empty" ? { ok: true, value: [] } : json;
  if (!Array.isArray(json.value)) return wrongShape("a node list");
  return { ok: true, value: json.value.filter(isObject).map(readElement) };
}

function readElement(element: unknown): NodeElement {
  const primary = objectAt(element, "primary-address");
  const health = objectAt(element, "health-endpoint-address");
  return {
    name: stringAt(element, "name"),
    ips: families(primary, "ip"),
    healthIPs: families(health, "ip"),
    podCIDRs: families(primary, "alloc-range"),
    source: stringAt(element, "source"),
  };
}

function families(address: unknown, key: string): string[] {
  return ["ipv4", "ipv6"]
    .map((family) => stringAt(objectAt(address, family), key))
    .filter((text) => text !== "" && text !== "<nil>");
}
