import { compareNodes } from "../src/analyse/nodes/compare.ts";
import type { Look } from "../src/commands/look.ts";
import type { NodesReport } from "../src/model/nodes.ts";
import { everything } from "./generated-look.ts";

/** The lists of what was looked at, compared as `nodes` does without a flag. */
export function nodesOf({ facts, report }: Look): NodesReport {
  return compareNodes(facts, report, { scope: everything, failOn: "warning", ignores: [] });
}
