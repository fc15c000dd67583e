import { endMark, nodeCells, nodePlaces, nodesMark } from "../model/short-forms.ts";
import { isObject, objectAt, type Parsed, parseJson, stringAt, wrongShape, wrongText } from "./json.ts";

/** One entry of `cilium-dbg node list -o json`: what this agent believes of a node. */
export interface NodeElement {
  /** `node` or `cluster/node`. */
  readonly name: string;
  readonly ips: readonly string[];
  readonly healthIPs: readonly string[];
  readonly podCIDRs: readonly string[];
  /** `local`, `custom-resource`, `kvstore`, `clustermesh`, …; "" before 1.15, and in a list that was asked for in short. */
  readonly source: string;
}

/** The list; an empty stdout means an empty list (the program prints nothing then, with exit code 0). */
export function parseNodeList(bytes: Uint8Array): Parsed<readonly NodeElement[]> {
  const start = `${nodesMark}\n`;
  if (decoder.decode(bytes.subarray(0, start.length)) === start) return parseLines(decoder.decode(bytes));
  const json = parseJson(bytes);
  if (!json.ok) return json.reason === "empty" ? { ok: true, value: [] } : json;
  if (!Array.isArray(json.value)) return wrongShape("a node list");
  return { ok: true, value: json.value.filter(isObject).map(readElement) };
}

const decoder = new TextDecoder();

/** The list in lines (`model/short-forms.ts`), then one dot a node, by which a forged or broken line is found out. */
function parseLines(text: string): Parsed<readonly NodeElement[]> {
  const lines = text.trimEnd().split("\n").slice(1);
  const [end, dots = ""] = [lines.pop(), lines.pop()];
  const rows = lines.map((line) => line.split("\t"));
  const isSound = end === endMark && /^\.*$/.test(dots) && dots.length === rows.length;
  if (!isSound || rows.some((row) => row.length !== nodeCells.length)) {
    return wrongText("the node list in lines does not add up");
  }
  return { ok: true, value: rows.map(readLine) };
}

function readLine(cells: readonly string[]): NodeElement {
  const pair = (place: number) => cells.slice(place, place + 2).filter(isAddress);
  const { ips, healthIPs, podCIDRs } = nodePlaces;
  return { name: cells[0] ?? "", ips: pair(ips), healthIPs: pair(healthIPs), podCIDRs: pair(podCIDRs), source: "" };
}

/** Go prints an address that is none as `<nil>`. */
function isAddress(text: string): boolean {
  return text !== "" && text !== "<nil>";
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
  return ["ipv4", "ipv6"].map((family) => stringAt(objectAt(address, family), key)).filter(isAddress);
}
