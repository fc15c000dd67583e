import type { Coverage, Report, ReportAgent, ReportNode, Tally } from "../model/report.ts";
import type { PathCounts } from "../model/status.ts";
import { type PublicPath, publicPaths } from "./public-paths.ts";

export const apiVersion = "kubectl-cilium-health/v1";

/** The public document of a report; `paths` is read once, as it is written. JSON and YAML print the same object. */
export function reportDocument(report: Report, all: boolean): Record<string, unknown> {
  const { summary } = report;
  return {
    ...documentHead("Report", report),
    cilium: report.cilium,
    coverage: publicCoverage(report.coverage),
    summary: {
      verdict: summary.verdict,
      cause: summary.cause,
      pairs: { host: publicCounts(summary.pairs.host), endpoint: publicCounts(summary.pairs.endpoint) },
    },
    nodes: report.nodes.map(publicNode),
    paths: { [Symbol.iterator]: () => publicPaths(report, all) } satisfies Iterable<PublicPath>,
    findings: report.findings,
    unexplained: { paths: report.unexplained },
  };
}

/** What every document that rests on a report begins with. */
export function documentHead(kind: string, report: Report): Record<string, unknown> {
  const { generatedAt, takenAt, partial, source } = report;
  return { apiVersion, kind, generatedAt, takenAt: takenAt === "" ? null : takenAt, partial, source };
}

/** `counted` is there only where agents counted. */
export function publicCoverage({ counted, ...coverage }: Coverage): Record<string, unknown> {
  return counted === null ? coverage : { ...coverage, counted };
}

function publicCounts(counts: PathCounts): PathCounts {
  const { total, reachable, unreachable, unknown, stale, off, unasked } = counts;
  return { total, reachable, unreachable, unknown, stale, off, unasked };
}

function publicNode(node: ReportNode): Record<string, unknown> {
  return {
    name: node.name,
    cluster: node.cluster,
    known: node.known === true,
    zone: node.zone,
    ip: node.ip,
    healthIP: node.healthIP,
    podCIDRs: node.podCIDRs,
    agent: node.agent === null ? null : publicAgent(node.agent),
    in: { host: tally(node.in.host), endpoint: tally(node.in.endpoint) },
    out: { host: tally(node.out.host), endpoint: tally(node.out.endpoint) },
    latency: node.latency,
    oldestProbeNs: node.oldestProbeNs,
  };
}

function publicAgent(agent: ReportAgent): Record<string, unknown> {
  const { pod, version, state, restarts, endpoints } = agent;
  return { pod, version, state, restarts, endpoints };
}

/** Paths that were or should have been probed: unasked agents and switched-off targets are left out of the total. */
export function tally(counts: PathCounts): Tally {
  return { reachable: counts.reachable, total: counts.total - counts.unasked - counts.off };
}
