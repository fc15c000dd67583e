import type { Facts } from "../../model/facts.ts";
import type { Finding } from "../../model/report.ts";

/** A finding with the cells of the whole that it claims, by target. */
export interface Part {
  readonly finding: Finding;
  /** Which cluster found it; 0 is this run's own. */
  readonly at: number;
  readonly claims: { readonly host: readonly number[]; readonly endpoint: readonly number[] } | null;
}

/**
 * A node that is down is found by its own cluster, and by every other from the way there: one finding, its own cluster's
 * and in its place, with all paths and what the others saw. Where its own cluster finds no such thing, what the others
 * found stays.
 */
export function foldDown(parts: readonly Part[], clusters: readonly Facts[]): Part[] {
  const whole = new Map<string, Part>();
  for (const part of parts) if (isDown(part) && isOwn(part, clusters)) whole.set(nameOf(part), part);
  for (const part of parts) {
    const main = isDown(part) && !isOwn(part, clusters) ? whole.get(nameOf(part)) : undefined;
    if (main !== undefined) whole.set(nameOf(part), joined(main, part, clusters));
  }
  return parts.flatMap((part) => {
    const main = isDown(part) ? whole.get(nameOf(part)) : undefined;
    if (main === undefined) return [part];
    return isOwn(part, clusters) ? [main] : [];
  });
}

function isDown({ finding }: Part): boolean {
  return finding.id === "node-down" && finding.nodes.length === 1;
}

function nameOf({ finding }: Part): string {
  return finding.nodes[0] ?? "";
}

/** Of the cluster that found it: names of the whole have the cluster's before them, but for this run's own. */
function isOwn(part: Part, clusters: readonly Facts[]): boolean {
  const { at } = part;
  const name = nameOf(part);
  return at === 0 ? !name.includes("/") : name.startsWith(`${clusters[at]?.clusterName ?? ""}/`);
}

function joined(main: Part, other: Part, clusters: readonly Facts[]): Part {
  const from = clusters[other.at]?.clusterName ?? "";
  const seen = other.finding.evidence.map((one) => ({ ...one, text: `from cluster ${from}: ${one.text}` }));
  const both = (target: "host" | "endpoint") => [...(main.claims?.[target] ?? []), ...(other.claims?.[target] ?? [])];
  return {
    ...main,
    finding: {
      ...main.finding,
      pathCount: main.finding.pathCount + other.finding.pathCount,
      evidence: [...main.finding.evidence, ...seen],
    },
    claims: { host: both("host"), endpoint: both("endpoint") },
  };
}
