import type { PastedOutput } from "./pasted-outputs.ts";

/** An output, the file it stands in, and the node it is put down to. */
export interface Output extends PastedOutput {
  readonly path: string;
  /** Its node is what the file or the text around it tells, not the output itself. */
  readonly isNamedFromOutside: boolean;
  /** Nothing but the file's name names it. */
  readonly isNameless: boolean;
}

export interface AgentsOutputs {
  /** One output an agent, by node. */
  readonly byNode: ReadonlyMap<string, Output>;
  /** What was found besides and is not read, as sentences. */
  readonly notes: readonly string[];
}

/** Reports of one cycle: what differs by more was asked at another time. */
const sameLookMs = 5 * 60_000;

/** Of each agent the output that tells most of its newest look; of one cluster, since no other's nodes can be told from it. */
export function agentsOutputs(all: readonly Output[]): AgentsOutputs {
  const own = ownCluster(all);
  const isForeign = (output: Output) => !output.isNamedFromOutside && output.cluster !== own;
  const foreign = all.filter(isForeign);
  const besides = besidesOf(all);
  const mine = all.filter((output) => !isForeign(output) && !isSaidByAnother(output, besides.get(output.path)));
  const byNode = new Map<string, Output>();
  let older = 0;
  for (const output of mine) {
    const known = byNode.get(output.node);
    if (known !== undefined && Math.abs(known.time - output.time) > sameLookMs) older++;
    if (known === undefined || isBetter(output, known)) byNode.set(output.node, output);
  }
  return { byNode, notes: [...foreignNotes(foreign, own), ...olderNotes(older), ...shortenedNotes(byNode)] };
}

/** The cluster of most outputs, of the first of these when there are as many. */
function ownCluster(all: readonly Output[]): string {
  const counts = new Map<string, number>();
  for (const { cluster, isNamedFromOutside } of all) {
    if (!isNamedFromOutside) counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? "";
}

function isBetter(one: Output, other: Output): boolean {
  if (one.time > 0 && other.time > 0 && Math.abs(one.time - other.time) > sameLookMs) return one.time > other.time;
  return one.worth === other.worth ? one.time > other.time : one.worth > other.worth;
}

/** What else a text holds: when its telling outputs were made, and those that name their node, by time. */
interface Besides {
  readonly looks: Set<number>;
  readonly named: Map<number, Output[]>;
}

function besidesOf(all: readonly Output[]): Map<string, Besides> {
  const byPath = new Map<string, Besides>();
  for (const output of all) {
    const besides = byPath.get(output.path) ?? { looks: new Set(), named: new Map() };
    byPath.set(output.path, besides);
    if (output.worth > 0) besides.looks.add(lookOf(output.time));
    if (output.worth > 0 && !output.isNamedFromOutside && output.time > 0) {
      const same = besides.named.get(output.time) ?? [];
      besides.named.set(output.time, same);
      if (same.length < mostAlike) same.push(output);
    }
  }
  return byPath;
}

/** Agents finish their cycles at any second: few of them at the same. */
const mostAlike = 50;

function lookOf(time: number): number {
  return Math.floor(time / sameLookMs);
}

/**
 * An output that does not say whose it is, and nothing that another of the same text and time does not say: a head alone
 * beside any other output, or the short form of a report whose long form stands there too.
 */
function isSaidByAnother({ isNameless, worth, time, rows }: Output, besides: Besides | undefined): boolean {
  if (!isNameless || besides === undefined || worth > 1) return false;
  if (worth === 0) return [-1, 0, 1].some((step) => besides.looks.has(lookOf(time) + step));
  return (besides.named.get(time) ?? []).some((other) => rows.every((row) => other.rows.includes(row)));
}

function foreignNotes(foreign: readonly Output[], own: string): string[] {
  const counts = new Map<string, number>();
  for (const { cluster } of foreign) counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([cluster, count]) =>
        `${count} of the outputs ${count === 1 ? "is of an agent" : "are of agents"} of cluster ${cluster || "without a name"} and not read: the others are of ${own || "a cluster without a name"}, and one cluster is judged at a time`,
    );
}

function olderNotes(older: number): string[] {
  if (older === 0) return [];
  return [`${older} older ${older === 1 ? "output is" : "outputs are"} not read: of each agent the newest counts`];
}

function shortenedNotes(byNode: ReadonlyMap<string, Output>): string[] {
  return [...byNode]
    .filter(([, { isShortened }]) => isShortened)
    .map(([node]) => `lines were left out of the output of ${node}: what they said is not known`);
}
