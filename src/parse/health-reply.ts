import { type HealthNode, type HealthReply, type ProbeResult, parseHealth } from "./health-json.ts";
import { isHealthRows, parseHealthRows } from "./health-rows.ts";
import { isCountsLine, parseHealthCounts } from "./health-text-counts.ts";
import { readSummaryHead, type SummaryHead } from "./health-text-lines.ts";
import { parseHealthSuccinct } from "./health-text-succinct.ts";
import { isFailedProbe, parseHealthTree } from "./health-text-tree.ts";
import { parseHealthVerbose } from "./health-text-verbose.ts";
import type { Parsed, ParseFailure } from "./json.ts";
import { splitName } from "./names.ts";

/**
 * An agent's health view in any form: JSON or rows, which are asked for, or a text form in which somebody saved it. The
 * text forms have five generations; they are told apart by their heads.
 */
export function parseHealthReply(bytes: Uint8Array): Parsed<HealthReply> {
  if (startsAsRows(bytes)) return parseHealthRows(new TextDecoder().decode(bytes));
  const json = parseHealth(bytes);
  if (json.ok || json.reason !== "not-json") return json;
  const lines = unindented(new TextDecoder().decode(bytes).split(/\r?\n/));
  const read = generationOf(lines);
  if (read === null) return withoutView(lines) ?? json;
  const value = read(lines);
  if (value.nodes === null || value.nodes.length === 0) return noRows(lines);
  const nodes = toldApart(value.nodes);
  const localName = value.localName || (read === parseHealthTree ? ownClusterOf(nodes) : "");
  return contradiction(lines, nodes) ?? { ok: true, value: { ...value, localName, nodes } };
}

/** A tree lists the agent's own node: where the line that marks it is lost and all are of one cluster, it is its own. */
function ownClusterOf(nodes: readonly HealthNode[]): string {
  const [cluster = "", ...others] = new Set(nodes.map(({ name }) => splitName(name).cluster));
  return cluster === "" || others.length > 0 ? "" : `${cluster}/`;
}

/** Names that people blacken are alike then; Cilium's never are. */
function toldApart(nodes: readonly HealthNode[]): readonly HealthNode[] {
  const seen = new Map<string, number>();
  return nodes.map((node) => {
    const times = (seen.get(node.name) ?? 0) + 1;
    seen.set(node.name, times);
    return times === 1 ? node : { ...node, name: `${node.name}-${times}` };
  });
}

/** Rows that were lost on the way here must not make a mesh look well. */
function contradiction(lines: readonly string[], nodes: readonly HealthNode[]): ParseFailure | null {
  const head = headOf(lines);
  if (lines.some(isFailedProbe) && !nodes.some(hasFailure)) {
    return { ok: false, reason: "wrong-shape", message: "it says that a probe failed, and not of which node" };
  }
  if (head === null || head.reachable >= head.total || !nodes.every(isWholeAndWell)) return null;
  const message = `it says that ${countOf(head, "nodes ")}, and no row is of one that is not`;
  return { ok: false, reason: "wrong-shape", message };
}

function isWholeAndWell(node: HealthNode): boolean {
  return node.host !== null && node.endpoint !== null && probesOf(node).every((probe) => probe?.status === "");
}

function hasFailure(node: HealthNode): boolean {
  return probesOf(node).some((probe) => probe !== null && probe.status !== "");
}

function probesOf({ host, endpoint }: HealthNode): (ProbeResult | null)[] {
  return [...(host ?? []), ...(endpoint ?? [])].flatMap(({ icmp, http }) => [icmp, http]);
}

function countOf({ reachable, total }: SummaryHead, what: string): string {
  return `${reachable} of ${total} ${what}${reachable === 1 ? "is" : "are"} reachable`;
}

/** `cilium status` of an agent that cannot ask its health daemon, or probes nobody (pkg/health/client/client.go). */
function withoutView(lines: readonly string[]): ParseFailure | null {
  const line = lines.find((one) => /^\s*Cluster health:\s*[A-Z]/.test(one));
  if (line === undefined) return null;
  const said = line.trim().replaceAll(/\s+/g, " ");
  return { ok: false, reason: "empty", message: `the agent has no view of the others: ${said}` };
}

function headOf(lines: readonly string[]): SummaryHead | null {
  for (const line of lines) {
    const head = readSummaryHead(line);
    if (head !== null) return head;
  }
  return null;
}

/** Pasted into an issue or a mail, the whole report is often moved to the right: by as much as its head is. */
function unindented(lines: readonly string[]): readonly string[] {
  const head = lines.find((line) => /^\s*(?:Probe time|Cluster health):/.test(line)) ?? "";
  const margin = /^\s*/.exec(head)?.[0] ?? "";
  return margin === "" ? lines : lines.map((line) => (line.startsWith(margin) ? line.slice(margin.length) : line));
}

export function startsAsRows(bytes: Uint8Array): boolean {
  return isHealthRows(new TextDecoder().decode(bytes.subarray(0, 16)));
}

function generationOf(lines: readonly string[]): ((lines: readonly string[]) => HealthReply) | null {
  const hasTree = lines.some((line) => /^\s*(?:Host|Endpoint) connectivity/.test(line));
  if (headOf(lines) !== null) {
    if (hasTree) return parseHealthVerbose;
    return lines.some(isCountsLine) ? parseHealthCounts : parseHealthSuccinct;
  }
  return hasTree || lines.some((line) => /^\s*Probe time:/.test(line)) ? parseHealthTree : null;
}

/** 1.17 to 1.20 print no rows at all where the agent does not know its own name; `0/0` is an agent still warming up. */
function noRows(lines: readonly string[]): Parsed<HealthReply> {
  const head = headOf(lines);
  if (head?.total === 0) {
    const { timestamp, probeIntervalNs } = head;
    return { ok: true, value: { localName: "", nodes: null, timestamp, probeIntervalNs } };
  }
  const said = head === null ? "" : `: it says that ${countOf(head, "")}, and not which`;
  return { ok: false, reason: "empty", message: `a cilium-health summary without a single node${said}` };
}
