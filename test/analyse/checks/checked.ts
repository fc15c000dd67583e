import type { Check } from "../../../src/analyse/check.ts";
import { runChecks } from "../../../src/analyse/check-engine.ts";
import type { Capture, ListCaptureId } from "../../../src/model/capture.ts";
import type { CheckReport } from "../../../src/model/check-report.ts";
import type { Facts } from "../../../src/model/facts.ts";
import type { ComparedLists, ListTables } from "../../../src/model/lists.ts";
import type { FailOn, IgnoreFlag } from "../../../src/model/request.ts";
import { listReducer } from "../../../src/parse/list-tables.ts";
import { reportOf } from "../findings.ts";
import { type MeshOptions, mesh, nameOf } from "../mesh.ts";

const everything = { nodes: [], zones: [], target: null, protocol: null };

export const noLists: ComparedLists = {
  endpoints: "they were not asked for",
  first: "they were not asked for",
  again: null,
};

export interface Around {
  readonly lists?: ComparedLists;
  readonly failOn?: FailOn;
  readonly ignores?: readonly IgnoreFlag[];
  readonly nodes?: readonly string[];
}

/** One check on some facts, with the findings of the same facts. */
export function checkedFacts(check: Check, facts: Facts, around: Around = {}): CheckReport {
  const { lists = noLists, failOn = "warning", ignores = [], nodes = [] } = around;
  return runChecks(facts, reportOf(facts), lists, { scope: { ...everything, nodes }, failOn, ignores }, [check]);
}

/** What a check says of a small mesh, a line each: `worker-2 warning rule-id: text`; ok lines only where they say something. */
export function said(check: Check, options: MeshOptions, around: Around = {}): string[] {
  return sentences(checkedFacts(check, mesh(options), around));
}

export function sentences({ lines }: CheckReport): string[] {
  return lines
    .filter(({ status, text }) => status !== "ok" || text !== "")
    .map(({ nodes, status, id, text }) => `${nodes.join("+") || "cluster"} ${status} ${id}: ${text}`);
}

/** The same text for every node but those named. */
export function texts(
  id: string,
  common: string,
  odd: Readonly<Record<number, string>> = {},
): NonNullable<MeshOptions["confirming"]> {
  return (node) => ({ [id]: odd[node] ?? common });
}

/** Tables of lists by node; a missing node was not read. */
export function tables(id: ListCaptureId, byNode: Readonly<Record<number, unknown>>): ListTables {
  const reducer = listReducer();
  for (const [node, json] of Object.entries(byNode)) {
    const stdout = new TextEncoder().encode(JSON.stringify(json));
    const capture: Capture = {
      node: nameOf(Number(node)),
      pod: "",
      id,
      argv: [],
      outcome: { kind: "ok", stdout, stderr: "" },
    };
    reducer.add(capture);
  }
  return reducer.finish();
}
