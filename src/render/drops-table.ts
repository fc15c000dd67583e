import type { DropRow, DropsReport, WatchedAgent } from "../model/drops.ts";
import { shown } from "../model/visible-text.ts";
import { columns } from "./columns.ts";
import { conntrackLines } from "./conntrack-table.ts";
import { partyText } from "./drops-party.ts";
import { ours, type RenderOptions } from "./options.ts";
import { type Theme, theme } from "./theme.ts";
import { counted } from "./units.ts";

/** Kinds of packets listed unless --all is given. */
const mostRows = 20;

/** What was dropped and why; the counters beside it; what was not watched. `wide`: identities and the dropping agents too. */
export function dropsTable(report: DropsReport, options: RenderOptions, wide: boolean): string[] {
  const look = theme(options);
  return [
    headline(report, look),
    ...choiceLines(report, options),
    "",
    ...rowLines(report, options, wide, look),
    ...(report.conntrack === null ? [] : conntrackLines(report.conntrack, options)),
    ...counterLines(report.agents, options),
    ...agentLines(report.agents, look),
    ...closing(report, options),
  ];
}

function headline({ agents, seconds, packets, probePackets, partial }: DropsReport, look: Theme): string {
  const watched = agents.filter(({ state }) => state === "watched" || state === "partial").length;
  const time = partial ? `, interrupted before ${seconds}s were over` : ` for ${seconds}s`;
  const probes = probePackets === 0 ? "" : `, ${look.bad(`${probePackets} of them health probes`)}`;
  return `${counted(watched, "agent")} watched${time}: ${counted(packets, "packet")} dropped${probes}`;
}

function choiceLines({ choice }: DropsReport, options: RenderOptions): string[] {
  const { why, leftOut, unasked } = choice;
  const reason = {
    named: [],
    failing: ["watched are the nodes that unreachable paths start or end at"],
    all: ["no path is unreachable: every agent is watched"],
  };
  return [
    ...reason[why],
    ...(leftOut.length === 0
      ? []
      : [`not watched, too many at once: ${some(leftOut)}; name nodes to watch these: ${ours("drops NODE", options)}`]),
    ...unasked.map(({ node, reason: said }) => `not watched: ${shown(node)}, ${shown(said)}`),
  ];
}

function some(names: readonly string[]): string {
  const most = 5;
  const listed = names.slice(0, most).map(shown).join(", ");
  return names.length > most ? `${listed} and ${names.length - most} more` : listed;
}

function rowLines({ rows, unlisted }: DropsReport, options: RenderOptions, wide: boolean, look: Theme): string[] {
  if (rows.length === 0) return [];
  const folded = options.all ? rows.map((row) => [row]) : foldSources(rows);
  const listed = options.all ? folded : folded.slice(0, mostRows);
  const headings = ["PACKETS", "REASON", "FROM", "TO", "PORT", ""];
  const more = wide ? ["IDENTITY", "DROPPED BY"] : [];
  const cells = listed.map((group) => [...groupCells(group, look), ...(wide ? wideCells(group, options) : [])]);
  const hidden = folded.length - listed.length;
  return [
    ...columns(options.noHeaders ? [] : [...headings, ...more], cells),
    ...(hidden === 0 ? [] : [`and ${counted(hidden, "more kind")} of packets (--all lists them)`]),
    ...(unlisted === 0 ? [] : [`and ${counted(unlisted, "packet")} of too many other kinds to keep apart`]),
    "",
  ];
}

/** Packets of many senders that are alike in everything else: one line; most packets first. */
function foldSources(rows: readonly DropRow[]): DropRow[][] {
  const groups = new Map<string, DropRow[]>();
  for (const row of rows) {
    const { reason, to, protocol, icmpType, port, portOf, identity, probe, from } = row;
    const key = JSON.stringify([reason, to.ip, protocol, icmpType, port, portOf, identity, probe, from.kind]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()].sort((a, b) => packetsOf(b) - packetsOf(a));
}

function packetsOf(group: readonly DropRow[]): number {
  return group.reduce((sum, { count }) => sum + count, 0);
}

function groupCells(group: readonly DropRow[], look: Theme): string[] {
  const [row] = group;
  if (row === undefined) return [];
  return [
    String(packetsOf(group)),
    shown(row.reason) || "(no reason given)",
    sourcesText(group),
    partyText(row.to),
    portText(row),
    row.probe ? look.bad("probe") : "",
  ];
}

function sourcesText(group: readonly DropRow[]): string {
  const names = [...new Set(group.map(({ from }) => partyText(from)))].sort();
  if (names.length < 3) return names.join(", ");
  return `${names.length} ${group[0]?.from.kind === "node" ? "nodes" : "addresses"}`;
}

function wideCells(group: readonly DropRow[], { ascii }: RenderOptions): string[] {
  const { source = "", destination = "" } = group[0]?.identity ?? {};
  const arrow = ascii ? "->" : "→";
  const both = source === "" && destination === "" ? "-" : `${source || "?"} ${arrow} ${destination || "?"}`;
  return [both, some([...new Set(group.flatMap(({ droppedBy }) => droppedBy.map(({ node }) => node)))])];
}

function portText({ protocol, port, portOf, icmpType }: DropRow): string {
  if (icmpType !== "") return `${shown(protocol)} ${shown(icmpType)}`;
  if (port === 0) return shown(protocol) || "-";
  return `${portOf === "source" ? "from " : ""}${port}/${shown(protocol)}`;
}

function counterLines(agents: readonly WatchedAgent[], options: RenderOptions): string[] {
  const rows = agents.flatMap(({ node, growth }) =>
    (growth ?? []).map((one) => [shown(node), shown(one.reason), shown(one.direction), `+${one.packets}`]),
  );
  if (rows.length === 0) return [];
  const headings = options.noHeaders ? [] : ["COUNTED AT", "REASON", "DIRECTION", "PACKETS"];
  return [...columns(headings, rows), ""];
}

function agentLines(agents: readonly WatchedAgent[], look: Theme): string[] {
  return agents.flatMap(({ node, state, message, lost, unread, growth }) => [
    ...(message === "" ? [] : [`${look.doubtful(stateWords[state])} ${shown(node)}: ${shown(message)}`]),
    ...(lost === 0
      ? []
      : [`the agent of ${shown(node)} lost ${counted(lost, "event")}: more was dropped than is listed`]),
    ...(unread === 0 ? [] : [`${counted(unread, "line")} of the monitor on ${shown(node)} could not be read`]),
    ...(growth === null && state === "watched" ? [`the drop counters of ${shown(node)} could not be read twice`] : []),
  ]);
}

const stateWords: { readonly [state in WatchedAgent["state"]]: string } = {
  watched: "watched",
  partial: "watched in part",
  "counters-only": "counters only",
  failed: "not watched",
};

/** Nothing seen is no proof of health: only BPF drops are events, and a filter's drops are none. */
function closing({ packets, agents, partial }: DropsReport, options: RenderOptions): string[] {
  const grew = agents.some(({ growth }) => (growth ?? []).length > 0);
  if (packets > 0 || partial || !agents.some(({ state }) => state === "watched")) return [];
  const seen = grew
    ? "The counters grew, but no event came: see lost events above, or the agents' monitor option is off."
    : "Nothing was dropped by these agents' own programs.";
  return [
    seen,
    "What iptables, the network between the nodes or a full queue loses, Cilium does not see:",
    `${ours("pair A B --locate", options)} tells where on the way it is lost.`,
  ];
}
