import { sightings } from "../matrix/sightings.ts";
import type { Scene } from "../scene.ts";

/** Nearly all that probe the node, so that one missed round changes nothing. */
const nearlyAll = 0.85;

/** The pod is called running, and its agent answers nobody: gone, or hanging. */
export function isMute(scene: Scene, at: number): boolean {
  return isSilentAgent(scene, at) || isHungAgent(scene, at);
}

/**
 * The pod is called running, but nothing in it answers, neither the agent nor its health daemon, and the machine refuses
 * the health port to everybody: a kubelet's word may be older than that.
 */
function isSilentAgent(scene: Scene, at: number): boolean {
  const agent = scene.nodes[at]?.agent;
  if (agent == null || agent.health !== null || agent.status !== null || agent.failures.length === 0) return false;
  const { refused, judged } = sightings(scene, at);
  return refused > 0 && refused >= judged * nearlyAll;
}

/**
 * The pod is called running and lets commands in, but none of the agent's ends; and nearly everybody finds the health
 * port silent while ping reaches the node: an agent that hangs still has its port open, and the kernel takes connections
 * that nobody ever answers.
 */
export function isHungAgent(scene: Scene, at: number): boolean {
  const agent = scene.nodes[at]?.agent;
  if (agent == null || agent.pod.state !== "running" || agent.health !== null || agent.status !== null) return false;
  if (!agent.failures.some(({ reason }) => reason === "timeout")) return false;
  const { dead, deadByPing, judged } = sightings(scene, at);
  return dead > 0 && dead - deadByPing >= judged * nearlyAll;
}
