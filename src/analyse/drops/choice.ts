import type { DropsChoice } from "../../model/drops.ts";
import type { Facts } from "../../model/facts.ts";
import { targets } from "../../model/matrix.ts";
import type { Report } from "../../model/report.ts";
import { globPattern } from "../matrix/scope.ts";
import { fails } from "./failing-pairs.ts";

/** Agents watched at once unless they are named. */
export const mostWatched = 12;
/** Agents that may be named. */
export const mostNamed = 50;

/**
 * Whose drops are watched: the named nodes; else both ends of every unreachable path, the nodes with most of them first;
 * else, in a small cluster, all. A drop is seen where it happens: at the target as often as at the source.
 */
export function chooseWatched(facts: Facts, report: Report, named: readonly string[]): DropsChoice {
  const patterns = named.map(globPattern);
  if (patterns.length > 0) {
    const meant = facts.nodes.filter(({ name }) => patterns.some((pattern) => pattern.test(name)));
    return choice(
      facts,
      "named",
      meant.map(({ name }) => name),
      mostNamed,
    );
  }
  const failing = failingNodes(report);
  if (failing.length > 0) return choice(facts, "failing", failing, mostWatched);
  const own = facts.nodes.filter(({ remote, agentNotDue }) => !remote && agentNotDue === "");
  return choice(
    facts,
    "all",
    own.map(({ name }) => name),
    mostWatched,
  );
}

function choice(facts: Facts, why: DropsChoice["why"], names: readonly string[], most: number): DropsChoice {
  const byName = new Map(facts.nodes.map((node) => [node.name, node]));
  const nodes: string[] = [];
  const leftOut: string[] = [];
  const unasked: { node: string; reason: string }[] = [];
  for (const name of names) {
    const node = byName.get(name);
    const pod = node?.agent?.pod;
    if (pod === undefined || pod.state !== "running") unasked.push({ node: name, reason: reasonOf(node) });
    else if (nodes.length < most) nodes.push(name);
    else leftOut.push(name);
  }
  return { why, nodes, leftOut, unasked };
}

function reasonOf(node: Facts["nodes"][number] | undefined): string {
  if (node === undefined) return "it is no node of this cluster";
  if (node.remote) return "it is a node of another cluster, whose agents cannot be asked from here";
  if (node.agentNotDue !== "") return node.agentNotDue;
  const pod = node.agent?.pod;
  return pod === undefined ? "no agent pod was found on it" : `its agent is not running (${pod.reason || pod.state})`;
}

/** By unreachable paths from and to them, most first. */
function failingNodes({ cells, nodes }: Report): string[] {
  const counts = nodes.map((node) => {
    let paths = 0;
    for (const other of nodes) {
      for (const target of targets) {
        if (fails(cells, target, node.index, other.index)) paths++;
        if (other !== node && fails(cells, target, other.index, node.index)) paths++;
      }
    }
    return { name: node.name, paths };
  });
  return counts
    .filter(({ paths }) => paths > 0)
    .sort((a, b) => b.paths - a.paths || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}
