import { zoneOf } from "../analyse/matrix/scope.ts";
import type { NodeFacts } from "../model/facts.ts";
import type { AgentPod } from "../model/kube.ts";

/**
 * One agent of each zone, then the next one of each: where a run ends before all were asked, every zone has been heard.
 * Within a zone as they come.
 */
export function oneZoneAfterTheOther(pods: readonly AgentPod[], nodes: readonly NodeFacts[]): AgentPod[] {
  const zones = new Map(nodes.map((node) => [node.name, zoneOf(node)]));
  const places = new Map<string, number>();
  const placed = pods.map((pod) => {
    const zone = zones.get(pod.node) ?? "";
    const place = places.get(zone) ?? 0;
    places.set(zone, place + 1);
    return { pod, place };
  });
  return placed.sort((a, b) => a.place - b.place).map(({ pod }) => pod);
}

const leastMs = 3_000;
const leastDone = 20;

/** `reading 120 of 1000 agents, about 25s left`; without a forecast until there is something to go by. */
export function progressText(done: number, total: number, elapsedMs: number): string {
  const text = `reading ${done} of ${total} agents`;
  if (done < leastDone || done === total || elapsedMs < leastMs) return text;
  const seconds = Math.ceil(((elapsedMs / done) * (total - done)) / 1000);
  return `${text}, about ${seconds < 90 ? `${seconds}s` : `${Math.round(seconds / 60)}m`} left`;
}
