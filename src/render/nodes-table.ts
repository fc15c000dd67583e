import type { ListedNode, Listing, NodesReport, Trouble, TroubleKind } from "../model/nodes.ts";
import type { Severity } from "../model/request.ts";
import { shown } from "../model/visible-text.ts";
import { columns } from "./columns.ts";
import { findingHead } from "./findings.ts";
import { ours, type RenderOptions } from "./options.ts";
import { headLine, unheardLines } from "./overview.ts";
import { type Theme, theme } from "./theme.ts";
import { counted } from "./units.ts";

/** More nodes than this are folded, unless --all is given. */
const mostRows = 20;
/** Lines on what is wrong; the document has them all. */
const mostLines = 20;

/** One row a node, the troubled ones first; below, what stands out and in whose lists. */
export function* nodesTable(nodes: NodesReport, options: RenderOptions, wide: boolean): Generator<string> {
  const look = theme(options);
  const dots = options.ascii ? "..." : "…";
  const fields = wide ? [...narrowFields(nodes, look), ...wideFields] : narrowFields(nodes, look);
  const sorted = nodes.nodes.toSorted((a, b) => weight(b) - weight(a));
  const rows = options.all || options.noHeaders ? sorted : folded(sorted);
  const cells = rows.map((node) => fields.map(({ cell }) => cell(node)));
  if (options.noHeaders) {
    for (const line of columns([], cells)) yield `${line}\n`;
    return;
  }
  yield `${headLine(nodes.report)}\n\n`;
  const headings = fields.map(({ heading }) => heading);
  for (const line of columns(headings, cells)) yield `${line}\n`;
  if (rows.length < sorted.length) yield `${dots} ${foldedText(sorted.slice(rows.length))} (--all shows them)\n`;
  for (const line of troubleLines(sorted, look, dots)) yield `${line}\n`;
  yield "\n";
  for (const line of [...summaryLines(nodes, look, options), ...unheardLines(nodes.report, dots)]) yield `${line}\n`;
  for (const line of findingHeads(nodes, look)) yield `${line}\n`;
}

interface Field {
  readonly heading: string;
  readonly cell: (node: ListedNode) => string;
}

function narrowFields({ nodes }: NodesReport, look: Theme): Field[] {
  const fields: Field[] = [
    { heading: "NODE", cell: ({ node }) => shown(node.name) },
    { heading: "IP", cell: ({ node }) => shown(node.ip) || "<none>" },
    { heading: "HEALTH IP", cell: ({ node }) => shown(node.healthIP) || "<none>" },
    { heading: "LISTED", cell: ({ nodeLists }) => listingCell(nodeLists) },
    { heading: "PROBED", cell: ({ healthLists }) => listingCell(healthLists) },
    { heading: "STANDING", cell: (node) => standing(node, look) },
  ];
  return nodes.length === 0 ? fields.slice(0, 1) : fields;
}

const wideFields: readonly Field[] = [
  { heading: "KUBERNETES", cell: ({ kubernetes }) => addressCell(kubernetes?.ips) },
  { heading: "CILIUMNODE", cell: ({ ciliumNode }) => addressCell(ciliumNode?.ips) },
  { heading: "POD CIDR", cell: ({ node }) => shown(node.podCIDRs.join(",")) || "<none>" },
  { heading: "AGENT POD", cell: ({ node }) => shown(node.agent?.pod ?? "") || "<none>" },
  { heading: "VERSION", cell: ({ node }) => shown(node.agent?.version ?? "") || "<unknown>" },
  { heading: "RESTARTS", cell: ({ node }) => (node.agent === null ? "-" : String(node.agent.restarts)) },
];

function addressCell(ips: readonly string[] | undefined): string {
  return ips === undefined ? "<none>" : shown(ips.join(",")) || "<no address>";
}

/** In how many of the lists that were read; `-` where none was. */
function listingCell({ listed, read }: Listing): string {
  return read === 0 ? "-" : `${listed}/${read}`;
}

const words: { readonly [kind in TroubleKind]: string } = {
  ghost: "ghost",
  missing: "missing",
  "old-address": "old address",
  "duplicate-address": "duplicate address",
  "old-health-ip": "old health IP",
  "no-health-ip": "no health IP",
  "no-cilium-node": "no CiliumNode",
  "no-agent": "no agent",
  "agent-down": "agent down",
  "agent-not-ready": "agent not ready",
  "no-answer": "no answer",
  "warming-up": "warming up",
  "node-not-ready": "node not ready",
};

/** What counts is in capitals; colour only repeats it. */
function standing({ node, troubles }: ListedNode, look: Theme): string {
  const texts = [...new Map(troubles.map((trouble) => [trouble.kind, word(trouble, look)])).values()];
  if (texts.length > 0) return texts.join(", ");
  if (node.remote && node.agent === null) return "remote cluster";
  return node.agent?.state === "not-due" ? "no agent due" : look.good("ok");
}

function word({ kind, severity, ignored }: Trouble, look: Theme): string {
  const counts = severity !== "info" && !ignored;
  return paintOf(severity, look)(counts ? words[kind].toUpperCase() : `${words[kind]}${ignored ? " (ignored)" : ""}`);
}

function paintOf(severity: Severity, look: Theme): (text: string) => string {
  return severity === "error" ? look.bad : look.doubtful;
}

const weights: { readonly [severity in Severity]: number } = { error: 3, warning: 2, info: 1 };

function weight({ troubles }: ListedNode): number {
  return troubles.reduce((most, { severity, ignored }) => Math.max(most, ignored ? 1 : weights[severity]), 0);
}

function folded(sorted: readonly ListedNode[]): readonly ListedNode[] {
  if (sorted.length <= mostRows) return sorted;
  const troubled = sorted.filter((node) => node.troubles.length > 0).length;
  return sorted.slice(0, Math.min(troubled, mostRows));
}

function foldedText(hidden: readonly ListedNode[]): string {
  const troubled = hidden.filter((node) => node.troubles.length > 0).length;
  const fine = hidden.length - troubled;
  return [
    ...(troubled > 0 ? [`${counted(troubled, "more node")} that ${troubled === 1 ? "stands" : "stand"} out`] : []),
    ...(fine > 0 ? [`${counted(fine, "node")} on which all lists agree`] : []),
  ].join(", ");
}

/** `worker-2   missing from the node list of worker-5  (node-missing-from-view)`, the name on the first line alone. */
function troubleLines(sorted: readonly ListedNode[], look: Theme, dots: string): string[] {
  const rows = sorted.flatMap(({ node, troubles }) =>
    troubles.map((trouble, at) => [
      `  ${at === 0 ? shown(node.name) : ""}`,
      `${shown(trouble.text)}${ruleNote(trouble, look)}`,
    ]),
  );
  if (rows.length === 0) return [];
  const lines = ["", ...columns([], rows.slice(0, mostLines))];
  const more = rows.length - mostLines;
  return more > 0 ? [...lines, `  ${dots} and ${counted(more, "more line")} (-o json has them all)`] : lines;
}

/** A rule is named where it has a finding on this; else what is shown does no harm that a rule would know of. */
function ruleNote({ finding, rule }: Trouble, look: Theme): string {
  return finding === null || rule === "" ? "" : look.faint(`  (${rule})`);
}

function summaryLines({ nodes, lists, report }: NodesReport, look: Theme, options: RenderOptions): string[] {
  const odd = nodes.filter(({ troubles }) => troubles.length > 0).length;
  const bad = nodes.filter((node) => weight(node) > 1).length;
  const all = counted(nodes.length, "node");
  const first =
    bad > 0
      ? look.bad(`${bad} of ${all} ${bad === 1 ? "stands" : "stand"} out in a way that does harm`)
      : odd > 0
        ? `${odd} of ${all} ${odd === 1 ? "stands" : "stand"} out, none in a way that is known to do harm`
        : isComplete(lists)
          ? look.good(`all lists agree on ${all}`)
          : `no list that was read disagrees on ${all}`;
  const { unreachablePairs, totalPairs } = report.summary;
  return [
    first,
    listsLine(lists),
    ...(unreachablePairs === 0
      ? []
      : [`${unreachablePairs} of ${counted(totalPairs, "node pair")} unreachable: see ${ours("status", options)}`]),
  ];
}

function isComplete({ kubernetes, ciliumNodes, agents, nodeLists, healthLists }: NodesReport["lists"]): boolean {
  return kubernetes && ciliumNodes && nodeLists.length >= agents && healthLists.length >= agents;
}

function listsLine({ kubernetes, ciliumNodes, agents, nodeLists, healthLists }: NodesReport["lists"]): string {
  const api = [
    kubernetes ? "Kubernetes nodes" : "no Kubernetes nodes (not readable)",
    ciliumNodes ? "CiliumNodes" : "no CiliumNodes (not readable)",
  ].join(", ");
  return `compared: ${api}, node lists of ${nodeLists.length} and health lists of ${healthLists.length} of ${counted(agents, "agent")}`;
}

const mostFindings = 10;

/** In one line each: `status` and `explain` tell the rest. */
function findingHeads({ findings }: NodesReport, look: Theme): string[] {
  if (findings.length === 0) return [];
  const lines = findings.slice(0, mostFindings).map((finding) => findingHead(finding, look));
  const more = findings.length - mostFindings;
  return ["", ...lines, ...(more > 0 ? [`and ${counted(more, "more finding")} (-o json lists them all)`] : [])];
}
