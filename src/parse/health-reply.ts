import { type HealthReply, parseHealth } from "./health-json.ts";
import { isHealthRows, parseHealthRows } from "./health-rows.ts";
import { isCountsLine, parseHealthCounts } from "./health-text-counts.ts";
import { readSummaryHead } from "./health-text-lines.ts";
import { parseHealthSuccinct } from "./health-text-succinct.ts";
import { parseHealthTree } from "./health-text-tree.ts";
import { parseHealthVerbose } from "./health-text-verbose.ts";
import type { Parsed } from "./json.ts";

/**
 * An agent's health view in any form: JSON or rows, which are asked for, or a text form in which somebody saved it. The
 * text forms have five generations; they are told apart by their heads.
 */
export function parseHealthReply(bytes: Uint8Array): Parsed<HealthReply> {
  if (startsAsRows(bytes)) return parseHealthRows(new TextDecoder().decode(bytes));
  const json = parseHealth(bytes);
  if (json.ok || json.reason !== "not-json") return json;
  const lines = unindented(new TextDecoder().decode(bytes).split(/\r?\n/));
  const read = generationOf(lines);
  if (read === null) return json;
  const value = read(lines);
  return value.nodes?.length === 0 ? noRows(lines) : { ok: true, value };
}

/** Pasted into an issue or a mail, the whole report is often moved to the right: by as much as its head is. */
function unindented(lines: readonly string[]): readonly string[] {
  const head = lines.find((line) => /^\s*(?:Probe time|Cluster health):/.test(line)) ?? "";
  const margin = /^\s*/.exec(head)?.[0] ?? "";
  return margin === "" ? lines : lines.map((line) => (line.startsWith(margin) ? line.slice(margin.length) : line));
}

export function startsAsRows(bytes: Uint8Array): boolean {
  return isHealthRows(new TextDecoder().decode(bytes.subarray(0, 16)));
}

function generationOf(lines: readonly string[]): ((lines: readonly string[]) => HealthReply) | null {
  const hasTree = lines.some((line) => /^\s+(?:Host|Endpoint) connectivity/.test(line));
  if (lines.some((line) => readSummaryHead(line) !== null)) {
    if (hasTree) return parseHealthVerbose;
    return lines.some(isCountsLine) ? parseHealthCounts : parseHealthSuccinct;
  }
  return hasTree || lines.some((line) => /^\s*Probe time:/.test(line)) ? parseHealthTree : null;
}

/** 1.17 to 1.20 print no rows at all where the agent does not know its own name; `0/0` is an agent still warming up. */
function noRows(lines: readonly string[]): Parsed<HealthReply> {
  const head = lines.map(readSummaryHead).find((one) => one !== null);
  if (lines.some((line) => /^\s*Cluster health:\s+0\/0 /.test(line)) && head !== undefined && head !== null) {
    return { ok: true, value: { localName: "", nodes: null, ...head } };
  }
  return { ok: false, reason: "empty", message: "a cilium-health summary without a single node" };
}
