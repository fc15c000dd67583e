import type { Report, ReportNode } from "../model/report.ts";
import type { PathCounts } from "../model/status.ts";
import { shown } from "../model/visible-text.ts";
import { columns } from "./columns.ts";
import { tally } from "./document.ts";
import { findingLines } from "./findings.ts";
import type { RenderOptions } from "./options.ts";
import { headLine, pairLines, unheardLines } from "./overview.ts";
import { type Theme, theme } from "./theme.ts";
import { age, counted, latency } from "./units.ts";

/** More nodes than this are folded, unless --all is given. */
const mostRows = 20;

/** The first screen: is Cilium on every node, who reaches whom, on which path, how slow, where to look next. */
export function* statusTable(report: Report, options: RenderOptions, wide: boolean): Generator<string> {
  const look = theme(options);
  const dots = options.ascii ? "..." : "…";
  const { headings, rows, rest } = nodeTable(report, options, wide);
  if (options.noHeaders) {
    for (const line of columns([], rows)) yield `${line}\n`;
    return;
  }
  yield `${headLine(report)}\n\n`;
  for (const line of columns(headings, rows)) yield `${line}\n`;
  if (rest !== "") yield `${dots} ${rest}\n`;
  yield "\n";
  for (const line of [...pairLines(report, look), ...unheardLines(report, dots)]) yield `${line}\n`;
  for (const line of findingLines(report.findings, look, dots)) yield `${line}\n`;
}

export interface NodeTable {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Of the nodes that are folded away, "" where there are none. */
  readonly rest: string;
}

/** The worst node first. Without headings it is read by a program, and folds nothing. */
export function nodeTable(report: Report, options: RenderOptions, wide: boolean): NodeTable {
  const { hub } = report.summary;
  const nodes = [...report.nodes].filter(isShown).sort((a, b) => badness(b, hub) - badness(a, hub));
  const shownNodes = options.all || options.noHeaders ? nodes : folded(nodes, hub);
  const fields = fieldsOf(nodes, wide, theme(options));
  const hidden = nodes.slice(shownNodes.length);
  return {
    headings: fields.map((field) => field.heading),
    rows: shownNodes.map((node) => fields.map((field) => field.cell(node))),
    rest: hidden.length > 0 ? foldedLine(hidden, hub) : "",
  };
}

/** Ghosts that nobody lists and nodes without a due agent say nothing about reachability. */
function isShown(node: ReportNode): boolean {
  return node.known === true || node.agent !== null || node.in.host.total + node.in.endpoint.total > 0;
}

/**
 * Unreachable paths weigh most, then an agent that was not heard, then paths that could not be judged. Where every
 * broken path starts or ends at one node, the others are in no trouble of their own.
 */
function badness(node: ReportNode, hub: string | null): number {
  const count = (side: ReportNode["in"], status: "unreachable" | "unknown" | "stale") =>
    side.host[status] + side.endpoint[status];
  const unheard = node.agent === null || node.agent.state === "ok" || node.agent.state === "not-due" ? 0 : 1;
  const isBystander = hub !== null && hub !== node.name;
  const broken = isBystander ? 0 : count(node.in, "unreachable") + count(node.out, "unreachable");
  const doubtful = count(node.in, "unknown") + count(node.in, "stale");
  return broken * 1e8 + unheard * 1e7 + Math.min(doubtful, 1e6);
}

/** Of a large cluster only the nodes in trouble, and few of them: the rest is one line. */
function folded(nodes: readonly ReportNode[], hub: string | null): readonly ReportNode[] {
  if (nodes.length <= mostRows) return nodes;
  const troubled = nodes.filter((node) => badness(node, hub) > 0).length;
  return nodes.slice(0, Math.min(troubled, mostRows));
}

function foldedLine(hidden: readonly ReportNode[], hub: string | null): string {
  const troubled = hidden.filter((node) => badness(node, hub) > 0).length;
  const fine = hidden.length - troubled;
  const parts = [
    ...(troubled > 0 ? [`${counted(troubled, "more node")} in trouble`] : []),
    ...(fine > 0
      ? [
          `${counted(fine, "node")} with every path reachable${hub === null ? "" : ` but those from or to ${shown(hub)}`}`,
        ]
      : []),
  ];
  return `${parts.join(", ")} (--all shows them)`;
}

interface Field {
  readonly heading: string;
  readonly cell: (node: ReportNode) => string;
}

function fieldsOf(nodes: readonly ReportNode[], wide: boolean, look: Theme): Field[] {
  const narrow: Field[] = [
    { heading: "NODE", cell: (node) => shown(node.name) },
    { heading: "ZONE", cell: (node) => shown(node.zone) || "-" },
    { heading: "IP", cell: (node) => shown(node.ip) || "<none>" },
    { heading: "AGENT", cell: (node) => agentCell(node, look) },
    { heading: "HOST", cell: (node) => pathCell(node, "host", look) },
    { heading: "ENDPOINTS", cell: (node) => pathCell(node, "endpoint", look) },
    { heading: "LATENCY", cell: (node) => latency(node.latency.icmpMedianNs ?? node.latency.httpMedianNs) },
  ];
  const fields = nodes.some((node) => node.zone !== "") ? narrow : narrow.filter((field) => field.heading !== "ZONE");
  return wide ? [...fields, ...wideFields] : fields;
}

const wideFields: readonly Field[] = [
  { heading: "HEALTH IP", cell: (node) => shown(node.healthIP) || "<none>" },
  { heading: "POD CIDR", cell: (node) => shown(node.podCIDRs.join(",")) || "<none>" },
  { heading: "VERSION", cell: (node) => shown(node.agent?.version ?? "") || "<unknown>" },
  { heading: "RESTARTS", cell: (node) => (node.agent === null ? "-" : String(node.agent.restarts)) },
  {
    heading: "EP READY",
    cell: ({ agent }) => (agent?.endpoints == null ? "<unknown>" : `${agent.endpoints.ready}/${agent.endpoints.total}`),
  },
  { heading: "OLDEST PROBE", cell: (node) => age(node.oldestProbeNs) },
];

function agentCell(node: ReportNode, look: Theme): string {
  if (node.agent === null) return node.remote ? "remote" : look.doubtful(node.known === null ? "not heard" : "no node");
  switch (node.agent.state) {
    case "ok":
      return look.good("ok");
    case "failed":
      return look.bad("no answer");
    case "down":
      return look.bad("down");
    case "none":
      return look.bad("none");
    case "warming-up":
      return look.doubtful("warming up");
    case "not-due":
      return "not due";
    default: {
      const never: never = node.agent.state;
      return never;
    }
  }
}

/** `4/4`: the other agents that reach it. Whatever is short of that is said in words; colour only repeats them. */
function pathCell(node: ReportNode, target: "host" | "endpoint", look: Theme): string {
  const inward = node.in[target];
  const outward = node.out[target];
  const { reachable, total } = tally(inward);
  if (total === 0) return inward.off > 0 ? "off" : "-";
  const text = `${reachable}/${total}`;
  return `${text}${flag(inward, look)}${outNote(inward, outward, look)}`;
}

function flag(counts: PathCounts, look: Theme): string {
  if (counts.unreachable > 0) return `  ${look.bad("UNREACHABLE")}`;
  if (counts.unknown > 0) return `  ${look.doubtful("unknown")}`;
  return counts.stale > 0 ? `  ${look.doubtful("stale")}` : "";
}

/** The outgoing figure, where it differs: a node that is reached by all may reach nobody. */
function outNote(inward: PathCounts, outward: PathCounts, look: Theme): string {
  const [into, out] = [tally(inward), tally(outward)];
  if (out.total === 0 || (into.reachable === out.reachable && into.total === out.total)) return "";
  const text = `(out ${out.reachable}/${out.total})`;
  return ` ${outward.unreachable > 0 ? look.bad(text) : text}`;
}
