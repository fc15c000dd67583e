import type { Claim, Rule } from "../rule.ts";
import { inbound, nameOf, type Scene } from "../scene.ts";
import { agentAge, settlingMs, spanText } from "../settings/ages.ts";
import { isMute } from "../settings/silent-agent.ts";
import { minorOf } from "../settings/version.ts";

/**
 * The agent runs, but serves no health view yet. Up to 1.16 the socket opens only after a first sweep over all nodes,
 * 30 s for each silent address (pkg/health/server, cilium/cilium#35465); from 1.17 on it opens at once and says
 * `nodes: null` until the first cycle ends.
 */
export const healthDaemonNotReady: Rule = {
  causes: [
    {
      id: "health-daemon-not-ready",
      // No path is broken by it: what is missing is a view, and the coverage (exit code 3) says so.
      severity: "info",
      title: "an agent serves no health view yet",
      meaning:
        "The agent runs, but its health daemon does not answer, or has finished no probe cycle. Right after a start this is normal: older agents open the health socket only after one sweep over all nodes, which takes 30 seconds for every silent address.",
      apart:
        "agent-down has no running container; with health-checking-disabled no agent of the cluster has the socket.",
      confirm:
        "Run `cilium-health ping` in the agent, and see how long its container has been running: it answers once the first cycle is over.",
      fix: "wait two probe intervals; if it stays so, look for many dead nodes in the list first, then restart the agent",
      docs: "health",
    },
  ],
  find: (scene) => {
    if (scene.settings.healthChecking === false) return [];
    const waiting = scene.nodes.flatMap((_node, at) => (isWaiting(scene, at) ? [at] : []));
    const late = waiting.filter((at) => (agentAge(scene, at) ?? 0) > allowedMs(scene, at));
    const young = waiting.filter((at) => !late.includes(at));
    return [
      ...(young.length === 0 ? [] : [claim(scene, young, false)]),
      ...(late.length === 0 ? [] : [claim(scene, late, true)]),
    ];
  },
};

/** No socket, or a first cycle that is not over; an agent whose own socket is gone as well is another matter. */
function isWaiting(scene: Scene, at: number): boolean {
  const agent = scene.nodes[at]?.agent;
  if (agent == null || agent.pod.state !== "running" || isMute(scene, at)) return false;
  if (agent.health !== null) return !agent.health.hasNodes;
  return agent.failures.some(({ id, message }) => id === "cilium-health-status.json" && /health\.sock/.test(message));
}

/** How long an agent may take: two intervals, and up to 1.16 the 30 s of each address that is silent to the others. */
function allowedMs(scene: Scene, at: number): number {
  const agent = scene.nodes[at]?.agent;
  const minor = minorOf(agent?.status?.version || agent?.pod.imageVersion || "") ?? 16;
  const sweepMs = minor >= 17 ? 0 : 2 * deadNodes(scene) * 30_000;
  return settlingMs(scene) + sweepMs;
}

function deadNodes(scene: Scene): number {
  return scene.nodes.filter((_node, at) => {
    const { unreachable, total } = inbound(scene, at, "host");
    return unreachable > 0 && unreachable * 2 > total;
  }).length;
}

function claim(scene: Scene, waiting: readonly number[], isLate: boolean): Claim {
  const names = waiting.map((at) => nameOf(scene, at));
  const dead = deadNodes(scene);
  return {
    id: "health-daemon-not-ready",
    confidence: "likely",
    title: `${subject(names)} no health view${ageWords(scene, waiting, isLate)}`,
    nodes: names,
    host: [],
    endpoint: [],
    evidence: waiting.slice(0, 5).map((at) => evidence(scene, at)),
    alternatives: isLate || !isAgeKnown(scene, waiting) ? [otherSettings] : [],
    confirm: [
      {
        node: names[0] ?? "",
        argv: ["cilium-health", "ping"],
        expect: isLate ? "still no answer" : "an answer once the first cycle is over",
      },
    ],
    ...(isLate && dead > 0
      ? { fix: `repair or remove the ${dead} unreachable nodes first: they delay the sweep` }
      : {}),
  };
}

function isAgeKnown(scene: Scene, waiting: readonly number[]): boolean {
  return waiting.some((at) => agentAge(scene, at) !== null);
}

function ageWords(scene: Scene, waiting: readonly number[], isLate: boolean): string {
  if (isLate) return " yet, long after the start";
  return isAgeKnown(scene, waiting) ? " yet, shortly after the start" : "";
}

const otherSettings = {
  id: "health-checking-disabled",
  why: "the agent may run with checking off, whatever cilium-config says today: see `cilium-dbg config --all`",
};

function subject(names: readonly string[]): string {
  return names.length === 1 ? `the agent of ${names[0]} has` : `${names.length} agents have`;
}

function evidence(scene: Scene, at: number): Claim["evidence"][number] {
  const agent = scene.nodes[at]?.agent;
  const age = agentAge(scene, at);
  const since = age === null ? "" : `, ${spanText(age)} after its start`;
  const failure = agent?.failures.find((one) => one.id === "cilium-health-status.json");
  const said = agent?.health == null ? (failure?.message ?? "no answer") : "the agent answers without any node";
  return { text: `${said}${since}`, node: nameOf(scene, at), capture: "cilium-health-status.json" };
}
