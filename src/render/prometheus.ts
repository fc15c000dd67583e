import { targets } from "../model/matrix.ts";
import type { Report, ReportNode, Verdict } from "../model/report.ts";
import { pathStatuses } from "../model/status.ts";
import { shown } from "../model/visible-text.ts";
import { tally } from "./document.ts";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

interface Family {
  /** Below `cilium_health_`. */
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/**
 * The text format of a textfile collector. Every series is a gauge, and there are at most a dozen a node: no label
 * holds a pair of nodes. What is not known has no sample.
 */
export function* prometheusChunks(report: Report): Generator<string> {
  for (const { name, help, samples } of [...runFamilies(report), ...meshFamilies(report), ...nodeFamilies(report)]) {
    if (samples.length === 0) continue;
    yield `# HELP cilium_health_${name} ${help}\n# TYPE cilium_health_${name} gauge\n`;
    for (const [labels, value] of samples) yield `cilium_health_${name}${labelText(labels)} ${value}\n`;
  }
}

const verdicts: readonly Verdict[] = ["healthy", "unhealthy", "incomplete", "unknown"];

function runFamilies(report: Report): Family[] {
  const { source, cilium, summary, coverage } = report;
  const info = {
    cluster: source.cluster,
    context: source.context,
    versions: cilium.versions.join(","),
    routing_mode: cilium.routingMode,
    tunnel_protocol: cilium.tunnelProtocol,
    encryption: cilium.encryption,
  };
  return [
    one("info", "What was looked at; always 1.", 1, info),
    one("exit_code", "Exit code of the run: 0 healthy, 1 broken, 3 something could not be looked at.", report.exitCode),
    {
      name: "verdict",
      help: "1 for the verdict of the run, 0 for the others.",
      samples: verdicts.map((verdict) => [{ verdict }, verdict === summary.verdict ? 1 : 0]),
    },
    one("partial", "1 when the run was interrupted or hit its deadline.", report.partial ? 1 : 0),
    one("run_timestamp_seconds", "When the run was made, Unix time.", seconds(report.generatedAt)),
    one("taken_timestamp_seconds", "The agents' own time of the answers, Unix time.", seconds(report.takenAt)),
    one("nodes", "Nodes of this cluster.", coverage.nodes),
    one("agents", "Agent pods of this cluster.", coverage.agents),
    one("agents_answered", "Agents of this cluster that gave their health view.", coverage.answered),
    one("newest_probe_age_seconds", "Age of the newest probe.", fromNs(summary.newestProbeNs)),
    one("oldest_probe_age_seconds", "Age of the oldest probe.", fromNs(summary.oldestProbeNs)),
  ];
}

function meshFamilies({ summary, findings, unexplained }: Report): Family[] {
  const counts = new Map<string, number>();
  for (const { id, severity, ignored } of findings) {
    if (!ignored) counts.set(`${id} ${severity}`, (counts.get(`${id} ${severity}`) ?? 0) + 1);
  }
  return [
    one("node_pairs", "Ordered pairs of nodes that are looked at.", summary.totalPairs),
    one("node_pairs_unreachable", "Ordered pairs of nodes with an unreachable path.", summary.unreachablePairs),
    {
      name: "paths",
      help: "Paths between nodes by what is probed and by status.",
      samples: targets.flatMap((target) =>
        pathStatuses.map((status): Sample => [{ target, status }, summary.pairs[target][status]]),
      ),
    },
    one("paths_unexplained", "Unreachable paths that no finding explains.", unexplained),
    {
      name: "findings",
      help: "Findings that are not ignored, by rule.",
      samples: [...counts].map(([key, count]) => {
        const [rule = "", severity = ""] = key.split(" ");
        return [{ rule, severity }, count];
      }),
    },
    one("findings_ignored", "Findings that --ignore sets aside.", findings.filter(({ ignored }) => ignored).length),
  ];
}

function nodeFamilies({ nodes }: Report): Family[] {
  return [
    {
      name: "agent_answered",
      help: "1 when the node's agent gave its health view, 0 when it is due and did not.",
      samples: nodes.flatMap(({ name, agent }): Sample[] =>
        agent === null || agent.state === "not-due" ? [] : [[{ node: name }, agent.state === "ok" ? 1 : 0]],
      ),
    },
    {
      name: "node_paths",
      help: "Paths to (in) and from (out) a node that were or should have been probed.",
      samples: nodes.flatMap((node) => pathSamples(node, (counts) => tally(counts).total)),
    },
    {
      name: "node_paths_unreachable",
      help: "Paths to (in) and from (out) a node that are unreachable.",
      samples: nodes.flatMap((node) => pathSamples(node, (counts) => counts.unreachable)),
    },
    {
      name: "node_latency_seconds",
      help: "Median latency of the others' probes of a node.",
      samples: nodes.flatMap(({ name, latency }) => [
        ...known({ node: name, protocol: "icmp" }, latency.icmpMedianNs),
        ...known({ node: name, protocol: "http" }, latency.httpMedianNs),
      ]),
    },
    {
      name: "node_oldest_probe_age_seconds",
      help: "Age of a node's agent's oldest probe.",
      samples: nodes.flatMap(({ name, oldestProbeNs }) => known({ node: name }, oldestProbeNs)),
    },
  ];
}

function pathSamples(node: ReportNode, value: (counts: ReportNode["in"]["host"]) => number): Sample[] {
  return targets.flatMap((target) =>
    (["in", "out"] as const).map(
      (direction): Sample => [{ node: node.name, target, direction }, value(node[direction][target])],
    ),
  );
}

function one(name: string, help: string, value: number | null, labels: Labels = {}): Family {
  return { name, help, samples: value === null ? [] : [[labels, value]] };
}

function known(labels: Labels, ns: number | null): Sample[] {
  return ns === null ? [] : [[labels, ns / 1e9]];
}

function fromNs(ns: number | null): number | null {
  return ns === null ? null : ns / 1e9;
}

function seconds(time: string): number | null {
  return time === "" ? null : Date.parse(time) / 1000;
}

/** Backslash, quote and newline are escaped; a newline is no longer one, since control characters are made visible. */
function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(
    ([name, value]) => `${name}="${shown(value).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`,
  );
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}
