import type { AddressProbes, HealthNode, HealthReply } from "./health-json.ts";
import { finishNode, localMark, type NodeDraft, readAddress, readLeaf } from "./health-text-lines.ts";
import { parseTime } from "./time.ts";

/**
 * The tree that `cilium-health status` printed by default up to 1.16, and with --verbose since: nodes, below them
 * `Host connectivity to …` and `Endpoint connectivity to …`, below these a line a probe. Before 1.4 the labels were
 * `ICMP:` and `HTTP via L3:` (PR 6402).
 */
export function parseHealthTree(lines: readonly string[]): HealthReply {
  const [, time = ""] = /^\s*Probe time:\s+(\S+)/.exec(lines.find((line) => /^\s*Probe time:/.test(line)) ?? "") ?? [];
  return { ...readTree(lines), timestamp: parseTime(time), probeIntervalNs: null };
}

/** The tree alone; the head differs by generation. */
export function readTree(lines: readonly string[]): Pick<HealthReply, "localName" | "nodes"> {
  const nodes: HealthNode[] = [];
  let localName = "";
  let draft: NodeDraft | null = null;
  let address: Filling | null = null;
  for (const line of lines) {
    const [, name, mark] = /^ {1,2}(\S+?)( \(localhost\))?:$/.exec(line) ?? [];
    if (name !== undefined) {
      if (draft !== null) nodes.push(finishNode(draft));
      draft = { name, host: null, endpoint: null };
      address = null;
      if (mark === localMark) localName = name;
    } else if (draft !== null) address = readBelow(draft, address, line);
  }
  if (draft !== null) nodes.push(finishNode(draft));
  return { localName, nodes };
}

type Filling = { -readonly [key in keyof AddressProbes]: AddressProbes[key] } & { readonly target: Target };
type Target = "host" | "endpoint";

/** `Secondary connectivity to` (to 1.16) belongs to the target above it, `Secondary Host …` (1.17 on) names its own. */
const heading = /^\s+(?:Secondary )?(?:(Host|Endpoint) )?connectivity(?: to ([^\s]*))?:\s*(nil)?\s*$/;
const leaf = /^\s+(ICMP|HTTP)(?: [^:]*)?:\s+(\S.*)$/;

function readBelow(draft: NodeDraft, address: Filling | null, line: string): Filling | null {
  const head = heading.exec(line);
  if (head !== null) {
    const target: Target =
      head[1] === undefined ? (address?.target ?? "host") : head[1] === "Host" ? "host" : "endpoint";
    if (head[3] === "nil" || head[2] === undefined) return address;
    const started: Filling = { ip: readAddress(head[2]), icmp: null, http: null, target };
    draft[target] = [...(draft[target] ?? []), started];
    return started;
  }
  const [, label, text = ""] = leaf.exec(line) ?? [];
  if (address !== null && label !== undefined) address[label === "ICMP" ? "icmp" : "http"] = readLeaf(text);
  return address;
}
