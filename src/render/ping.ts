import type { PingAgent, PingReport, PingState } from "../model/ping.ts";
import { shown } from "../model/visible-text.ts";
import { columns } from "./columns.ts";
import { apiVersion } from "./document.ts";
import { jsonChunks } from "./json.ts";
import { foldedNames } from "./node-names.ts";
import type { RenderOptions } from "./options.ts";
import { sourceText, versionText } from "./overview.ts";
import { type Theme, theme } from "./theme.ts";
import { age, counted } from "./units.ts";
import { yamlChunks } from "./yaml.ts";

/** More agents than this are folded to those that are not well, unless --all is given. */
const mostRows = 20;
const mostLines = 10;
const widestNames = 100;

export function pingChunks(
  report: PingReport,
  format: "table" | "wide" | "json" | "yaml",
  options: RenderOptions,
): Iterable<string> {
  if (format === "table" || format === "wide") return pingTable(report, format === "wide", options);
  return format === "json" ? jsonChunks(pingDocument(report)) : yamlChunks(pingDocument(report));
}

function pingDocument(report: PingReport): Record<string, unknown> {
  const { generatedAt, takenAt, partial, source, versions, counts, agents, notes } = report;
  const absent = (text: string) => (text === "" ? null : text);
  return {
    apiVersion,
    kind: "Ping",
    generatedAt,
    takenAt: absent(takenAt),
    partial,
    source,
    versions,
    counts,
    agents: agents.map((agent) => ({
      ...agent,
      startedAt: absent(agent.startedAt),
      cycleStartedAt: absent(agent.cycleStartedAt),
    })),
    notes,
  };
}

function* pingTable(report: PingReport, wide: boolean, options: RenderOptions): Generator<string> {
  const look = theme(options);
  const dots = options.ascii ? "..." : "…";
  const agents = [...report.agents].sort((a, b) => Number(isWell(a)) - Number(isWell(b)));
  const troubled = agents.filter((agent) => !isWell(agent)).length;
  const all = options.all || options.noHeaders || agents.length <= mostRows;
  const rows = all ? agents : agents.slice(0, Math.min(troubled, mostRows));
  const fields = fieldsOf(report, wide, look);
  const cells = rows.map((agent) => fields.map((field) => field.cell(agent)));
  if (options.noHeaders) {
    for (const line of columns([], cells)) yield `${line}\n`;
    return;
  }
  yield `${headLine(report)}\n\n`;
  if (rows.length > 0) {
    for (const line of columns(
      fields.map(({ heading }) => heading),
      cells,
    ))
      yield `${line}\n`;
  }
  const hidden = agents.slice(rows.length);
  if (hidden.length > 0) yield `${dots} ${foldedLine(hidden)}\n`;
  yield "\n";
  for (const line of [...verdictLines(report, look), ...reasonLines(report, dots)]) yield `${line}\n`;
}

function isWell(agent: PingAgent): boolean {
  return agent.state === "ok" && agent.fresh !== false;
}

function headLine(report: PingReport): string {
  const { counts, source, versions, partial } = report;
  const answered = counts.ok + counts.stale + counts.unknown + counts["warming-up"];
  const parts = [
    sourceText(source),
    versionText(versions),
    `${answered} of ${counted(counts.agents, "health API")} up${partial ? "   INTERRUPTED, partial" : ""}`,
  ];
  return parts.join("  ");
}

function foldedLine(hidden: readonly PingAgent[]): string {
  const bad = hidden.filter((agent) => !isWell(agent)).length;
  const good = hidden.filter(isWell);
  const ages = good.flatMap(({ reportAgeNs }) => (reportAgeNs === null ? [] : [reportAgeNs]));
  const [least, most] = [
    ages.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    ages.reduce((a, b) => Math.max(a, b), 0),
  ];
  const old = ages.length === 0 ? "" : `, reports ${age(least)} to ${age(most)} old`;
  const parts = [
    ...(bad > 0 ? [`${counted(bad, "more agent")} not well`] : []),
    ...(good.length > 0 ? [`${counted(good.length, "agent")} well${old}`] : []),
  ];
  return `${parts.join(", ")} (--all shows them)`;
}

interface Field {
  readonly heading: string;
  readonly cell: (agent: PingAgent) => string;
}

function fieldsOf(report: PingReport, wide: boolean, look: Theme): Field[] {
  const fields: Field[] = [
    { heading: "NODE", cell: (agent) => shown(agent.node) },
    { heading: "HEALTH API", cell: (agent) => stateCell(agent, look) },
    { heading: "UP", cell: (agent) => (agent.startedAt === "" ? "-" : age(agent.upNs)) },
    { heading: "RESTARTS", cell: (agent) => (agent.pod === "" ? "-" : String(agent.restarts)) },
    { heading: "VERSION", cell: (agent) => shown(agent.version) || "<unknown>" },
    { heading: "INTERVAL", cell: (agent) => age(agent.probeIntervalNs) },
    { heading: "REPORT", cell: (agent) => age(agent.reportAgeNs) },
    { heading: "OLDEST", cell: (agent) => age(agent.oldestProbeNs) },
    { heading: "NEXT", cell: (agent) => (agent.nextCycleNs === null ? "-" : `in ${age(agent.nextCycleNs)}`) },
  ];
  if (!wide) return fields;
  return [
    ...fields,
    { heading: "CYCLE STARTED", cell: (agent) => agent.cycleStartedAt.replace(/\.\d+Z$/, "Z") || "<unknown>" },
    { heading: "UP SINCE", cell: (agent) => shown(agent.startedAt) || "<none>" },
    ...(report.agents.some(({ zone }) => zone !== "")
      ? [{ heading: "ZONE", cell: (agent: PingAgent) => shown(agent.zone) || "-" }]
      : []),
    { heading: "POD", cell: (agent) => shown(agent.pod) || "<none>" },
  ];
}

const words: { readonly [state in PingState]: string } = {
  ok: "up",
  stale: "up, STALE",
  unknown: "up, age unknown",
  "warming-up": "warming up",
  "no-answer": "NO ANSWER",
  down: "NOT RUNNING",
  none: "no agent",
  unasked: "not asked",
};

function stateCell({ state, fresh }: PingAgent, look: Theme): string {
  const bad = state === "no-answer" || state === "down" || state === "none" || state === "stale";
  if (state === "ok" && fresh === false) return look.doubtful("up, not fresh");
  return state === "ok" ? look.good(words.ok) : (bad ? look.bad : look.doubtful)(words[state]);
}

function verdictLines({ counts, agents }: PingReport, look: Theme): string[] {
  const late = agents.filter(({ fresh, state }) => fresh === false && state === "ok").length;
  if (counts.agents === 0) return [look.doubtful("no Cilium agent was found")];
  if (counts.ok === counts.agents && late === 0) {
    const fresh = agents.every((agent) => agent.fresh === true);
    return [
      look.good(
        `every health API is up and its report ${fresh ? "of a cycle that began after the request" : "recent"}`,
      ),
    ];
  }
  return late === 0 ? [] : [look.doubtful(`${counted(late, "report")} of a cycle that began before the request`)];
}

/** Why agents are not well, those for one reason in one line; the first ones in words. */
function reasonLines({ agents, notes }: PingReport, dots: string): string[] {
  const alike = new Map<string, { readonly word: string; readonly message: string; readonly nodes: string[] }>();
  for (const { node, state, message } of agents) {
    if (message === "") continue;
    const known = alike.get(`${state} ${message}`);
    if (known === undefined) alike.set(`${state} ${message}`, { word: reasonWord(state), message, nodes: [node] });
    else known.nodes.push(node);
  }
  const lines = [...alike.values()].map(
    ({ word, message, nodes }) => `${word}: ${foldedNames(nodes, widestNames)}: ${shown(message)}`,
  );
  const named = lines.slice(0, mostLines);
  if (lines.length > mostLines) named.push(`${dots} and ${lines.length - mostLines} more (-o json lists them all)`);
  return [...named, ...notes.map((note) => `note: ${shown(note)}`)];
}

function reasonWord(state: PingState): string {
  switch (state) {
    case "ok":
      return "not fresh";
    case "down":
    case "none":
    case "unasked":
      return "not asked";
    case "no-answer":
      return "no answer";
    case "stale":
    case "unknown":
    case "warming-up":
      return state === "warming-up" ? "warming up" : state;
    default: {
      const never: never = state;
      return never;
    }
  }
}
