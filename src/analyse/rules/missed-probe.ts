import { fine, type ProbeKind, protocolOf, targetOf } from "../matrix/planes.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import type { Shape } from "../shapes/shapes.ts";

/** A single lost ping that the next round heals (cilium/cilium#31567, #31846). */
export const missedProbe: Rule = {
  causes: [
    {
      id: "missed-probe",
      severity: "info",
      title: "a single ping was lost",
      meaning:
        "One agent missed one answer to its ping, while HTTP to the very same address passed, others ping it and the agent pings others. Single losses happen on healthy networks and are gone in the next round.",
      apart: "A filter on ICMP (icmp-blocked) concerns more than one path in one direction.",
      confirm: "Run `cilium-health status` in the agent again after the next probe interval: the ping passes.",
      fix: "nothing; if it returns for the same pair, look at the load and the packet loss between the two",
      docs: "health",
    },
  ],
  find: (scene) => {
    const lone = scene.shapes.filter((shape) => isLonePing(scene, shape));
    const most = Math.max(1, Math.floor(scene.size * (scene.size - 1) * mostShare));
    return lone.length === 0 || lone.length > most ? [] : [claim(scene, lone)];
  },
};

/** More losses than this share of all paths are no accident. */
const mostShare = 0.02;

function isLonePing(scene: Scene, { kind, probes, cells }: Shape): boolean {
  const [probe] = probes;
  const [cell] = cells;
  if (kind !== "one-way" || probes.length !== 1 || probe === undefined || cell === undefined) return false;
  if (protocolOf(probe) !== "icmp") return false;
  const http: ProbeKind = targetOf(probe) === "host" ? "host-http" : "endpoint-http";
  return scene.planes.primary[http][cell] === fine && hasWitnesses(scene, probe, cell);
}

/** Another agent pings the same node, and this agent pings another. */
function hasWitnesses(scene: Scene, probe: ProbeKind, cell: number): boolean {
  const plane = scene.planes.primary[probe];
  const [from, to] = [Math.floor(cell / scene.size), cell % scene.size];
  let toOthers = false;
  let byOthers = false;
  for (let other = 0; other < scene.size; other++) {
    if (other === from || other === to) continue;
    toOthers ||= plane[from * scene.size + other] === fine;
    byOthers ||= plane[other * scene.size + to] === fine;
  }
  return toOthers && byOthers;
}

function claim(scene: Scene, lone: readonly Shape[]): Claim {
  const cellsOf = (target: "host" | "endpoint") =>
    lone.filter(({ probes }) => probes.every((kind) => targetOf(kind) === target)).flatMap(({ cells }) => cells);
  return {
    id: "missed-probe",
    confidence: "likely",
    title:
      lone.length === 1 ? "a single ping was lost" : `${lone.length} single pings were lost, between as many pairs`,
    nodes: [...new Set(lone.flatMap(({ nodes }) => nodes))].map((at) => nameOf(scene, at)),
    host: cellsOf("host"),
    endpoint: cellsOf("endpoint"),
    evidence: lone.slice(0, 4).map(({ nodes: [from = 0, to = 0], probes }) => ({
      text: `${nameOf(scene, from)} got no answer to its ping of ${nameOf(scene, to)} (${probes.join()}); HTTP to the same address passed`,
      node: nameOf(scene, from),
      capture: "cilium-health-status.json" as const,
    })),
  };
}
