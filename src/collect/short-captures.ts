import {
  cellEnd,
  endMark,
  fieldsMark,
  itemEnd,
  nodeCells,
  nodesMark,
  rowCells,
  rowsHead,
  rowsMark,
  sectionEnd,
  statusCells,
  statusLists,
  type TallyTarget,
  tallyMark,
  tallySlowNs,
  tallyStep,
  tallyTargets,
} from "../model/short-forms.ts";
import { baseCaptures, type CaptureSpec } from "./captures.ts";

const MiB = 1024 * 1024;

/** As a template spells a character: none of them stands in a command line as it is. */
const tab = '{"\\t"}';
const newline = '{"\\n"}';

/**
 * What every agent of a large cluster is asked: the same captures as everywhere, in a form that leaves out what is not
 * read. About 160 bytes a node instead of 1,076, and about 1 KiB of status instead of tens or hundreds. Which of the
 * forms a reply came in, it says itself.
 */
export const shortCaptures: readonly CaptureSpec[] = [
  {
    ...baseCaptures["cilium-health-status.json"],
    argv: ["cilium-health", "status", "-o", `jsonpath=${rowsForm()}`],
    json: false,
    tail: endMark,
  },
  baseCaptures["date.txt"],
  statusInFields(),
];

/** Times between which an agent's probes must lie to be counted, RFC 3339 in whole seconds and UTC. */
export interface TallyWindow {
  readonly oldest: string;
  readonly newest: string;
}

/**
 * What most agents of a large cluster are asked: to count the good ones of their probes, and to tell the others. About 4
 * bytes a node. The times are worked out when the command is run: an agent may be asked minutes after the first.
 */
export function tallyCaptures(window: () => TallyWindow): readonly CaptureSpec[] {
  // Of hundreds of agents that are asked within a second, each is asked the same.
  let last: { readonly window: TallyWindow; readonly argv: readonly string[] } | null = null;
  return [
    {
      ...baseCaptures["cilium-health-status.json"],
      get argv() {
        const now = window();
        if (last?.window.oldest === now.oldest && last.window.newest === now.newest) return last.argv;
        last = { window: now, argv: tallyCommand(now) };
        return last.argv;
      },
      json: false,
      tail: endMark,
    },
    statusInFields(),
  ];
}

/** The command line of a tally: the times are all that ever differs in it. */
export function tallyCommand({ oldest, newest }: TallyWindow): readonly string[] {
  return ["cilium-health", "status", "-o", `jsonpath=${tallyForm(oldest, newest)}`];
}

function statusInFields(): CaptureSpec {
  return {
    ...baseCaptures["cilium-status.json"],
    argv: ["cilium-dbg", "status", "-o", `jsonpath=${fieldsForm()}`],
    maxBytes: 4 * MiB,
    json: false,
    tail: endMark,
  };
}

/**
 * An agent's node list with names and addresses alone, for what compares the lists of all agents: about 60 bytes a node
 * instead of 455. An empty list prints nothing, as in the full form, and is asked for in that form then.
 */
export const shortNodeList: CaptureSpec = {
  ...baseCaptures["cilium-node-list.json"],
  argv: ["cilium-dbg", "node", "list", "-o", `jsonpath=${nodesForm()}`],
  json: false,
  tail: endMark,
};

function nodesForm(): string {
  const line = nodeCells.map((cell) => `{${cell}}`).join(tab);
  return `${nodesMark}${newline}{range [*]}${line}${newline}{end}{range [*]}.{end}${newline}${endMark}`;
}

/** One line a node, then one dot a node, by which a line that a failure text has forged or broken is found out. */
function rowsForm(): string {
  const head = rowsHead.map((cell) => `${tab}{${cell}}`).join("");
  const row = rowCells.map((cell) => `{${cell}}`).join(tab);
  return `${rowsMark}${head}${newline}{range .nodes[*]}${row}${newline}{end}{range .nodes[*]}.{end}${newline}${endMark}`;
}

/**
 * One line: how many nodes there are. Then of each target: where both protocols ended alike, where ping failed, where
 * they did not end alike (a dot each), those in rows; what is too old or not yet (a dot each); further addresses (a dot
 * each), which cannot be judged in a filter; slow pings with their latencies. Last, some nodes' latencies.
 *
 * A filter passes over a node without the result it asks for, in `==` as in `!=`: so only what adds up to the number of
 * nodes is complete. A filter cannot join two conditions, so both protocols are compared with one another: alike and
 * ping not failed is both good.
 */
function tallyForm(oldest: string, newest: string): string {
  const head = [oldest, newest, ...rowsHead.map((cell) => `{${cell}}`)].map((cell) => `${tab}${cell}`).join("");
  const sample = [".name", ".host.primary-address.icmp.latency", ".host.primary-address.http.latency"];
  return [
    `${tallyMark}${head}`,
    "{range .nodes[*]}.{end}",
    ...Object.values(tallyTargets).flatMap((target) => targetForm(target, oldest, newest)),
    `{range .nodes[::${tallyStep}]}${cellsForm(sample)}${newline}{end}${endMark}`,
  ].join(newline);
}

function targetForm({ primary, whole, cells }: TallyTarget, oldest: string, newest: string): string[] {
  const where = (condition: string, item: string) => `{range .nodes[?(@${condition})]}${item}{end}`;
  const [icmp, http] = [`${primary}.icmp`, `${primary}.http`];
  const latencies = [".name", `${icmp}.latency`, `${http}.latency`];
  const times = [icmp, http].flatMap((probe) => [
    where(`${probe}.lastProbed<"${oldest}"`, "."),
    where(`${probe}.lastProbed>"${newest}"`, "."),
  ]);
  return [
    where(`${icmp}.status==@${http}.status`, "."),
    where(`${icmp}.status!=""`, "."),
    where(`${icmp}.status!=@${http}.status`, "."),
    where(`${icmp}.status!=@${http}.status`, `${cellsForm([".name", ...cells])}${newline}`) + times.join(""),
    where(`${whole}.secondary-addresses[*].ip`, "."),
    where(`${icmp}.latency>${tallySlowNs}`, `${cellsForm(latencies)}${newline}`),
  ];
}

function cellsForm(cells: readonly string[]): string {
  return cells.map((cell) => `{${cell}}`).join(tab);
}

function fieldsForm(): string {
  const one = Object.values(statusCells)
    .map((cell) => `{${cell}}${spelled(cellEnd)}`)
    .join("");
  const lists = statusLists.map(({ list, cells }) => {
    const item = cells.map((cell) => `{${cell}}${spelled(cellEnd)}`).join("");
    return `{range ${list}}${item}${spelled(itemEnd)}{end}`;
  });
  return [fieldsMark, one, ...lists, endMark].join(spelled(sectionEnd));
}

function spelled(control: string): string {
  return `{"\\x${control.charCodeAt(0).toString(16)}"}`;
}
