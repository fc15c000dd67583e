import type { AgentFacts, Facts } from "../../model/facts.ts";
import type { MatrixRow } from "../../model/matrix.ts";
import { countAddresses } from "../matrix/correlate.ts";
import { defaultIntervalMs } from "../matrix/staleness.ts";
import { minorOf } from "../settings/version.ts";

const leastMs = 10_000;
const mostMs = 480_000;
/** The fixed cycle before 1.18, and a guess where no agent gave a view. */
const fixedCycleMs = 60_000;
const httpTimeoutMs = 30_000;
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

/** An agent that is late is not asked all the time: its next chance is a whole cycle later. */
function untilNextCycleMs(agent: AgentFacts, row: MatrixRow, messages: readonly string[]): number {
  const { periodMs, startedAt } = cycleOf(agent, row, messages);
  const age = agent.clock - startedAt;
  if (agent.clock <= 0 || startedAt <= 0 || age < 0) return periodMs;
  return periodMs - (age % periodMs);
}

/**
 * From 1.18 on the reply names its interval, in which each address is probed once. 1.17 publishes a cycle of 60 s when
 * the next one starts. Before, a cycle takes its serial timeouts on top (pkg/health/server/prober.go, Cilium 1.8 to
 * 1.18). Epoch milliseconds.
 */
function cycleOf(
  agent: AgentFacts,
  row: MatrixRow,
  messages: readonly string[],
): { readonly periodMs: number; readonly startedAt: number } {
  const { probed, timedOut } = countAddresses(row, messages);
  const reportedAt = agent.health?.timestamp ?? 0;
  if (agent.health?.probeIntervalNs != null || agent.health?.hasProbeTimes === true) {
    const said = (agent.health.probeIntervalNs ?? 0) / 1e6;
    return {
      periodMs: said > 0 ? said : defaultIntervalMs(probed),
      startedAt: row.newestProbe > 0 ? row.newestProbe * 1000 : reportedAt,
    };
  }
  const minor = minorOf(agent.status?.version || agent.pod.imageVersion) ?? 17;
  if (minor >= 17) return { periodMs: fixedCycleMs, startedAt: reportedAt };
  return { periodMs: fixedCycleMs + timedOut * httpTimeoutMs, startedAt: reportedAt };
}
