import type { AddressProbes, HealthNode, HealthReply } from "./health-json.ts";
import { isElision, isHead, localMark, readAddress, readLeaf, unknownProbes } from "./health-text-lines.ts";
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

/** `worker-2 (localhost):`, perhaps with a remark of whoever pasted it. */
const nodeLine = /^(\s*)(?!Nodes:)(\S+?)( \(localhost\))?:\s*(?:[#<←].*)?$/;

/**
 * The tree alone; the head differs by generation. Only the order of the lines counts, and that all nodes stand as far to
 * the right as the first one: editors move the lines below them.
 */
export function readTree(lines: readonly string[]): Pick<HealthReply, "localName" | "nodes"> {
  const drafts: NodeDraft[] = [];
  let localName = "";
  let margin: string | null = null;
  let address: Filling | null = null;
  for (const line of lines.slice(lines.findIndex(isHead) + 1)) {
    const [, indent = "", name, mark] = nodeLine.exec(line) ?? [];
    const draft = drafts.at(-1);
    if (name !== undefined && (margin === null || indent === margin)) {
      margin = indent;
      address = null;
      drafts.push(draftOf(name));
      if (mark === localMark) localName = name;
      continue;
    }
    if (draft !== undefined && isGap(line, margin ?? "")) draft.isLeft = true;
    if (draft !== undefined && (draft.isLeft || isElision(line))) draft.isElided = true;
    const unnamed = addressOfAnother(draft, line);
    if (unnamed !== "") drafts.push(draftOf(unnamed));
    const own = drafts.at(-1);
    address = own === undefined || own.isLeft ? null : readBelow(own, address, line);
  }
  return { localName, nodes: drafts.map((draft, at) => finished(draft, at === drafts.length - 1, drafts)) };
}

/** The node being read, filled while its lines come. */
interface NodeDraft {
  readonly name: string;
  host: AddressProbes[] | null;
  endpoint: AddressProbes[] | null;
  /** Somebody wrote `...` instead of its lines. */
  isElided: boolean;
  /** What comes is another node's, whose name was left out. */
  isLeft: boolean;
}

function draftOf(name: string): NodeDraft {
  return { name, host: null, endpoint: null, isElided: false, isLeft: false };
}

/** Lines that grep took from here and there have `--` between them; dots in the place of nodes stand for some. */
function isGap(line: string, margin: string): boolean {
  return /^\s*--\s*$/.test(line) || (isElision(line) && /^\s*/.exec(line)?.[0] === margin);
}

/**
 * Behind a gap, or as the second of one target, a primary address is of a node whose name was left out: it is called by
 * that address, since no failure must be put down to the node above, or lost. "" where the line is the draft's own.
 */
function addressOfAnother(draft: NodeDraft | undefined, line: string): string {
  const [, target, to = ""] = /^\s*(Host|Endpoint) connectivity to (\S+?):?(?:\s|$)/.exec(line) ?? [];
  if (target === undefined) return "";
  const known = target === "Host" ? draft?.host : draft?.endpoint;
  return draft === undefined || draft.isLeft || known !== null ? to : "";
}

/**
 * What an agent does not check it does not print. Where lines were left out, or the text may be cut since its last node
 * lacks what the others have, that is not known.
 */
function finished(
  { name, host, endpoint, isElided }: NodeDraft,
  isLast: boolean,
  all: readonly NodeDraft[],
): HealthNode {
  const isCut = isElided || (isLast && all.some((other) => other.endpoint !== null));
  return { name, host, endpoint: endpoint ?? (isCut ? [{ ip: "", ...unknownProbes }] : null) };
}

type Filling = { -readonly [key in keyof AddressProbes]: AddressProbes[key] } & { readonly target: Target };
type Target = "host" | "endpoint";

/** `Secondary connectivity to` (to 1.16) belongs to the target above it, `Secondary Host …` (1.17 on) names its own. */
const heading = /^\s*(?:Secondary )?(?:(Host|Endpoint) )?connectivity(?: to (\S*?))?:?(?:\s+(nil)|\s+[#<←].*)?\s*$/;
const leaf = /^\s*(ICMP|HTTP)(?: [^:]*)?:\s+(\S.*)$/;

/** Whether a line is a probe's and says that it failed. */
export function isFailedProbe(line: string): boolean {
  const [, , text] = leaf.exec(line) ?? [];
  return text !== undefined && readLeaf(text).status !== "";
}

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
