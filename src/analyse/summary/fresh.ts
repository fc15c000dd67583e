import type { AgentPulse } from "../../model/pulse.ts";
import { minorOf } from "../settings/version.ts";
import { cycleViewOf, isSpread, periodMs, untilNextMs } from "./cycle.ts";

/** From 1.17 on a probe that gets no answer is given up after 10 s (pkg/health/probe, HttpTimeout and ProbeDeadline). */
const probeTimeoutMs = 10_000;
/** An agent publishes a moment after its last probe. */
const slackMs = 2_000;
/** Between two asks of an agent that is late. */
const leastAgainMs = 5_000;
const mostAgainMs = 30_000;

/**
 * Whether everything in an agent's report was found out after a moment of its own clock (epoch milliseconds). Where
 * probes tell their own times, by the oldest of them. Else by the start of the last cycle that has ended: from 1.18 on a
 * report may be of a cycle that still runs, mixed with the one before (pkg/health/server/server.go, runActiveServices).
 */
export function isFresh(pulse: AgentPulse, version: string, since: number): boolean {
  const { health, probes, clock } = pulse;
  if (health === null || !health.hasNodes || since <= 0) return false;
  // Times of reports and probes are cut to the second.
  const from = Math.ceil(since / 1000) * 1000;
  if (probes !== null && probes.oldest > 0) return probes.oldest >= from;
  if (health.timestamp <= 0) return false;
  if (!isSpread({ health })) return health.timestamp >= from;
  const period = periodMs(cycleViewOf(pulse, version));
  const hasEnded = clock >= health.timestamp + period + probeTimeoutMs;
  return (hasEnded ? health.timestamp : health.timestamp - period) >= from;
}

/**
 * Milliseconds from the pulse until the next cycle, which begins after it, can have ended and been published. Up to 1.17
 * a cycle is published when the next one begins.
 */
export function freshInMs(pulse: AgentPulse, version: string): number {
  const view = cycleViewOf(pulse, version);
  const period = periodMs(view);
  const next = untilNextMs(period, pulse.clock, pulse.health?.timestamp ?? 0);
  const told = pulse.probes !== null && pulse.probes.oldest > 0;
  return next + period + slackMs + (isSpread(view) && !told ? probeTimeoutMs : 0);
}

/** Milliseconds until an agent that is late is asked again. */
export function againInMs(pulse: AgentPulse, version: string): number {
  return Math.min(mostAgainMs, Math.max(leastAgainMs, periodMs(cycleViewOf(pulse, version)) / 4));
}

/** Milliseconds after which an agent that had no such cycle is not waited for any more: another whole cycle late. */
export function givenUpAfterMs(pulse: AgentPulse, version: string): number {
  return freshInMs(pulse, version) + periodMs(cycleViewOf(pulse, version)) + mostAgainMs;
}

/** Up to 1.16 `--probe` probes; from 1.17 on it answers with the report the agent has (cilium-health/cmd/status.go). */
export function probesOnDemand(version: string): boolean {
  const minor = minorOf(version);
  return minor !== null && minor <= 16;
}
