import { dropGrowth } from "../analyse/drops/growth.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { type MonitorEnd, monitorDrops } from "../collect/drop-monitor.ts";
import type { DropEvent, WatchedAgent, WatchState } from "../model/drops.ts";
import type { AgentPod } from "../model/kube.ts";
import { type MonitorLine, monitorReader } from "../parse/monitor-lines.ts";

/** One agent while it is watched. */
export interface Monitored {
  readonly pod: AgentPod;
  end: MonitorEnd | null;
  events: number;
  lost: number;
  unread: number;
  /** What the program said last beside events: why it ended, where it ended by itself. */
  notice: string;
}

export function toBeMonitored(pods: readonly AgentPod[]): Monitored[] {
  return pods.map((pod) => ({ pod, end: null, events: 0, lost: 0, unread: 0, notice: "" }));
}

/** Runs every agent's monitor at the same time; each drop is handed on as it comes. Never rejects. */
export async function monitorAll(
  exec: Cluster["exec"],
  agents: readonly Monitored[],
  seconds: number,
  onDrop: (node: string, drop: DropEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    agents.map(async (agent) => {
      const reader = monitorReader();
      const take = (piece: Uint8Array) => {
        for (const line of reader.take(piece)) count(agent, line, onDrop);
      };
      agent.end = await monitorDrops(exec, agent.pod, seconds, take, signal);
    }),
  );
}

function count(agent: Monitored, line: MonitorLine, onDrop: (node: string, drop: DropEvent) => void): void {
  switch (line.kind) {
    case "drop":
      agent.events++;
      onDrop(agent.pod.node, line.drop);
      break;
    case "lost":
      agent.lost += line.events;
      break;
    case "unread":
      agent.unread++;
      break;
    case "notice":
      agent.notice = line.text;
      break;
    default:
      line satisfies never;
  }
}

/** As the report has it; counters that were not read twice have no growth. */
export function watchedAgent(
  { pod, end, events, lost, unread, notice }: Monitored,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string> | null,
): WatchedAgent {
  const [older, newer] = [before.get(pod.node), after?.get(pod.node)];
  const growth = older === undefined || newer === undefined ? null : dropGrowth(older, newer);
  return { node: pod.node, pod: pod.name, ...stateOf(end, notice), events, lost, unread, growth };
}

function stateOf(end: MonitorEnd | null, notice: string): { readonly state: WatchState; readonly message: string } {
  if (end === null || end.kind === "aborted") return { state: "partial", message: "" };
  switch (end.kind) {
    case "watched":
      return { state: "watched", message: "" };
    case "unbounded":
      return { state: "counters-only", message: end.message };
    case "failed":
      return { state: "failed", message: notice === "" ? end.message : `${end.message}: ${notice}` };
    default: {
      const never: never = end;
      return never;
    }
  }
}
