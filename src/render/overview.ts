import type { Source } from "../model/facts.ts";
import type { Report } from "../model/report.ts";
import { shown } from "../model/visible-text.ts";
import type { Theme } from "./theme.ts";
import { age, counted } from "./units.ts";

/** Which cluster, which Cilium, how many agents were heard, how old what they say is. */
export function headLine(report: Report): string {
  const { coverage, summary } = report;
  const agents = `${coverage.answered} of ${counted(coverage.agents, "agent")} answered`;
  const ages =
    summary.newestProbeNs === null
      ? ""
      : `, probes ${age(summary.newestProbeNs)} to ${age(summary.oldestProbeNs)} old${ofTheOthers(report)}`;
  const isLive = report.source.kind === "cluster" || report.source.kind === "demo";
  const partial = report.partial ? (isLive ? "   INTERRUPTED, partial" : "   PARTIAL") : "";
  return [sourceText(report.source), versionText(report.cilium.versions), network(report), `${agents}${ages}${partial}`]
    .filter((part) => part !== "")
    .join("  ");
}

/** Agents that counted their probes told no ages, but the most they may be. */
function ofTheOthers({ coverage: { counted: others } }: Report): string {
  return others === null ? "" : `, of ${counted(others.agents, "agent")} at most ${age(others.mostAgeNs)}`;
}

/** Which cluster, by which context, or from which saved state. */
export function sourceText(source: Source): string {
  const context =
    source.context !== "" && source.context !== source.cluster ? ` (context ${shown(source.context)})` : "";
  const name = source.name === "" ? "" : ` from ${source.kind} ${shown(source.name)}`;
  return source.cluster === ""
    ? `cluster${name || " (in-cluster)"}`
    : `cluster ${shown(source.cluster)}${context}${name}`;
}

export function versionText(versions: readonly string[]): string {
  if (versions.length === 0) return "Cilium version unknown";
  return `Cilium ${versions.map(shown).join(", ")}${versions.length > 1 ? " (mixed)" : ""}`;
}

function network({ cilium }: Report): string {
  const mode = shown(cilium.routingMode);
  const route = mode === "tunnel" && cilium.tunnelProtocol !== "" ? `tunnel/${shown(cilium.tunnelProtocol)}` : mode;
  return cilium.encryption === "disabled" || cilium.encryption === "" ? route : `${route} ${shown(cilium.encryption)}`;
}

/** How many pairs are unreachable and on which path, then every status that is neither good nor counted yet. */
export function pairLines(report: Report, look: Theme): string[] {
  const { pairs, unreachablePairs, totalPairs } = report.summary;
  const lines: string[] = [];
  if (unreachablePairs > 0) {
    const text = `${unreachablePairs} of ${counted(totalPairs, "node pair")} unreachable${onlyPath(report)}${around(report)}`;
    lines.push(look.bad(text));
  } else if (report.summary.verdict === "healthy") {
    const off = pairs.endpoint.total > 0 && pairs.endpoint.off === pairs.endpoint.total;
    lines.push(
      look.good(
        `all ${counted(totalPairs, "node pair")} reachable${off ? ", host path only: the endpoint path is off" : ""}`,
      ),
    );
  }
  for (const status of ["unknown", "stale", "unasked", "off"] as const) {
    const [host, endpoint] = [pairs.host[status], pairs.endpoint[status]];
    if (host + endpoint > 0) lines.push(`${status}: ${host} host and ${endpoint} endpoint paths, ${meaning[status]}`);
  }
  return lines;
}

const meaning = {
  unknown: "a probe has no result",
  stale: "the probes are too old to trust",
  unasked: "their agent gave no row",
  off: "checking is switched off for them",
} as const;

function onlyPath({ summary }: Report): string {
  const { host, endpoint } = summary.pairs;
  if (host.unreachable === 0) return ", endpoint path only";
  return endpoint.unreachable === 0 ? ", host path only" : "";
}

function around({ summary }: Report): string {
  if (summary.hub === null || summary.unreachablePairs < 2) return "";
  return `, all of them from or to ${shown(summary.hub)}`;
}

const mostNamed = 10;

/** Agents that gave no row, and what else could not be read. */
export function unheardLines(report: Report, dots: string): string[] {
  const { failed, unasked, notes, agents } = report.coverage;
  const heads = failed.filter((failure) => failure.capture === "cilium-health-status.json");
  const lines = [
    ...unasked.map(({ node, reason }) => `not asked: ${shown(node)}: ${shown(reason)}`),
    ...heads.map(({ node, message }) => `no answer: ${shown(node)}: ${shown(message)}`),
    ...failed
      .filter((one) => !heads.includes(one))
      .map(({ node, capture, message }) => `not read: ${shown(capture)} of ${shown(node)}: ${shown(message)}`),
  ];
  const named = lines.slice(0, mostNamed);
  if (lines.length > mostNamed) named.push(`${dots} and ${lines.length - mostNamed} more (-o json lists them all)`);
  if (agents === 0) named.push("no Cilium agent was found");
  return [...named, ...notes.map((note) => `note: ${shown(note)}`)];
}
