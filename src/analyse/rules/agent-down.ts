import type { NodeFacts } from "../../model/facts.ts";
import type { AgentPod } from "../../model/kube.ts";
import { sightings } from "../matrix/sightings.ts";
import type { Claim, Rule } from "../rule.ts";
import { columnCells, type Scene } from "../scene.ts";
import { isWithin, podAge, settlingMs, spanText } from "../settings/ages.ts";
import { isGhost } from "../settings/announced.ts";
import { isComingUp, isCrashLooping } from "../settings/crash-loop.ts";
import { isDown } from "../settings/down.ts";
import { isHungAgent, isMute } from "../settings/silent-agent.ts";

/** The agent container does not run; the kernel still answers ping, port 4240 refuses (cilium/cilium#33697). */
export const agentDown: Rule = {
  causes: [
    {
      id: "agent-down",
      severity: "error",
      title: "an agent is not running",
      meaning:
        "The Cilium agent of the node is not running. Its health responder died with it, so the others see port 4240 refused, while the node itself may be well. One that hangs leaves the port open, which then stays silent, and no command in it ends. Pods there keep their last configuration.",
      apart: "node-down also fails ICMP; health-port-conflict has a running agent and a healthy endpoint path.",
      confirm:
        "`kubectl -n kube-system logs POD -c cilium-agent --previous --tail=50` ends with the reason for the last exit.",
      fix: "read the previous log of the pod; it names what keeps the agent from starting",
      docs: "health",
    },
  ],
  find: (scene) =>
    scene.nodes.flatMap((node, at) => {
      const pod = node.agent?.pod;
      if (pod === undefined || !isOut(scene, node, at, pod) || isDown(scene, at) || isGhost(scene, node)) return [];
      return [claim(scene, node, at, pod)];
    }),
};

/** Not running, or running for a moment between two crashes: then others still see the last one. */
function isOut(scene: Scene, { agent }: NodeFacts, at: number, pod: AgentPod): boolean {
  if (pod.state !== "running" || isMute(scene, at)) return true;
  return (
    isCrashLooping(pod) &&
    isWithin(podUptime(agent?.clock ?? 0, pod), settlingMs(scene)) &&
    sightings(scene, at).refused > 0
  );
}

function podUptime(clock: number, pod: AgentPod): number | null {
  const started = Date.parse(pod.startedAt);
  return clock > 0 && started > 0 ? clock - started : null;
}

/** A pod that was created moments ago and is on its way up, as in every roll-out, is no failure yet. */
function isRollingOut(scene: Scene, at: number, pod: AgentPod): boolean {
  return isComingUp(pod) && isWithin(podAge(scene, at), settlingMs(scene));
}

function claim(scene: Scene, node: NodeFacts, at: number, pod: AgentPod): Claim {
  const hangs = isHungAgent(scene, at);
  const silent = pod.state === "running" && isMute(scene, at);
  const reason = silent ? "nothing in it answers" : pod.reason || (pod.state === "running" ? "crash loop" : pod.state);
  const isStarting = isRollingOut(scene, at, pod);
  const column = columnCells(scene, at);
  return {
    id: "agent-down",
    ...(isStarting ? { severity: "info" as const } : {}),
    confidence: silent ? "likely" : "confirmed",
    title: isStarting
      ? `the Cilium agent of ${node.name} is being started (${reason})`
      : `the Cilium agent of ${node.name} ${hangs ? "hangs" : "is not running"} (${reason})`,
    nodes: [node.name],
    host: column,
    endpoint: column,
    evidence: [...evidence(scene, node, at, pod, reason), ...(hangs ? hungEvidence(scene, node, at) : [])],
    confirm: [
      hangs
        ? pods(pod, "READY 0/1: the kubelet gets no answer either")
        : isStarting
          ? pods(pod, "READY 1/1")
          : log(pod),
    ],
    ...(isStarting ? { fix: "wait for the pod to become ready" } : hangs ? { fix: fixOfHung } : {}),
  };
}

const fixOfHung = "take a bundle with the agent's log, then restart the agent: delete its pod";

function evidence(scene: Scene, node: NodeFacts, at: number, pod: AgentPod, reason: string): Claim["evidence"] {
  const seen = sightings(scene, at);
  const gone = seen.refused + seen.dead;
  const age = podAge(scene, at);
  const ran = pod.previousRun;
  return [
    {
      text: `pod ${pod.name} is ${pod.state === "running" ? "called running" : reason}, ${pod.restarts} restarts${age === null ? "" : `, created ${spanText(age)} ago`}`,
      node: node.name,
    },
    ...(ran === undefined || ran.reason === ""
      ? []
      : [{ text: `its previous run ended ${ran.finishedAt || "at an unknown time"}: ${ran.reason}`, node: node.name }]),
    ...askedInVain(node),
    ...(seen.judged === 0
      ? []
      : [{ text: `${gone} of ${seen.judged} agents that probe it do not reach its node address`, node: node.name }]),
    ...(seen.refused === 0
      ? []
      : [{ text: `${seen.refused} of them are refused: the machine answers, the agent does not`, node: node.name }]),
  ];
}

function hungEvidence(scene: Scene, { name: node }: NodeFacts, at: number): Claim["evidence"] {
  const { dead, deadByPing } = sightings(scene, at);
  return [{ text: `${dead - deadByPing} of them get no answer from its health port, though ping reaches it`, node }];
}

function askedInVain(node: NodeFacts): Claim["evidence"] {
  const failure = node.agent?.notAsked === "" ? node.agent.failures[0] : undefined;
  return failure === undefined
    ? []
    : [{ text: `its agent could not be asked: ${failure.message}`, node: node.name, capture: failure.id }];
}

function log({ namespace, name, container }: AgentPod): NonNullable<Claim["confirm"]>[number] {
  const argv = ["-n", namespace, "logs", name, "-c", container, "--previous", "--tail=50"];
  return { node: null, argv, expect: "the reason for the last exit" };
}

function pods({ namespace, name }: AgentPod, expect: string): NonNullable<Claim["confirm"]>[number] {
  return { node: null, argv: ["-n", namespace, "get", "pod", name], expect };
}
