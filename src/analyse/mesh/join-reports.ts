import type { Facts } from "../../model/facts.ts";
import { targets } from "../../model/matrix.ts";
import type { Cells, ClusterCoverage, Coverage, Finding, Report } from "../../model/report.ts";
import type { FailOn, IgnoreFlag, Scope, Severity } from "../../model/request.ts";
import { isUnreachable } from "../../model/status.ts";
import { assemble } from "../analyse.ts";
import { correlate } from "../matrix/correlate.ts";
import { lens } from "../matrix/scope.ts";
import { compareNames } from "../summary/coverage.ts";
import { compareClusters, type Side } from "./compare-clusters.ts";
import { foldDown, type Part } from "./fold-down.ts";
import { joinFacts, jointName } from "./join-facts.ts";

/** A cluster that was looked at by itself, as the run without --remote-context would. */
export interface LookedAt {
  readonly facts: Facts;
  readonly report: Report;
}

/** Another cluster: looked at, or why not. */
export type OtherCluster = SeenCluster | UnseenCluster;

export interface SeenCluster extends LookedAt {
  readonly seen: true;
  readonly context: string;
}

export interface UnseenCluster {
  readonly seen: false;
  readonly context: string;
  readonly problem: string;
  /** Cilium's name of it, "" where it could not be read. */
  readonly cluster: string;
}

export interface JoinOptions {
  readonly scope: Scope;
  readonly failOn: FailOn;
  readonly ignores: readonly IgnoreFlag[];
}

/**
 * One report over several clusters: each path is judged by its own prober's view, both directions from both sides, and
 * claimed by a finding of the cluster it starts in. What the clusters' settings disagree on is found here.
 */
export function joinLooks(own: LookedAt, others: readonly OtherCluster[], options: JoinOptions): LookedAt {
  const named = others.map((other) => refused(other, own.facts, others));
  const seen = named.filter((other) => other.seen);
  const { facts, places } = joinFacts(
    own.facts,
    seen.map((other) => other.facts),
  );
  const cells = correlate(facts, lens(options.scope, facts.nodes));
  const looks = [own, ...seen];
  const parts = looks.flatMap((look, at) =>
    claimedBy(look, own.facts, cells, places[at] ?? [], at).map((part) => ignoredBy(part, options.ignores)),
  );
  const sides = [own, ...others.filter((other) => other.seen)].map((look) => sideOf(look, own.facts));
  const folded = foldDown(
    parts,
    looks.map((look) => look.facts),
  );
  const findings = sortFindings(withComparisons(folded, sides, options.ignores), cells);
  const coverage = joinCoverage(own, named);
  const { cilium, generatedAt } = own.report;
  const partial = looks.some(({ report }) => report.partial);
  const report = assemble({ facts, cells, cilium, coverage, findings }, { ...options, generatedAt, partial });
  const isWhole = options.scope.nodes.length + options.scope.zones.length === 0;
  const isGap = isWhole && report.exitCode === 0 && looks.some((look) => look.report.exitCode === 3);
  return { facts, report: isGap ? incomplete(report) : report };
}

/** What one cluster's own run could not look at, as an agent that a wait was in vain for, is open in the whole too. */
function incomplete(report: Report): Report {
  return { ...report, exitCode: 3, summary: { ...report.summary, verdict: "incomplete" } };
}

/** Why a cluster that was read cannot be joined: its nodes would be taken for another's. */
function refused(other: OtherCluster, own: Facts, all: readonly OtherCluster[]): OtherCluster {
  if (!other.seen) return other;
  const { context, facts } = other;
  const name = facts.clusterName;
  const earlier = all.find((one) => one.seen && one.facts.clusterName === name);
  const problem =
    name === ""
      ? "its Cilium cluster name could not be read, so that its nodes cannot be told from others"
      : name === "default"
        ? "its Cilium cluster name is default: a cluster of that name is no member of a mesh"
        : name === own.clusterName
          ? `its Cilium cluster name is ${name}, as is this cluster's: their nodes cannot be told apart`
          : earlier !== other && earlier !== undefined
            ? `its Cilium cluster name is ${name}, as is that of context ${earlier.context}`
            : "";
  return problem === "" ? other : { seen: false, context, problem, cluster: name };
}

/** One cluster's findings in the names of the whole; one whose paths are all out of sight is left out. */
function claimedBy(look: LookedAt, own: Facts, cells: Cells, places: readonly number[], at: number): Part[] {
  const { facts, report } = look;
  const { size } = report.cells;
  const claims = report.findings.map(() => ({ host: [] as number[], endpoint: [] as number[] }));
  for (const target of targets) {
    report.cells.claims[target].forEach((claim, cell) => {
      if (claim === 0) return;
      const joint = (places[Math.floor(cell / size)] ?? 0) * cells.size + (places[cell % size] ?? 0);
      if (isUnreachable(cells[target][joint])) claims[claim - 1]?.[target].push(joint);
    });
  }
  const names = new Map(facts.nodes.map((node) => [node.name, jointName(node, facts, own)]));
  return report.findings.flatMap((finding, number) => {
    const claimed = claims[number] ?? { host: [], endpoint: [] };
    const pathCount = claimed.host.length + claimed.endpoint.length;
    if (finding.pathCount > 0 && pathCount === 0) return [];
    const spoken = at === 0 ? finding : inNamesOfAll(finding, facts.clusterName, names);
    return [{ finding: { ...spoken, pathCount }, at, claims: claimed }];
  });
}

/** Texts keep the names their own cluster uses; the title says which cluster that is. */
function inNamesOfAll(finding: Finding, cluster: string, names: ReadonlyMap<string, string>): Finding {
  const joint = (name: string | null) => (name === null ? null : (names.get(name) ?? name));
  return {
    ...finding,
    title: `in cluster ${cluster}: ${finding.title}`,
    nodes: finding.nodes.map((name) => names.get(name) ?? name),
    evidence: finding.evidence.map((one) => ({ ...one, node: joint(one.node) })),
    confirm: finding.confirm.map((one) => ({ ...one, node: joint(one.node) })),
  };
}

function sideOf({ facts, report }: LookedAt, own: Facts): Side {
  const cluster = facts.clusterName || "(of an unknown name)";
  return { facts, report, cluster, nodeName: (name) => jointName({ name, remote: false }, facts, own) };
}

/** Each two clusters compared; what the rule has found of the paths between two is given the facts it lacked. */
function withComparisons(parts: readonly Part[], sides: readonly Side[], ignores: readonly IgnoreFlag[]): Part[] {
  const all = [...parts];
  sides.forEach((one, first) => {
    sides.slice(first + 1).forEach((other, second) => {
      const compared = compareClusters(one, other, ignores);
      if (compared === null) return;
      const known = all.findIndex(
        ({ finding, at }) =>
          finding.id === compared.id &&
          ((at === first && isAbout(finding, other)) || (at === first + 1 + second && isAbout(finding, one))),
      );
      const rule = all[known];
      if (rule === undefined) all.push({ finding: compared, at: first, claims: null });
      else all[known] = { ...rule, finding: withFacts(rule.finding, compared) };
    });
  });
  return all;
}

/** The rule names nodes of the other cluster. */
function isAbout({ nodes }: Finding, { facts, nodeName }: Side): boolean {
  const own = new Set(facts.nodes.filter((node) => !node.remote).map((node) => nodeName(node.name)));
  return nodes.some((name) => own.has(name));
}

function withFacts(finding: Finding, { evidence, confidence }: Finding): Finding {
  return { ...finding, confidence, alternatives: [], evidence: [...finding.evidence, ...evidence] };
}

/** `--ignore RULE=NODE` takes the names of the whole, which no cluster's own run knows. */
function ignoredBy(part: Part, ignores: readonly IgnoreFlag[]): Part {
  const { finding } = part;
  const isNamed = ignores.some(
    ({ rule, node }) => rule === finding.id && node !== null && finding.nodes.includes(node),
  );
  return isNamed ? { ...part, finding: { ...finding, ignored: true } } : part;
}

const severityOrder: readonly Severity[] = ["error", "warning", "info"];

/** By severity, number of paths, cluster; claims are numbered anew. */
function sortFindings(parts: readonly Part[], cells: Cells): Finding[] {
  const sorted = parts.toSorted(
    (a, b) =>
      severityOrder.indexOf(a.finding.severity) - severityOrder.indexOf(b.finding.severity) ||
      b.finding.pathCount - a.finding.pathCount ||
      a.at - b.at,
  );
  sorted.forEach(({ claims }, place) => {
    for (const target of targets) for (const cell of claims?.[target] ?? []) cells.claims[target][cell] = place + 1;
  });
  return sorted.map(({ finding }) => finding);
}

/** Counts stay this cluster's own; what was not heard of the others is listed in the names of the whole. */
function joinCoverage({ report: { coverage } }: LookedAt, others: readonly OtherCluster[]): Coverage {
  const far = others.flatMap((other) => {
    if (!other.seen) return [];
    return [{ cluster: other.facts.clusterName, coverage: other.report.coverage }];
  });
  const rename = <T extends { readonly node: string }>(items: readonly T[], cluster: string): T[] =>
    items.map((item) => ({ ...item, node: `${cluster}/${item.node}` }));
  const byNode = (a: { readonly node: string }, b: { readonly node: string }) => compareNames(a.node, b.node);
  return {
    ...coverage,
    failed: [...coverage.failed, ...far.flatMap((one) => rename(one.coverage.failed, one.cluster)).sort(byNode)],
    unasked: [...coverage.unasked, ...far.flatMap((one) => rename(one.coverage.unasked, one.cluster)).sort(byNode)],
    notes: [
      ...coverage.notes,
      ...others.map(clusterNote),
      ...far.flatMap((one) => one.coverage.notes.map((note) => `cluster ${one.cluster}: ${note}`)),
    ],
    clusters: others.map(clusterCoverage),
    counted: countedOf([coverage, ...far.map((one) => one.coverage)]),
  };
}

/** Over all clusters; null where every agent told each probe. */
function countedOf(coverages: readonly Coverage[]): Coverage["counted"] {
  const counted = coverages.flatMap((one) => one.counted ?? []);
  if (counted.length === 0) return null;
  return {
    agents: counted.reduce((sum, one) => sum + one.agents, 0),
    mostAgeNs: counted.reduce((most, one) => Math.max(most, one.mostAgeNs), 0),
  };
}

function clusterNote(other: OtherCluster): string {
  if (!other.seen) return `context ${other.context} could not be looked at: ${other.problem}`;
  const { agents, answered } = other.report.coverage;
  return `cluster ${other.facts.clusterName} (context ${other.context}): ${answered} of ${agents} agents answered`;
}

function clusterCoverage(other: OtherCluster): ClusterCoverage {
  const { context } = other;
  if (!other.seen) return { context, cluster: other.cluster, agents: 0, answered: 0, problem: other.problem };
  const { agents, answered } = other.report.coverage;
  return { context, cluster: other.facts.clusterName, agents, answered, problem: "" };
}
