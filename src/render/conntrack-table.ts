import type { ConntrackRow, ListRead, NatRow, Tracking, TrackingAgent } from "../model/conntrack.ts";
import { shown } from "../model/visible-text.ts";
import { columns } from "./columns.ts";
import { partyText } from "./drops-party.ts";
import type { RenderOptions } from "./options.ts";
import { type Theme, theme } from "./theme.ts";
import { counted } from "./units.ts";

/** Rows of each of the two tables unless --all is given. */
const mostRows = 12;

/** What the agents' conntrack and NAT lists have of the probes; unless --all is given, what concerns failing pairs. */
export function conntrackLines(tracking: Tracking, options: RenderOptions): string[] {
  const look = theme(options);
  const { entries, nat, unlisted, agents } = tracking;
  return [
    ...connectionLines(entries, options, look),
    ...natLines(nat, options),
    ...(unlisted === 0 ? [] : [`and ${counted(unlisted, "tracked connection")} of too many other kinds to keep apart`]),
    ...unreadLines(agents, look),
    "",
  ];
}

function connectionLines(rows: readonly ConntrackRow[], options: RenderOptions, look: Theme): string[] {
  if (rows.length === 0) return ["Of health probes these agents' conntrack lists have no entry."];
  const [listed, hidden] = chosen(rows, options, (row) => row.failing || isConcern(row));
  const headings = ["TRACKED AT", "FROM", "TO", "PROBE", "", "STATE", "AGE", "ENTRIES", "IDENTITY"];
  const cells = listed.map((row) => connectionCells(row, look));
  return [
    ...columns(options.noHeaders ? [] : headings, cells),
    ...(hidden.length === 0 ? [] : [hiddenText(hidden, listed.length)]),
    ...Object.entries(meanings).flatMap(([state, text]) => (listed.some((row) => row.state === state) ? [text] : [])),
    "",
  ];
}

/** States in which a connection is of no concern. */
const usual: ReadonlySet<ConntrackRow["state"]> = new Set(["answered", "service", "unknown"]);

/** What has expired and was not collected yet tells of the past. */
function isConcern({ state, expiresIn }: ConntrackRow): boolean {
  return !usual.has(state) && expiresIn !== 0;
}

function chosen<T>(
  rows: readonly T[],
  { all }: RenderOptions,
  matters: (row: T) => boolean,
): readonly [readonly T[], readonly T[]] {
  if (all) return [rows, []];
  const listed = rows.filter(matters).slice(0, mostRows);
  const taken = new Set(listed);
  return [listed, rows.filter((row) => !taken.has(row))];
}

function hiddenText(hidden: readonly ConntrackRow[], listed: number): string {
  const entries = hidden.reduce((sum, row) => sum + row.entries, 0);
  const answered = hidden.every(({ state }) => state === "answered") ? ", all answered" : "";
  return `${listed === 0 ? "" : "and "}${counted(entries, "tracked connection")} of ${listed === 0 ? "" : "other "}probes${answered} (--all lists them)`;
}

function connectionCells(row: ConntrackRow, look: Theme): string[] {
  const { node, from, to, protocol, direction, state, age, entries, packets, identity } = row;
  const words = stateWords[state];
  return [
    shown(node),
    partyText(from),
    partyText(to),
    shown(protocol),
    direction,
    isConcern(row) ? look.bad(words) : words,
    age === null ? "-" : String(age),
    packets === null ? String(entries) : `${entries} (${counted(packets, "packet")})`,
    shown(identity) || "-",
  ];
}

const stateWords: { readonly [state in ConntrackRow["state"]]: string } = {
  answered: "answered",
  "half-open": "answer not confirmed",
  unanswered: "no answer",
  "requests-stopped": "requests stopped",
  "answers-stopped": "answers stopped",
  service: "service",
  unknown: "unknown",
};

/** What a state tells of where packets are lost: said once, where it is listed. */
const meanings: Partial<Readonly<Record<ConntrackRow["state"], string>>> = {
  unanswered: "no answer: the request came by here, and nothing came back through here",
  "half-open": "answer not confirmed: the answer left here, and nothing followed it: lost on its way back",
  "requests-stopped": "requests stopped: a connection that was, on which requests come no more: lost on their way here",
  "answers-stopped": "answers stopped: a connection that was, on which answers come no more",
};

function natLines(rows: readonly NatRow[], options: RenderOptions): string[] {
  if (rows.length === 0) return [];
  const [listed, hidden] = chosen(rows, options, ({ failing }) => failing);
  const headings = ["NAT AT", "FROM", "TO", "PROBE", "", "BECOMES", "MADE", "ENTRIES"];
  const more = listed.length === 0 ? "" : "and ";
  const cells = listed.map(({ node, from, to, protocol, direction, translated, toIP, entries, ...row }) => [
    shown(node),
    partyText(from),
    partyText(to),
    shown(protocol),
    direction,
    `${translated} ${shown(toIP)}`,
    row.createdSecondsAgo === null ? "-" : `${row.createdSecondsAgo}s ago`,
    String(entries),
  ]);
  return [
    ...columns(options.noHeaders ? [] : headings, cells),
    ...(hidden.length === 0
      ? []
      : [`${more}${counted(hidden.length, "kind")} of NAT entries of probes (--all lists them)`]),
    "",
  ];
}

/** A list that was not read, or not all of it: of many agents that say the same, one line. */
function unreadLines(agents: readonly TrackingAgent[], look: Theme): string[] {
  const nodes = new Map<string, string[]>();
  const note = (node: string, text: string) => nodes.set(text, [...(nodes.get(text) ?? []), node]);
  for (const { node, conntrack, nat } of agents) {
    for (const [name, list] of [["conntrack", conntrack] as const, ["NAT", nat] as const]) {
      for (const text of notesOf(name, list, look)) note(node, text);
    }
  }
  return [...nodes].map(
    ([text, at]) =>
      `${text}: ${at.length === agents.length && at.length > 1 ? "all these agents" : at.map(shown).join(", ")}`,
  );
}

function notesOf(name: "conntrack" | "NAT", { state, message, unread }: ListRead, look: Theme): string[] {
  const bad = state === "none" ? message : `${look.doubtful(`${name} list`)} ${shown(message)}`;
  return [
    ...(message === "" ? [] : [bad]),
    ...(unread === 0 ? [] : [`${counted(unread, "line")} of the ${name} list could not be read`]),
  ];
}
