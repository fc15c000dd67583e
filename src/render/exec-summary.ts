import type { ExecReport, ExecResult } from "../model/exec.ts";
import { shown } from "../model/visible-text.ts";
import { foldedNames } from "./node-names.ts";

/**
 * What the outputs do not say: where the command ended otherwise than well, which agents could not be asked, and where it
 * may still run. Agents alike share a line. `withCodes`: also those that ended by themselves, with another code than 0.
 */
export function execSummaryLines({ results, notes }: ExecReport, columns: number, withCodes: boolean): string[] {
  const alike = new Map<string, string[]>();
  for (const result of results) {
    const word = wordOf(result, withCodes);
    if (word === "") continue;
    const nodes = alike.get(word);
    if (nodes === undefined) alike.set(word, [result.node]);
    else nodes.push(result.node);
  }
  const width = Math.max(40, columns - 20);
  for (const { node, stdout, stderr, state } of results) {
    if (state === "cut" || !(stdout.cut || stderr.cut)) continue;
    const word = `output cut after ${Math.max(stdout.cut ? stdout.length : 0, stderr.cut ? stderr.length : 0)} bytes (--max-bytes)`;
    alike.set(word, [...(alike.get(word) ?? []), node]);
  }
  const lines = [...alike].map(([word, nodes]) => `${foldedNames(nodes, width)}: ${word}`);
  const running = results.filter(({ mayStillRun }) => mayStillRun).map(({ node }) => node);
  if (running.length > 0) {
    // All of them: somebody has to go there.
    lines.push(
      `may still run on ${foldedNames(running, 0)}: a closed exec connection stops no command in its container`,
    );
  }
  return [...lines, ...notes.map((note) => `note: ${shown(note)}`)];
}

function wordOf({ state, exitCode, message }: ExecResult, withCodes: boolean): string {
  switch (state) {
    case "ended":
      return withCodes && exitCode !== 0 ? `exit code ${exitCode}` : "";
    case "failed":
      return `could not be asked: ${shown(message)}`;
    case "unasked":
      return `not asked: ${shown(message)}`;
    case "not-started":
      return `not started: ${shown(message)}`;
    case "cut":
    case "timed-out":
    case "lost":
    case "interrupted":
      return shown(message);
    default: {
      const never: never = state;
      return never;
    }
  }
}
