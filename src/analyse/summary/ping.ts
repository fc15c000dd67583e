import type { Facts, NodeFacts } from "../../model/facts.ts";
import type { AgentPod } from "../../model/kube.ts";
import type { PingAgent, PingReport, PingState } from "../../model/ping.ts";
import type { AgentPulse } from "../../model/pulse.ts";
import type { Scope } from "../../model/request.ts";
import { lens, zoneOf } from "../matrix/scope.ts";
import { isStale, stalenessRule } from "../matrix/staleness.ts";
import { compareNames, isOfThisCluster } from "./coverage.ts";
import { cycleViewOf, periodMs, untilNextMs } from "./cycle.ts";

export interface PingRun {
  readonly scope: Pick<Scope, "nodes" | "zones">;
  /** RFC 3339. */
  readonly generatedAt: string;
  readonly partial: boolean;
  readonly notes: readonly string[];
  /** With --fresh: why an agent's report is of an older cycle, "" where it is fresh, by node; null without. */
  readonly notFresh: ReadonlyMap<string, string> | null;
}

/** What the API and the agents' pulses come to. `facts` are of the API's lists alone: no agent's view is in them. */
export function pingReport(facts: Facts, pulseOf: (node: string) => AgentPulse | null, run: PingRun): PingReport {
  const nodes = agentNodes(facts, run.scope);
  const pulses = nodes.map(({ name }) => pulseOf(name));
  const newest = pulses.reduce((most, pulse) => Math.max(most, newestTime(pulse)), 0);
  const agents = nodes.map((node, at) => pingAgent(node, pulses[at] ?? null, newest, run.notFresh));
  const counts = countsOf(agents);
  const lookedAt = agents.every((agent) => agent.state === "ok" && agent.fresh !== false);
  return {
    generatedAt: run.generatedAt,
    takenAt: timeText(newest),
    source: facts.source,
    partial: run.partial,
    versions: [...new Set(agents.map(({ version }) => version).filter((version) => version !== ""))].sort(compareNames),
    counts,
    agents,
    notes: [...new Set([...facts.absent.values(), ...run.notes])],
    exitCode: agents.length > 0 && lookedAt && !run.partial ? 0 : 3,
  };
}

/** The nodes of this cluster that have an agent, or on which one is due; by name. */
export function agentNodes(facts: Facts, scope: Pick<Scope, "nodes" | "zones">): readonly NodeFacts[] {
  const looked = lens({ ...scope, target: null, protocol: null }, facts.nodes).nodes;
  return facts.nodes
    .filter((node, at) => looked[at] === 1 && isOfThisCluster(facts, node))
    .filter((node) => node.agent !== null || (node.agentNotDue === "" && node.kube !== null))
    .sort((a, b) => compareNames(a.name, b.name));
}

function newestTime(pulse: AgentPulse | null): number {
  if (pulse === null) return 0;
  return Math.max(pulse.clock, pulse.health?.timestamp ?? 0, pulse.probes?.newest ?? 0);
}

function pingAgent(
  node: NodeFacts,
  pulse: AgentPulse | null,
  newest: number,
  notFresh: ReadonlyMap<string, string> | null,
): PingAgent {
  const pod = node.agent?.pod ?? null;
  const version = pulse?.version || (pod?.imageVersion ?? "");
  // Where an agent's clock could not be read, the newest time that any agent spoke of stands for it.
  const clock = pulse?.clock || (pulse?.health == null ? 0 : newest);
  const health = pulse?.health ?? null;
  const state = stateOf(pod, pulse, version, clock);
  const cycle = cycleViewOf(pulse, version);
  const since = (time: number) => (clock > 0 && time > 0 ? Math.round((clock - time) * 1e6) : null);
  const late = notFresh?.get(node.name) ?? "";
  return {
    node: node.name,
    zone: zoneOf(node),
    pod: pod?.name ?? "",
    state,
    message: messageOf(state, pod, pulse) || late,
    version,
    restarts: pod?.restarts ?? 0,
    startedAt: pod?.startedAt ?? "",
    upNs: since(Date.parse(pod?.startedAt ?? "") || 0),
    probeIntervalNs: health?.probeIntervalNs || null,
    cycleStartedAt: timeText(health?.timestamp ?? 0),
    reportAgeNs: since(health?.timestamp ?? 0),
    oldestProbeNs: since(pulse?.probes?.oldest ?? 0),
    nextCycleNs: health === null ? null : Math.round(untilNextMs(periodMs(cycle), clock, health.timestamp) * 1e6),
    fresh: notFresh === null ? null : state === "ok" && late === "",
  };
}

function stateOf(pod: AgentPod | null, pulse: AgentPulse | null, version: string, clock: number): PingState {
  if (pod === null) return "none";
  if (pod.state !== "running") return "down";
  if (pulse === null) return "unasked";
  if (pulse.health === null) return wasInterrupted(pulse) ? "unasked" : "no-answer";
  if (!pulse.health.hasNodes) return "warming-up";
  const { addresses, silent, oldest } = pulse.probes ?? { addresses: 0, silent: 0, oldest: 0 };
  const rule = stalenessRule({ clock, health: pulse.health }, version, addresses, silent);
  if (clock <= 0 || (oldest <= 0 && rule.reportTime <= 0)) return "unknown";
  return isStale(rule, oldest) ? "stale" : "ok";
}

function wasInterrupted({ failures }: AgentPulse): boolean {
  return failures.every(({ reason }) => reason === "aborted");
}

function messageOf(state: PingState, pod: AgentPod | null, pulse: AgentPulse | null): string {
  const said = pulse?.failures.find(({ id }) => id === "cilium-health-status.json")?.message ?? "";
  switch (state) {
    case "ok":
      return "";
    case "stale":
      return "its report is older than two probe intervals: what it says of others is not trusted";
    case "unknown":
      return "the age of its report cannot be told: the report or the agent's clock has no usable time";
    case "warming-up":
      return "it has finished no probe cycle yet";
    case "no-answer":
      return said || "its health API gave no report";
    case "down":
      return `its agent is not running (${pod?.reason || pod?.state || "unknown"})`;
    case "none":
      return "no agent pod";
    case "unasked":
      return "the run ended before it answered";
    default: {
      const never: never = state;
      return never;
    }
  }
}

function countsOf(agents: readonly PingAgent[]): PingReport["counts"] {
  const of = (state: PingState) => agents.filter((agent) => agent.state === state).length;
  return {
    agents: agents.length,
    ok: of("ok"),
    stale: of("stale"),
    unknown: of("unknown"),
    "warming-up": of("warming-up"),
    "no-answer": of("no-answer"),
    down: of("down"),
    none: of("none"),
    unasked: of("unasked"),
  };
}

function timeText(ms: number): string {
  return ms > 0 ? new Date(ms).toISOString() : "";
}
