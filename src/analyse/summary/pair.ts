import type { Facts, NodeFacts } from "../../model/facts.ts";
import { type Target, targets } from "../../model/matrix.ts";
import type { PairReport, PairSetting, PairSide } from "../../model/pair.ts";
import type { Report, ReportNode } from "../../model/report.ts";
import { cellStatus, noPath } from "../../model/status.ts";
import { zoneOf } from "../matrix/scope.ts";

/** Looks closely at two nodes of a report. null when one of the names is no node of it. */
export function analysePair(facts: Facts, report: Report, from: string, to: string): PairReport | null {
  const a = report.nodes.find((node) => node.name === from);
  const b = report.nodes.find((node) => node.name === to);
  if (a === undefined || b === undefined) return null;
  return {
    report,
    a: side(report, a),
    b: side(report, b),
    settings: settingsOf(facts.nodes[a.index], facts.nodes[b.index]),
    findings: report.findings.filter((_finding, at) => claimsPair(report, a, b, at + 1)),
    location: null,
    notes: [],
    exitCode: exitCodeOf(report, a, b),
  };
}

function side({ cells }: Report, node: ReportNode): PairSide {
  return { node, clock: cells.clocks[node.index] ?? 0, reportTime: cells.timestamps[node.index] ?? 0 };
}

/** Broken if a path of the pair is unreachable and not excused; not looked at if none of them could be judged. */
function exitCodeOf({ cells, findings }: Report, a: ReportNode, b: ReportNode): 0 | 1 | 3 {
  const codes = targets.flatMap((target) =>
    [a.index * cells.size + b.index, b.index * cells.size + a.index].map((cell) => {
      const finding = findings[(cells.claims[target][cell] ?? 0) - 1];
      const excused = finding !== undefined && (finding.ignored || finding.severity === "info");
      const status = cellStatus(cells[target][cell] ?? noPath);
      if (status === "unreachable") return excused ? 0 : 1;
      return status === "reachable" || status === "off" || status === null ? 0 : 3;
    }),
  );
  return codes.includes(1) ? 1 : codes.includes(3) ? 3 : 0;
}

function claimsPair({ cells }: Report, a: ReportNode, b: ReportNode, claim: number): boolean {
  const cellsOfPair = [a.index * cells.size + b.index, b.index * cells.size + a.index];
  return targets.some((target: Target) => cellsOfPair.some((cell) => cells.claims[target][cell] === claim));
}

const readSettings: readonly (readonly [string, (node: NodeFacts) => string | number | undefined])[] = [
  ["zone", zoneOf],
  ["node IP", (node) => node.kube?.internalIPs.join(",") ?? node.cilium?.internalIPs.join(",")],
  ["health IP", (node) => node.cilium?.healthIPs.join(",")],
  ["pod CIDR", (node) => node.cilium?.podCIDRs.join(",") || node.kube?.podCIDRs.join(",")],
  ["node ready", (node) => node.kube?.ready],
  ["kernel", (node) => node.kube?.kernelVersion],
  ["OS image", (node) => node.kube?.osImage],
  ["agent pod", (node) => node.agent?.pod.name],
  ["agent state", (node) => node.agent?.pod.reason || node.agent?.pod.state],
  ["agent restarts", (node) => node.agent?.pod.restarts],
  ["Cilium version", (node) => node.agent?.status?.version || node.agent?.pod.imageVersion],
  [
    "routing",
    (node) => [node.agent?.status?.routingMode, node.agent?.status?.tunnelProtocol].filter(Boolean).join("/"),
  ],
  ["host routing", (node) => node.agent?.status?.hostRouting],
  ["encryption", (node) => node.agent?.status?.encryption],
  ["masquerading", (node) => node.agent?.status?.masquerading],
  ["host firewall", (node) => node.agent?.status?.hostFirewall],
  ["health endpoint", (node) => node.agent?.endpoints?.health?.state],
  ["health enforcement", (node) => node.agent?.endpoints?.health?.enforcement],
  ["failing controllers", (node) => node.agent?.status?.failingControllers.map((one) => one.name).join(",")],
];

function settingsOf(a: NodeFacts | undefined, b: NodeFacts | undefined): PairSetting[] {
  return readSettings
    .map(([name, read]) => setting(name, text(a, read), text(b, read)))
    .filter((setting) => setting.a !== "" || setting.b !== "");
}

/** What belongs to a node by nature and differs in every healthy pair. */
const ownToEachNode: ReadonlySet<string> = new Set([
  "zone",
  "node IP",
  "health IP",
  "pod CIDR",
  "agent pod",
  "agent restarts",
]);

function setting(name: string, a: string, b: string): PairSetting {
  return { name, a, b, differs: a !== b && a !== "" && b !== "" && !ownToEachNode.has(name) };
}

function text(node: NodeFacts | undefined, read: (node: NodeFacts) => string | number | undefined): string {
  return node === undefined ? "" : String(read(node) ?? "");
}
