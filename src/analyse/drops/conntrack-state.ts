import type { ConntrackEntry, ConntrackState, TrackedSide } from "../../model/conntrack.ts";

/** Of the agent's conntrack clock: each side is noted every 5, and a connection at rest is kept alive every 15 s. */
const silentAfter = 20;

/** What an entry says of its connection. */
export function conntrackState(entry: ConntrackEntry): ConntrackState {
  const { requests, answers, protocol, direction, seenNonSyn, closing } = entry;
  if (direction === "service") return "service";
  const [asked, answered] = [wasSeen(requests), wasSeen(answers)];
  if (asked === null || answered === null || !(asked || answered)) return "unknown";
  if (!answered) return "unanswered";
  if (closing) return "answered";
  if (protocol === "TCP" && requests.last !== null && !seenNonSyn) return "half-open";
  return silence(requests, answers);
}

/** null where the version says neither when nor how much. */
function wasSeen({ packets, flags, last }: TrackedSide): boolean | null {
  if (packets === null && last === null) return null;
  return (packets ?? 0) > 0 || (last ?? 0) > 0 || flags !== 0;
}

function silence(requests: TrackedSide, answers: TrackedSide): ConntrackState {
  if (requests.last === null || answers.last === null) return "answered";
  if (answers.last - requests.last > silentAfter) return "requests-stopped";
  return requests.last - answers.last > silentAfter ? "answers-stopped" : "answered";
}
