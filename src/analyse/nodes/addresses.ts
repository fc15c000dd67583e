import type { NodeFacts } from "../../model/facts.ts";
import { type Target, targets } from "../../model/matrix.ts";
import type { Members } from "../scene.ts";
import { isForeign, ownHealthIPs } from "../settings/announced.ts";
import { parseAddress } from "../settings/cidr.ts";
import type { Lists, OddEntry } from "./listings.ts";

/** An address somebody has for a node, and in whose lists it stands, by node index. */
export interface Held {
  readonly ip: string;
  readonly target: Target;
  /** None of the node's own addresses. */
  readonly foreign: boolean;
  /** In the lists of how many agents. */
  readonly counts: { readonly nodeLists: number; readonly healthLists: number };
  /** Whose lists; empty for an address of the node's own, which nearly everybody has. */
  readonly nodeLists: readonly number[];
  readonly healthLists: readonly number[];
}

/** What the addresses of a node are read from, beside the matrix. */
export interface Sources {
  readonly node: Lists;
  readonly health: Lists;
  readonly odd: ReadonlyMap<number, readonly OddEntry[]>;
}

/** Every address of a node that anybody has: the node's own first, then by how many have it. */
export function heldAddresses(members: Members, sources: Sources, to: number): Held[] {
  const node = members.nodes[to];
  return node === undefined ? [] : targets.flatMap((target) => heldOf(members, sources, to, node, target));
}

/** What a node is known to have: by the API, and its health endpoint also by its own agent. */
export function ownAddresses(node: NodeFacts, target: Target): string[] {
  if (target === "endpoint") return ownHealthIPs(node);
  return [...new Set([...(node.kube?.internalIPs ?? []), ...(node.cilium?.internalIPs ?? [])])].filter(Boolean);
}

interface Draft {
  readonly ip: string;
  readonly nodeLists: number[];
  readonly healthLists: number[];
  /** Agents whose entry is what the node announces, so that it was not kept as an object. */
  announced: number;
}

function heldOf(members: Members, sources: Sources, to: number, node: NodeFacts, target: Target): Held[] {
  const drafts = new Map<string, Draft>();
  const draft = (ip: string): Draft => {
    const known = drafts.get(ip) ?? { ip, nodeLists: [], healthLists: [], announced: 0 };
    drafts.set(ip, known);
    return known;
  };
  const own = ownAddresses(node, target);
  for (const ip of own) draft(ip);
  addNodeLists(sources, to, target, node, draft);
  addHealthLists(members, sources.health, to, target, draft);
  const usual = own.length > 0 || !node.remote ? own : mostHeld([...drafts.values()]);
  return [...drafts.values()]
    .map((one) => toHeld(one, target, isForeign(one.ip, usual)))
    .sort((a, b) => Number(a.foreign) - Number(b.foreign) || holders(b) - holders(a) || (a.ip < b.ip ? -1 : 1));
}

function addNodeLists(
  { node: lists, odd }: Sources,
  to: number,
  target: Target,
  node: NodeFacts,
  draft: (ip: string) => Draft,
): void {
  const entries = odd.get(to) ?? [];
  for (const { from, entry } of entries) {
    for (const ip of target === "host" ? entry.ips : entry.healthIPs) draft(ip).nodeLists.push(from);
  }
  const listed = lists.readers.filter((from) => lists.has(from, to)).length;
  const announced = target === "host" ? node.cilium?.internalIPs : node.cilium?.healthIPs;
  for (const ip of announced ?? []) draft(ip).announced += listed - entries.length;
}

function addHealthLists(
  { facts: { matrix } }: Members,
  lists: Lists,
  to: number,
  target: Target,
  draft: (ip: string) => Draft,
): void {
  const known = new Map<number, Draft>();
  for (const from of lists.readers) {
    const row = matrix.rows[from];
    if (row == null || to >= row.width) continue;
    for (const { ip } of row[target].positions) {
      const id = ip[to] ?? 0;
      if (id === 0) continue;
      const held = known.get(id) ?? draft(matrix.addresses[id] ?? "");
      known.set(id, held);
      held.healthLists.push(from);
    }
  }
}

/** Nobody here can ask a node of another cluster: its address is what most agents have, of each family. */
function mostHeld(drafts: readonly Draft[]): string[] {
  const best = new Map<number, Draft>();
  for (const draft of drafts) {
    const family = parseAddress(draft.ip)?.family;
    if (family === undefined) continue;
    const rival = best.get(family);
    if (rival === undefined || count(draft) > count(rival)) best.set(family, draft);
  }
  return [...best.values()].map(({ ip }) => ip);
}

function count({ nodeLists, healthLists, announced }: Draft): number {
  return nodeLists.length + healthLists.length + announced;
}

function holders({ counts }: Held): number {
  return counts.nodeLists + counts.healthLists;
}

function toHeld({ ip, nodeLists, healthLists, announced }: Draft, target: Target, foreign: boolean): Held {
  return {
    ip,
    target,
    foreign,
    counts: { nodeLists: nodeLists.length + announced, healthLists: healthLists.length },
    nodeLists: foreign ? nodeLists : [],
    healthLists: foreign ? healthLists : [],
  };
}
