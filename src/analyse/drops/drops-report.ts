import type { Tracking } from "../../model/conntrack.ts";
import type { DropsChoice, DropsReport, WatchedAgent } from "../../model/drops.ts";
import type { Report } from "../../model/report.ts";
import type { DropTally } from "./tally.ts";

export interface Watched {
  readonly seconds: number;
  readonly choice: DropsChoice;
  readonly agents: readonly WatchedAgent[];
  readonly tally: DropTally;
  readonly partial: boolean;
  readonly conntrack: Tracking | null;
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

/**
 * By the contract: a probe that was dropped is a path that failed; an agent that was not watched, or not understood, was
 * not looked at.
 */
function exitCodeOf(seen: Report, { tally, agents, choice, conntrack }: Watched): 0 | 1 | 3 {
  if (seen.exitCode === 1 || tally.probePackets > 0) return 1;
  const watched = agents.every(({ state, unread }) => state === "watched" && unread === 0);
  const unseen = choice.unasked.length > 0 || !watched || !allRead(conntrack);
  return seen.exitCode === 3 || unseen ? 3 : 0;
}

/** A list that is not there has nothing to be read; one that is cut was read as far as is wanted. */
function allRead(tracking: Tracking | null): boolean {
  const lists = (tracking?.agents ?? []).flatMap(({ conntrack, nat }) => [conntrack, nat]);
  return lists.every(({ state, unread }) => state !== "failed" && unread === 0);
}
