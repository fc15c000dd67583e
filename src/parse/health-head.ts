import type { AgentHealth } from "../model/facts.ts";
import { ownText } from "../model/matrix.ts";
import { headCells, headMark } from "../model/pulse.ts";
import { endMark } from "../model/short-forms.ts";
import { type Parsed, wrongText } from "./json.ts";
import { parseGoDuration, parseTime } from "./time.ts";

export function isHealthHead(text: string): boolean {
  return text.startsWith(`${headMark}\t`);
}

/** The head of a health report: one line of cells, a dot a node, the end. Anything else is a failure, never a guess. */
export function parseHealthHead(text: string): Parsed<AgentHealth> {
  const [head = "", dots = "", end = "", ...more] = text.trimEnd().split("\n");
  const [, timestamp = "", localName = "", interval = "", ...others] = head.split("\t");
  const whole = end === endMark && more.length === 0 && /^\.*$/.test(dots);
  if (!whole || others.length > 0 || head.split("\t").length !== 1 + headCells.length) {
    return wrongText("the head of the health report does not add up");
  }
  const probeIntervalNs = interval === "" ? null : parseGoDuration(interval);
  return {
    ok: true,
    value: {
      localName: ownText(localName),
      timestamp: parseTime(timestamp),
      probeIntervalNs,
      hasNodes: dots !== "",
      hasProbeTimes: probeIntervalNs !== null,
    },
  };
}
