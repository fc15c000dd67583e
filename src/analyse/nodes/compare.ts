import type { Facts, NodeFacts } from "../../model/facts.ts";
import type { HeldAddress, ListCoverage, ListedNode, Listing, NodesReport, Trouble } from "../../model/nodes.ts";
import { troubleKinds } from "../../model/nodes.ts";
import type { Finding, Report, ReportNode } from "../../model/report.ts";
import type { FailOn, IgnoreFlag, Scope, Severity } from "../../model/request.ts";
import { lens } from "../matrix/scope.ts";
import type { Members } from "../scene.ts";
import { isForeign } from "../settings/announced.ts";
import { sharedAddresses } from "../settings/shared-addresses.ts";
import { compareNames, isAskable } from "../summary/coverage.ts";
import { countsAt } from "../summary/verdict.ts";
import { type Held, heldAddresses, type Sources } from "./addresses.ts";
import { agentTroubles } from "./agent-troubles.ts";
import type { Announcement, Found, Subject } from "./found.ts";
import { isAboutLists, rulesBehind } from "./inventory-rules.ts";
import { duplicateAddress, ghost, missing, oldAddress, oldHealthIP } from "./list-troubles.ts";
import { healthLists, type Lists, nodeLists, oddEntries } from "./listings.ts";

export interface CompareOptions {
  readonly scope: Scope;
  readonly failOn: FailOn;
  readonly ignores: readonly IgnoreFlag[];
}

/** Compares every list a node may stand in. What a rule of the catalogue has found is taken from the report. */
export function compareNodes(facts: Facts, report: Report, options: CompareOptions): NodesReport {
  const members: Members = { facts, nodes: facts.nodes };
  const sources = { node: nodeLists(members), health: healthLists(members), odd: oddEntries(members) };
  const looked = lens(options.scope, facts.nodes).nodes;
  const shown = new Set(facts.nodes.filter((_node, at) => looked[at] === 1).map(({ name }) => name));
  const findings = report.findings.filter(
    (finding) => isAboutLists(finding) && (finding.nodes.length === 0 || finding.nodes.some((name) => shown.has(name))),
  );
  const common = {
    members,
    report,
    sources,
    shared: sharedAddresses(members),
    announcesOther: announcements(members),
    names: (nodes: readonly number[]) => namesOf(facts, nodes),
  };
  const settle = settler(findings, options.ignores);
  const nodes = report.nodes.flatMap((node): ListedNode[] => {
    const own = facts.nodes[node.index];
    if (own === undefined || looked[node.index] !== 1) return [];
    const held = heldAddresses(members, sources, node.index);
    const subject: Subject = { ...common, to: node.index, node: own, held };
    return [listedNode(subject, node, troublesOf(subject, settle))];
  });
  const lists = listCoverage(members, sources);
  return { report, lists, nodes, findings, exitCode: exitCodeOf(report, nodes, findings, lists, options.failOn) };
}

function namesOf(facts: Facts, nodes: readonly number[]): string[] {
  return nodes.map((at) => facts.nodes[at]?.name ?? "");
}

function listedNode(subject: Subject, node: ReportNode, troubles: readonly Trouble[]): ListedNode {
  const { node: facts, sources } = subject;
  return {
    node,
    kubernetes: facts.kube === null ? null : { ips: facts.kube.internalIPs },
    ciliumNode: facts.cilium === null ? null : { ips: facts.cilium.internalIPs, healthIPs: facts.cilium.healthIPs },
    nodeLists: listing(subject, sources.node),
    healthLists: listing(subject, sources.health),
    addresses: subject.held.map((held) => heldAddress(subject, held)),
    troubles,
  };
}

function listing({ to, names }: Subject, lists: Lists): Listing {
  const lacking = lists.readers.filter((from) => !lists.has(from, to));
  const read = lists.readers.length;
  return { listed: read - lacking.length, read, missingFrom: names(lacking).sort(compareNames) };
}

function heldAddress({ node, names }: Subject, held: Held): HeldAddress {
  const { ip, target, counts } = held;
  const announced = target === "host" ? node.cilium?.internalIPs : node.cilium?.healthIPs;
  return {
    ip,
    target,
    kubernetes: target === "host" && node.kube?.internalIPs.includes(ip) === true,
    ciliumNode: announced?.includes(ip) === true,
    ...counts,
    heldBy: names([...new Set([...held.nodeLists, ...held.healthLists])]).sort(compareNames),
  };
}

/** Nodes whose CiliumNode has an address that Kubernetes does not have for them. */
function announcements({ nodes }: Members): ReadonlyMap<number, Announcement> {
  const texts = new Map<number, string>();
  let compared = 0;
  nodes.forEach(({ kube, cilium }, at) => {
    if (kube === null || cilium === null) return;
    compared++;
    const other = cilium.internalIPs.filter((ip) => isForeign(ip, kube.internalIPs));
    if (other.length === 0) return;
    texts.set(at, `its CiliumNode announces ${other.join(", ")}, Kubernetes has ${kube.internalIPs.join(", ")}`);
  });
  const isUsual = compared > 2 && texts.size * 2 > compared;
  return new Map([...texts].map(([at, text]) => [at, { text, isUsual }]));
}

type Settle = (found: Found, node: NodeFacts, names: Subject["names"]) => Trouble;

const severityOrder: readonly Severity[] = ["error", "warning", "info"];

function troublesOf(subject: Subject, settle: Settle): Trouble[] {
  const found = [ghost, missing, oldAddress, duplicateAddress, oldHealthIP, agentTroubles].flatMap((find) =>
    find(subject),
  );
  return found
    .map((one) => settle(one, subject.node, subject.names))
    .sort(
      (a, b) =>
        severityOrder.indexOf(a.severity) - severityOrder.indexOf(b.severity) ||
        troubleKinds.indexOf(a.kind) - troubleKinds.indexOf(b.kind),
    );
}

/** The rule's finding decides how bad a trouble is; where the rule is silent, it may still be ignored by the rule's name. */
function settler(findings: readonly Finding[], ignores: readonly IgnoreFlag[]): Settle {
  const nodesOf = findings.map(({ nodes }) => new Set(nodes));
  return ({ kind, otherwise, text, agents }, { name, remote }, names) => {
    const rules = rulesBehind[kind];
    const places = rules.map((id) => findings.findIndex((one, at) => one.id === id && nodesOf[at]?.has(name) === true));
    const place = places.find((at) => at >= 0) ?? null;
    const finding = place === null ? undefined : findings[place];
    const rule = finding?.id ?? (kind === "missing" && remote ? rules[1] : rules[0]) ?? "";
    return {
      kind,
      severity: finding?.severity ?? otherwise,
      rule,
      finding: place,
      ignored: finding?.ignored ?? ignores.some((one) => one.rule === rule && (one.node === null || one.node === name)),
      text,
      agents: names(agents).sort(compareNames),
    };
  };
}

function listCoverage({ facts, nodes }: Members, { node, health }: Sources): ListCoverage {
  return {
    kubernetes: !facts.absent.has("nodes"),
    ciliumNodes: !facts.absent.has("ciliumnodes"),
    agents: nodes.filter((one) => isAskable(facts, one) && one.agentNotDue === "").length,
    nodeLists: namesOf(facts, node.readers).sort(compareNames),
    healthLists: namesOf(facts, health.readers).sort(compareNames),
  };
}

/** 1 when the lists disagree in a way that counts, else 3 when one of them could not be read, else 0. */
function exitCodeOf(
  report: Report,
  nodes: readonly ListedNode[],
  findings: readonly Finding[],
  lists: ListCoverage,
  failOn: FailOn,
): 0 | 1 | 3 {
  const least = failOn === "never" ? -1 : severityOrder.indexOf(failOn);
  const isBad = nodes.some(({ troubles }) =>
    troubles.some(({ severity, ignored }) => !ignored && severityOrder.indexOf(severity) <= least),
  );
  if (isBad || findings.some((finding) => countsAt(finding, failOn))) return 1;
  const { kubernetes, ciliumNodes, agents, nodeLists, healthLists } = lists;
  const isAll = kubernetes && ciliumNodes && nodeLists.length >= agents && healthLists.length >= agents;
  return isAll && agents > 0 && !report.partial ? 0 : 3;
}
