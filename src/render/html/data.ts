import type { HeatPage, HeatPageNode, HeatPageRow } from "../../model/heat-map.ts";
import { type Target, targets } from "../../model/matrix.ts";
import type { AgentState, Finding, ReportNode } from "../../model/report.ts";
import { ageUnitNs, latencyUnitNs, sixBitStep } from "../../model/six-bit.ts";
import { shown } from "../../model/visible-text.ts";
import { tally } from "../document.ts";
import { headLine, pairLines, unheardLines } from "../overview.ts";
import { theme } from "../theme.ts";
import { rowWriter } from "./row-text.ts";

const noColour = theme({ columns: 80, colorLevel: 0, ascii: false, noHeaders: false, all: false });

/** What the page's script reads; `rows` and `self` are written as they are read. Shown text has no control characters. */
export function pageData(page: HeatPage): Record<string, unknown> {
  const { report } = page;
  const self: SelfCell[] = [];
  return {
    verdict: report.summary.verdict,
    cluster: headLine(report).split("  ")[0] ?? "",
    headline: headLine(report).split("  ").slice(1).join(" · "),
    lines: [...pairLines(report, noColour), ...unheardLines(report, "…")],
    foot: `Written ${report.generatedAt} by kubectl cilium-health; the agents' time was ${report.takenAt || "unknown"}.`,
    noFinding: report.summary.verdict === "healthy" ? "None: every path that was looked at is reachable." : "None.",
    pairs: report.summary.pairs,
    by: page.by,
    targets: page.targets,
    opens: opensOn(page),
    protocols: page.protocols,
    step: sixBitStep,
    latencyUnit: latencyUnitNs,
    ageUnit: ageUnitNs,
    latencyLevels: page.latencyLevels,
    ageLevels: page.ageLevels,
    messages: page.messages.map(shown),
    findings: report.findings.map((finding, at) => publicFinding(finding, page.claimed.has(at))),
    nodes: page.nodes.map(publicNode),
    rows: { [Symbol.iterator]: () => rowTexts(page, self) },
    // Read after `rows`, which finds them.
    self: { [Symbol.iterator]: () => self.values() },
  };
}

/** The path that fails most is looked at first; a healthy cluster's endpoint path says most. */
function opensOn({ report, targets: looked }: HeatPage): Target {
  const { host, endpoint } = report.summary.pairs;
  const wanted = host.unreachable > endpoint.unreachable ? "host" : "endpoint";
  return looked.includes(wanted) ? wanted : (looked[0] ?? wanted);
}

/** Place, target, status, ICMP detail, HTTP detail, claim: an agent's failing probe of its own node. */
type SelfCell = readonly [number, Target, number, number, number, number];

function* rowTexts({ rows }: HeatPage, self: SelfCell[]): Generator<string[]> {
  const writers = Array.from({ length: 9 }, rowWriter);
  self.length = 0;
  let place = 0;
  for (const row of rows) {
    self.push(...selfCells(row, place));
    const planes = [...targets.flatMap((target) => planesOf(row, target)), row.age];
    yield planes.map((plane, at) => writers[at]?.(plane, place) ?? "");
    place++;
  }
}

function planesOf(row: HeatPageRow, target: Target): readonly (Uint8Array | Uint16Array)[] {
  const { status, icmp, http, claims } = row[target];
  return [status, icmp, http, claims];
}

function selfCells(row: HeatPageRow, place: number): SelfCell[] {
  return targets.flatMap((target): SelfCell[] => {
    const [status = 0, icmp = 0, http = 0, claim = 0] = planesOf(row, target).map((plane) => plane[place] ?? 0);
    return status === 0 ? [] : [[place, target, status, icmp, http, claim]];
  });
}

function publicFinding(finding: Finding, claims: boolean): Record<string, unknown> {
  return {
    id: finding.id,
    severity: finding.severity,
    confidence: finding.confidence,
    ignored: finding.ignored,
    title: shown(finding.title),
    because: finding.evidence.map(({ text }) => shown(text)),
    or: finding.alternatives.map(({ id, why }) => `${id}: ${shown(why)}`),
    confirm: finding.confirm.map(({ command, expect }) => ({ command: shown(command), expect: shown(expect) })),
    fix: shown(finding.fix),
    docs: finding.docs,
    claims,
  };
}

function agentWord({ agent, remote, known }: ReportNode): string {
  if (agent !== null) return agentWords[agent.state];
  if (remote) return "remote";
  return known === null ? "not heard" : "no node";
}

function publicNode({ node, heading }: HeatPageNode): Record<string, unknown> {
  const both = (side: ReportNode["in"]) => ({ host: counts(side.host), endpoint: counts(side.endpoint) });
  return {
    name: shown(node.name),
    heading: shown(heading),
    ip: shown(node.ip),
    healthIP: shown(node.healthIP),
    agent: agentWord(node),
    version: shown(node.agent?.version ?? ""),
    in: both(node.in),
    out: both(node.out),
    latencyNs: node.latency.icmpMedianNs ?? node.latency.httpMedianNs,
    oldestNs: node.oldestProbeNs,
  };
}

function counts(side: ReportNode["in"]["host"]): readonly [number, number] {
  const { reachable, total } = tally(side);
  return [reachable, total];
}

const agentWords: { readonly [state in AgentState]: string } = {
  ok: "ok",
  failed: "no answer",
  down: "down",
  none: "none",
  "not-due": "not due",
  "warming-up": "warming up",
};
