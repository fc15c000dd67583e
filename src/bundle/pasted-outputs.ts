import { elision, marks, summaryRow, withoutMargin } from "./pasted-marks.ts";

/** One output of `cilium-health status` or `cilium status` in a text that may hold several. */
export interface PastedOutput {
  /** The node it calls its own, "" when it does not say. */
  readonly node: string;
  /** The cluster it says that node is of; "" without a node, and where the cluster has no name of its own. */
  readonly cluster: string;
  /** How much the form tells: the JSON all, the tree much, the summaries little, a head without rows nothing. */
  readonly worth: number;
  /** What the command said instead of a report, "" where it gave one. */
  readonly failure: string;
  /** When the report was made, epoch milliseconds, 0 when it does not say. */
  readonly time: number;
  /** Lines were left out of it. */
  readonly isShortened: boolean;
  /** Of a summary its rows as they stand, blanks aside; of other forms nothing. */
  readonly rows: readonly string[];
  /** Where it begins and ends in the text, in characters. */
  readonly start: number;
  readonly end: number;
}

/** Nothing shorter that starts with a brace holds `"nodes":` and `"local":`. */
const leastJson = 16;

type Kind = "json" | "summary" | "tree" | "failure";

/**
 * The outputs in a text, in order. What stands before the first head (a prompt, the rest of `cilium status`) and behind
 * a prompt or a fence belongs to none. Each character is looked at by each pattern once, and a text of nothing but heads
 * makes no list of them.
 */
export function pastedOutputs(text: string): PastedOutput[] {
  const found: PastedOutput[] = [];
  let open: { readonly start: number; kind: Kind } | null = null;
  const ended = (end: number) => {
    const output = open === null ? null : outputOf(text, open.start, end, open.kind);
    if (output !== null) found.push(output);
    open = null;
  };
  for (const { index, groups = {} } of text.matchAll(marks)) {
    const { head, json, left, tree, failure } = groups;
    const current: { kind: Kind; start: number } | null = open;
    if (tree !== undefined && current !== null && !isBehindRows(text, current, index)) {
      if (current.kind === "summary") current.kind = "tree";
      continue;
    }
    ended(index);
    if (head !== undefined) open = { start: index, kind: head.startsWith("C") ? "summary" : "tree" };
    else if (json !== undefined || left !== undefined) open = { start: index, kind: "json" };
    else if (tree !== undefined) open = { start: index, kind: "tree" };
    else if (failure !== undefined) open = { start: index, kind: "failure" };
  }
  ended(text.length);
  return found;
}

/** A tree below a summary's head is its --verbose form; below a summary's rows it is another output. */
function isBehindRows(text: string, { kind, start }: { kind: Kind; start: number }, index: number): boolean {
  return kind === "summary" && rowsOf(withoutMargin(text.slice(start, index))).length > 0;
}

function outputOf(text: string, start: number, end: number, kind: Kind): PastedOutput | null {
  if (kind === "json" && end - start < leastJson) return null;
  const part = withoutMargin(text.slice(start, end));
  const failure = kind === "failure" ? (part.split(/\r?\n/, 1)[0] ?? "") : "";
  if (kind === "json" && !(/"nodes"\s*:/.test(part) && /"(?:local|timestamp)"\s*:/.test(part))) return null;
  const rows = kind === "summary" ? rowsOf(part) : [];
  const own = ownName(part, kind);
  const slash = own.lastIndexOf("/");
  return {
    node: own.slice(slash + 1),
    cluster: own.slice(0, Math.max(0, slash)),
    worth: worthOf(part, kind, rows),
    failure,
    time: timeOf(part),
    isShortened: (kind === "summary" || kind === "tree") && elision.test(part),
    rows,
    start,
    end,
  };
}

function worthOf(part: string, kind: Kind, rows: readonly string[]): number {
  if (kind === "json") return 3;
  if (kind === "tree" && /^[ \t]*(?:Host|Endpoint) connectivity/m.test(part)) return 2;
  return rows.length > 0 || part.includes("(localhost)") ? 1 : 0;
}

function rowsOf(part: string): string[] {
  return (part.match(summaryRow) ?? []).map((row) => row.replaceAll(/\s+/g, " ").trim());
}

function ownName(part: string, kind: Kind): string {
  const own = kind === "json" ? /"local"\s*:\s*\{\s*"name"\s*:\s*"([^"\\]+)"/ : /^[ \t]*(\S+) \(localhost\)/m;
  return own.exec(part)?.[1] ?? "";
}

function timeOf(part: string): number {
  const [, probed, made, stamp] =
    /Probe time:[^\S\n]+(\S+)|Cluster health:[^\n(]*\(([^)\n]*)\)|"timestamp"\s*:\s*"([^"\\]+)"/.exec(part) ?? [];
  const said = probed ?? made ?? stamp ?? "";
  return /^\d{4}-\d\d-\d\dT/.test(said) ? Date.parse(said) || 0 : 0;
}
