import type { AgentHealth } from "../../model/facts.ts";
import type { AgentPulse } from "../../model/pulse.ts";
import { defaultIntervalMs } from "../matrix/staleness.ts";
import { minorOf } from "../settings/version.ts";

/** The fixed cycle before 1.18. */
export const fixedCycleMs = 60_000;
const httpTimeoutMs = 30_000;

/** What decides how long an agent's probe cycle takes. */
export interface CycleView {
  readonly health: AgentHealth | null;
  /** `1.19.3`, "" when unknown. */
  readonly version: string;
  /** Addresses it probes, 0 when unknown, and how many of them swallow what is sent. */
  readonly addresses: number;
  readonly silent: number;
}

/** Whether each probe is told with its own time, spread over the interval: from 1.18 on. */
export function isSpread({ health }: Pick<CycleView, "health">): boolean {
  return health?.probeIntervalNs != null || health?.hasProbeTimes === true;
}

/**
 * Milliseconds of one probe cycle. From 1.18 on the reply names its interval, in which each address is probed once. 1.17
 * takes 60 s. Before, a cycle takes its serial timeouts on top (pkg/health/server/prober.go, Cilium 1.8 to 1.18).
 */
export function periodMs(view: CycleView): number {
  if (isSpread(view)) {
    const said = (view.health?.probeIntervalNs ?? 0) / 1e6;
    return said > 0 ? said : defaultIntervalMs(view.addresses);
  }
  return (minorOf(view.version) ?? 17) >= 17 ? fixedCycleMs : fixedCycleMs + view.silent * httpTimeoutMs;
}

/** Milliseconds until the cycle after the one that runs begins; a whole period where that cannot be told. */
export function untilNextMs(period: number, clock: number, startedAt: number): number {
  const age = clock - startedAt;
  return clock <= 0 || startedAt <= 0 || age < 0 ? period : period - (age % period);
}

/** `version`: the agent's own word, else its image's. */
export function cycleViewOf(pulse: AgentPulse | null, version: string): CycleView {
  const { addresses = 0, silent = 0 } = pulse?.probes ?? {};
  return { health: pulse?.health ?? null, version, addresses, silent };
}
