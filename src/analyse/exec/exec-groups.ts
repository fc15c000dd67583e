import type { ExecGroup, ExecResult } from "../../model/exec.ts";
import { compareNames } from "../summary/coverage.ts";

/** Agents in which the command was run, folded by how it went and what it said: the biggest group first. */
export function execGroups(results: readonly ExecResult[]): readonly ExecGroup[] {
  const groups = new Map<string, ExecResult[]>();
  for (const result of results) {
    if (!wasRun(result)) continue;
    const { state, exitCode, stdout, stderr } = result;
    const key = [state, exitCode, stdout.digest, stderr.digest].join(" ");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [result]);
    else group.push(result);
  }
  return [...groups.values()]
    .flatMap(([first, ...more]) => (first === undefined ? [] : [{ first, nodes: [first, ...more].map(nodeOf) }]))
    .sort((a, b) => b.nodes.length - a.nodes.length || compareNames(a.first.node, b.first.node));
}

/** Whether there is anything of the command itself to show. */
function wasRun({ state, stdout, stderr }: ExecResult): boolean {
  return (state !== "failed" && state !== "unasked") || stdout.length + stderr.length > 0;
}

function nodeOf({ node }: ExecResult): string {
  return node;
}

/** 1 where the command ended otherwise than with 0, else 3 where how it ended is not known, else 0. */
export function execExitCode(results: readonly ExecResult[]): 0 | 1 | 3 {
  if (results.some(({ state, exitCode }) => state === "not-started" || (exitCode ?? 0) !== 0)) return 1;
  return results.length > 0 && results.every(({ state }) => state === "ended") ? 0 : 3;
}
