import type { DropsChoice, DropsReport, WatchedAgent } from "../../model/drops.ts";
import type { Report } from "../../model/report.ts";
import type { DropTally } from "./tally.ts";

export interface Watched {
  readonly seconds: number;
  readonly choice: DropsChoice;
  readonly agents: readonly WatchedAgent[];
  readonly tally: DropTally;
  readonly partial: boolean;
  /** RFC 3339. */
  readonly generatedAt: string;
}

/** What was watched, as a report. `seen` is the first round's, which the exit code follows too. */
export function dropsReport(seen: Report, watched: Watched): DropsReport {
  const { tally, agents, choice, ...rest } = watched;
  return {
    ...rest,
    choice,
    agents,
    source: seen.source,
    rows: tally.rows(),
    packets: tally.packets,
    probePackets: tally.probePackets,
    unlisted: tally.unlisted,
    exitCode: exitCodeOf(seen, watched),
  };
}

/** By the contract: a probe that was dropped is a path that failed; an agent that was not watched, or not understood, was not looked at. */
function exitCodeOf(seen: Report, { tally, agents, choice }: Watched): 0 | 1 | 3 {
  if (seen.exitCode === 1 || tally.probePackets > 0) return 1;
  const unseen = choice.unasked.length > 0 || agents.some(({ state, unread }) => state !== "watched" || unread > 0);
  return seen.exitCode === 3 || unseen ? 3 : 0;
}
