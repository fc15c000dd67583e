import type { AgentFacts } from "../../model/facts.ts";
import { minorOf } from "../settings/version.ts";

/** When a probe of one agent is too old to trust. Times in epoch milliseconds. */
export interface StalenessRule {
  readonly now: number;
  /** Milliseconds a probe that carries its own time may be old. */
  readonly probeLimit: number;
  /** Milliseconds the report may be old, for probes without a time of their own. */
  readonly reportLimit: number;
  readonly reportTime: number;
}

const defaultBaseSeconds = 60;
/** Far above what any agent uses (20,000 addresses make 10 minutes): an interval beyond it is a wrong reading. */
const longestIntervalMs = 3_600_000;
const slack = 30_000;

/**
 * From 1.18 on probes carry `lastProbed` and the reply its probe interval: stale is older than two intervals and 30 s.
 * Without them the report's own time counts: 180 s in 1.17, 150 s before, where each black-holed address lengthens the
 * serial cycle by its 30 s timeout (pkg/health/server/prober.go, Cilium 1.8 to 1.16).
 */
export function stalenessRule(
  agent: Pick<AgentFacts, "clock" | "health">,
  version: string,
  probedAddresses: number,
  timedOutAddresses: number,
): StalenessRule {
  const saidMs = (agent.health?.probeIntervalNs ?? 0) / 1e6 || defaultIntervalMs(probedAddresses);
  const intervalMs = Math.min(saidMs, longestIntervalMs);
  const probeLimit = 2 * intervalMs + slack;
  const reportTime = agent.health?.timestamp ?? 0;
  const hasInterval = agent.health?.probeIntervalNs != null || agent.health?.hasProbeTimes === true;
  const legacyLimit = (minorOf(version) ?? 17) >= 17 ? 180_000 : 150_000 + timedOutAddresses * 30_000;
  return { now: agent.clock, probeLimit, reportLimit: hasInterval ? probeLimit : legacyLimit, reportTime };
}

/** Base interval of 60 s times ln(1 + number of probed addresses): connectivity-probe-frequency-ratio 0.5, 1.18 on. */
export function defaultIntervalMs(probedAddresses: number): number {
  return defaultBaseSeconds * 1000 * Math.log(1 + Math.max(1, probedAddresses));
}

/**
 * Whether one probe is stale. `probedAt` is epoch milliseconds, 0 when the probe has no time of its own. A result
 * whose age cannot be told is not trusted either: no time at all, or one that lies far ahead of the agent's clock,
 * as after that clock was set back.
 */
export function isStale(rule: StalenessRule, probedAt: number): boolean {
  const [time, limit] = probedAt > 0 ? [probedAt, rule.probeLimit] : [rule.reportTime, rule.reportLimit];
  return rule.now <= 0 || time <= 0 || Math.abs(rule.now - time) > limit;
}
