import type { AgentFacts, Facts } from "../../model/facts.ts";
import type { MatrixRow } from "../../model/matrix.ts";
import { countAddresses } from "../matrix/correlate.ts";
import { fixedCycleMs, isSpread, periodMs, untilNextMs } from "./cycle.ts";

const leastMs = 10_000;
const mostMs = 480_000;
/** An agent publishes a moment after its last probe. */
const slackMs = 2_000;

/**
 * Milliseconds until every agent that answered can have finished another probe cycle, from 10 s to 8 minutes: asking
 * earlier would read the same probes again.
 */
export function nextRoundMs(facts: Facts): number {
  const waits = facts.nodes.flatMap(({ agent }, index) => {
    const row = facts.matrix.rows[index] ?? null;
    return agent === null || row === null ? [] : [untilNextCycleMs(agent, row, facts.matrix.messages)];
  });
  const longest = waits.length === 0 ? fixedCycleMs : waits.reduce((a, b) => Math.max(a, b));
  return Math.min(mostMs, Math.max(leastMs, Math.ceil(longest + slackMs)));
}

/**
 * An agent that is late is not asked all the time: its next chance is a whole cycle later. From 1.18 on the newest probe
 * tells how far the cycle is; 1.17 publishes a cycle when the next one starts.
 */
function untilNextCycleMs(agent: AgentFacts, row: MatrixRow, messages: readonly string[]): number {
  const { probed, timedOut } = countAddresses(row, messages);
  const version = agent.status?.version || agent.pod.imageVersion;
  const view = { health: agent.health, version, addresses: probed, silent: timedOut };
  const newest = isSpread(view) && row.newestProbe > 0 ? row.newestProbe * 1000 : 0;
  return untilNextMs(periodMs(view), agent.clock, newest || (agent.health?.timestamp ?? 0));
}
