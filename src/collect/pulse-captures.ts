import { headCells, headMark } from "../model/pulse.ts";
import { endMark } from "../model/short-forms.ts";
import { baseCaptures, type CaptureSpec } from "./captures.ts";
import { shortCaptures } from "./short-captures.ts";

const health = baseCaptures["cilium-health-status.json"];
const date = baseCaptures["date.txt"];
const status = "cilium-status.json";

/** As a template spells a character: none of them stands in a command line as it is. */
const tab = '{"\\t"}';
const newline = '{"\\n"}';

/** The report without its rows: some hundred bytes, and one byte a node, by which an agent that lists none is known. */
export const headCapture: CaptureSpec = {
  ...health,
  argv: ["cilium-health", "status", "-o", `jsonpath=${headForm()}`],
  json: false,
  tail: endMark,
};

/**
 * Up to 1.16 the agent probes all nodes before it answers, and keeps what it found as its report
 * (pkg/health/server/server.go, FetchStatusResponse); from 1.17 on it would answer with the report it has.
 */
export const probeCapture: CaptureSpec = { ...health, argv: ["cilium-health", "status", "--probe", "-o", "json"] };

/** What `ping` asks of each agent; of many agents the heads alone. */
export function pulseCaptures(inShort: boolean): readonly CaptureSpec[] {
  return [...reportCaptures(inShort), inShort ? shortStatus() : baseCaptures[status]];
}

/** The report, and the agent's clock right after it. */
export function reportCaptures(inShort: boolean): readonly CaptureSpec[] {
  return [inShort ? headCapture : health, date];
}

function shortStatus(): CaptureSpec {
  return shortCaptures.find(({ id }) => id === status) ?? baseCaptures[status];
}

function headForm(): string {
  const cells = headCells.map((cell) => `${tab}{${cell}}`).join("");
  return `${headMark}${cells}${newline}{range .nodes[*]}.{end}${newline}${endMark}`;
}
