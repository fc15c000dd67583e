import type { ExecOutcome } from "../model/capture.ts";

/** How large replies are, over all rounds of a run. */
export interface ReplySizes {
  heard(outcome: ExecOutcome): void;
  /** Agents that may be asked at once for all their replies under way to find room. */
  lanes(): number;
}

/** Room for replies under way. Rows of 5,000 nodes come in 0.8 MiB each, JSON of 1,000 in 1 MiB: 32 of these have it. */
const roomBytes = 32 * 1024 * 1024;
/** However large replies are: a run must not wait for one agent after the other. */
const leastLanes = 4;
/** What is left of the largest with each further reply: after 30 small ones it is forgotten. */
const remembered = 0.9;

/** The largest of the last replies stands for the next ones: agents of one mesh print about as much as one another. */
export function replySizes(): ReplySizes {
  let largest = 0;
  return {
    heard: (outcome) => {
      largest = Math.max(bytesOf(outcome), largest * remembered);
    },
    lanes: () => Math.max(leastLanes, Math.floor(roomBytes / Math.max(1, largest))),
  };
}

function bytesOf(outcome: ExecOutcome): number {
  if (outcome.kind === "too-big") return outcome.limitBytes;
  return outcome.kind === "ok" || outcome.kind === "exit" ? outcome.stdout.length : 0;
}
