import {
  type DiffReport,
  type DiffSide,
  type FindingName,
  type PathChange,
  type PathChangeKind,
  pathChangeKinds,
  type ValueChange,
} from "../../model/diff.ts";
import type { Facts } from "../../model/facts.ts";
import { targets } from "../../model/matrix.ts";
import type { Finding, Report, ReportNode } from "../../model/report.ts";
import { cellStatus, noPath, type PathStatus } from "../../model/status.ts";

/** A state as it is compared. */
export interface Seen {
  readonly facts: Facts;
  readonly report: Report;
}

/** Two states of one cluster: nodes are the same where they have the same name. */
export function analyseDiff(old: Seen, now: Seen): DiffReport {
  const before = new Map(old.report.nodes.map((node) => [node.name, node]));
  const after = new Map(now.report.nodes.map((node) => [node.name, node]));
  const paths = { [Symbol.iterator]: () => pathChanges(old.report, now.report, before, after) };
  const counts = countChanges(paths);
  const nodes = { new: missingIn(before, after), gone: missingIn(after, before) };
  const both = [...after.values()].flatMap((node): [ReportNode, ReportNode][] => {
    const earlier = before.get(node.name);
    return earlier === undefined ? [] : [[earlier, node]];
  });
  const addresses = both.flatMap(([was, is]) => changesOf(addressesOf(was), addressesOf(is), is.name));
  const settings = [
    ...configChanges(old, now),
    ...both.flatMap(([was, is]) => changesOf(agentOf(was), agentOf(is), is.name)),
  ];
  const findings = {
    new: findingsMissingIn(old.report, now.report),
    gone: findingsMissingIn(now.report, old.report),
  };
  const lists = [nodes.new, nodes.gone, addresses, settings, findings.new, findings.gone];
  const different = pathChangeKinds.some((kind) => counts[kind] > 0) || lists.some((list) => list.length > 0);
  return { old: sideOf(old), new: sideOf(now), different, counts, paths, nodes, addresses, settings, findings };
}

function sideOf({ report }: Seen): DiffSide {
  const { source, takenAt, partial, coverage } = report;
  return { source, takenAt, partial, agents: coverage.agents, answered: coverage.answered };
}

function missingIn(some: ReadonlyMap<string, unknown>, others: ReadonlyMap<string, unknown>): string[] {
  return [...others.keys()].filter((name) => !some.has(name)).sort();
}

/** Paths whose status differs, of nodes in both states, in the order of the new one. */
function* pathChanges(
  old: Report,
  now: Report,
  before: ReadonlyMap<string, ReportNode>,
  after: ReadonlyMap<string, ReportNode>,
): Generator<PathChange> {
  for (const from of after.values()) {
    const wasFrom = before.get(from.name);
    if (wasFrom === undefined) continue;
    for (const to of after.values()) {
      const wasTo = before.get(to.name);
      if (wasTo === undefined) continue;
      for (const target of targets) {
        const was = statusAt(old, wasFrom, wasTo, target);
        const is = statusAt(now, from, to, target);
        if (was === is) continue;
        yield { change: kindOf(was, is), from: from.name, to: to.name, target, was, is };
      }
    }
  }
}

/** A node's path to itself is there only while it fails. */
function statusAt(report: Report, from: ReportNode, to: ReportNode, target: "host" | "endpoint"): PathStatus {
  const code = report.cells[target][from.index * report.cells.size + to.index] ?? noPath;
  return cellStatus(code) ?? (from.index === to.index ? "reachable" : "unasked");
}

function kindOf(was: PathStatus, is: PathStatus): PathChangeKind {
  if (is === "unreachable") return "broke";
  return was === "unreachable" && is === "reachable" ? "healed" : "changed";
}

function countChanges(paths: Iterable<PathChange>): Record<PathChangeKind, number> {
  const counts = { broke: 0, healed: 0, changed: 0 };
  for (const { change } of paths) counts[change]++;
  return counts;
}

function changesOf(was: ReadonlyMap<string, string>, is: ReadonlyMap<string, string>, node: string): ValueChange[] {
  const names = [...new Set([...was.keys(), ...is.keys()])].sort();
  return names.flatMap((name) => {
    const change = { node, name, was: was.get(name) ?? "", is: is.get(name) ?? "" };
    return change.was === change.is ? [] : [change];
  });
}

function addressesOf(node: ReportNode): ReadonlyMap<string, string> {
  return new Map([
    ["ip", node.ip],
    ["health IP", node.healthIP],
    ["pod CIDRs", node.podCIDRs.join(", ")],
  ]);
}

function agentOf(node: ReportNode): ReadonlyMap<string, string> {
  return new Map([
    ["agent", node.agent?.state ?? "none"],
    ["agent version", node.agent?.version ?? ""],
    ["zone", node.zone],
  ]);
}

/** A state without cilium-config says nothing of it, and neither does a value that was masked when it was saved. */
function configChanges(old: Seen, now: Seen): ValueChange[] {
  const told = changesOf(toldOf(old), toldOf(now), "");
  if (old.facts.config === null || now.facts.config === null) return told;
  const masked = ({ was, is }: ValueChange) => was.includes("[redacted]") || is.includes("[redacted]");
  return [...told, ...changesOf(old.facts.config, now.facts.config, "").filter((change) => !masked(change))];
}

/** What the report says of the cluster's Cilium; versions are told node by node. */
function toldOf({ report }: Seen): ReadonlyMap<string, string> {
  const { routingMode, tunnelProtocol, encryption } = report.cilium;
  return new Map([
    ["routing mode", routingMode],
    ["tunnel protocol", tunnelProtocol],
    ["encryption", encryption],
  ]);
}

function findingsMissingIn(some: Report, others: Report): FindingName[] {
  const known = new Set(some.findings.map(keyOf));
  return others.findings.filter((one) => !known.has(keyOf(one))).map(({ id, title, nodes }) => ({ id, title, nodes }));
}

/** The same fault at the same nodes is the same finding, whatever its figures have become. */
function keyOf({ id, nodes }: Finding): string {
  return [id, ...[...nodes].sort()].join("\n");
}
