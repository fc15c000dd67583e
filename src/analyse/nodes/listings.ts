import type { NodeListEntry } from "../../model/facts.ts";
import { hasView, lists } from "../matrix/membership.ts";
import type { Members } from "../scene.ts";

/** One kind of list that every agent keeps. */
export interface Lists {
  /** What it is called in a sentence. */
  readonly word: "node list" | "health list";
  /** Agents whose list was read, by node index. */
  readonly readers: readonly number[];
  has(from: number, to: number): boolean;
}

/** What `cilium-dbg node list` prints. */
export function nodeLists({ nodes }: Members): Lists {
  return {
    word: "node list",
    readers: nodes.flatMap(({ agent }, at) => (agent?.nodeList == null ? [] : [at])),
    has: (from, to) => nodes[from]?.agent?.nodeList?.listed[to] === 1,
  };
}

/** Whom `cilium-health status` has a line of; an agent that has finished no cycle has no list yet. */
export function healthLists(members: Members): Lists {
  return {
    word: "health list",
    readers: members.nodes.flatMap((_node, at) => (hasView(members, at) ? [at] : [])),
    has: (from, to) => lists(members, from, to),
  };
}

/** Entries that differ from what the node announces of itself, by that node. */
export type OddEntries = ReadonlyMap<number, readonly OddEntry[]>;

export interface OddEntry {
  readonly from: number;
  readonly entry: NodeListEntry;
}

export function oddEntries({ nodes }: Members): OddEntries {
  const byNode = new Map<number, OddEntry[]>();
  nodes.forEach(({ agent }, from) => {
    for (const entry of agent?.nodeList?.entries ?? []) {
      const known = byNode.get(entry.node);
      if (known === undefined) byNode.set(entry.node, [{ from, entry }]);
      else known.push({ from, entry });
    }
  });
  return byNode;
}
