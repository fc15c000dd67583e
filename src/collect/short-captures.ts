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
  {
    ...baseCaptures["cilium-status.json"],
    argv: ["cilium-dbg", "status", "-o", `jsonpath=${fieldsForm()}`],
    maxBytes: 4 * MiB,
    json: false,
    tail: endMark,
  },
];

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
