import type { AgentNodeList, NodeListEntry } from "../model/facts.ts";
import type { Parsed } from "./json.ts";
import { type NodeElement, parseNodeList } from "./node-list.ts";
import { scanNodeList } from "./node-list-scan.ts";
import type { ReadingContext } from "./reading-context.ts";

/** A node list, however it was read. */
interface ListedNodes {
  readonly count: number;
  name(entry: number): string;
  /** Whether the entry has just these addresses, in any order. */
  hasAddresses(entry: number, ips: readonly string[], healthIPs: readonly string[]): boolean;
  element(entry: number): NodeElement;
}

/** N agents list N nodes each: only what differs from the node's own announcement is kept as an object. */
export function readNodeList(bytes: Uint8Array, node: string, context: ReadingContext): Parsed<AgentNodeList> {
  const scanned = scanNodeList(bytes, context.texts);
  if (scanned !== null) return { ok: true, value: reduced(scanned, node, context) };
  const parsed = parseNodeList(bytes);
  return parsed.ok ? { ok: true, value: reduced(listed(parsed.value), node, context) } : parsed;
}

function reduced(list: ListedNodes, node: string, context: ReadingContext): AgentNodeList {
  const entriesOfList = Array.from({ length: list.count }, (_, entry) => entry);
  context.learnCluster(node, "", () => entriesOfList.map((entry) => list.element(entry)));
  const columns = Int32Array.from(entriesOfList, (entry) => context.columnOf(list.name(entry)));
  const listedColumns = new Uint8Array(columns.reduce((most, column) => Math.max(most, column + 1), 0));
  const entries: NodeListEntry[] = [];
  columns.forEach((column, entry) => {
    if (column < 0) return;
    listedColumns[column] = 1;
    const announced = context.cilium(list.name(entry));
    if (announced !== null && list.hasAddresses(entry, announced.internalIPs, announced.healthIPs)) return;
    const { ips, healthIPs, podCIDRs, source } = list.element(entry);
    entries.push({ node: column, ips, healthIPs, podCIDRs, source });
  });
  return { listed: listedColumns, count: list.count, entries };
}

const none: NodeElement = { name: "", ips: [], healthIPs: [], podCIDRs: [], source: "" };

function listed(elements: readonly NodeElement[]): ListedNodes {
  const element = (entry: number) => elements[entry] ?? none;
  return {
    count: elements.length,
    name: (entry) => element(entry).name,
    hasAddresses: (entry, ips, healthIPs) =>
      sameSet(element(entry).ips, ips) && sameSet(element(entry).healthIPs, healthIPs),
    element,
  };
}

function sameSet(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((item) => others.includes(item));
}
