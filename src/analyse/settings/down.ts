import type { NodeFacts } from "../../model/facts.ts";
import type { Confidence } from "../../model/report.ts";
import { cellStatus, noPath } from "../../model/status.ts";
import { hasView } from "../matrix/membership.ts";
import { type Sightings, sightings } from "../matrix/sightings.ts";
import { rowCells, type Scene } from "../scene.ts";
import { isNewNode, spanText } from "./ages.ts";

/** A node that is gone, by what Kubernetes, the other agents and the attempt to ask its agent say. */
export interface Down {
  readonly at: number;
  readonly node: NodeFacts;
  readonly seen: Sightings;
  readonly confidence: Confidence;
  /** What Kubernetes says of it, "" when that is nothing. */
  readonly stateSays: string;
}

/** Of the agents that judge it, the share that must find nothing alive where Kubernetes does not call it down. */
const nearlyAll = 0.85;

export function downNodes(scene: Scene): Down[] {
  const newest = newestHeartbeat(scene);
  const local = scene.nodes.flatMap((node, at) => localDown(scene, node, at, newest) ?? []);
  return scene.shapes.length === 0 ? local : [...local, ...remoteDown(scene)];
}

/** By facts and views alone, so that it says the same whatever was explained before. */
export function isDown(scene: Scene, at: number): boolean {
  const node = scene.nodes[at];
  if (node === undefined) return false;
  return localDown(scene, node, at, newestHeartbeat(scene)) !== null;
}

function localDown(scene: Scene, node: NodeFacts, at: number, newest: number): Down | null {
  const { kube, agent } = node;
  if (node.remote || node.agentNotDue !== "") return null;
  if (kube === null && !scene.facts.absent.has("nodes")) return null;
  const stateSays = kube === null ? "" : lost(kube, newest);
  if (agent?.health != null) return cutOff(scene, node, at, stateSays);
  if (stateSays !== "") return calledDown(scene, node, at, stateSays);
  if (!isOutOfReach(node) || isNewNode(scene, at)) return null;
  const seen = sightings(scene, at);
  if (seen.deadByPing === 0 || seen.deadByPing < seen.judged * nearlyAll) return null;
  const pending = kube === null ? "" : "Kubernetes still calls it ready: its lease may not have run out yet";
  return { at, node, seen, confidence: "likely", stateSays: pending };
}

/** Not ready, and nothing alive is seen since. That it answers ping or refuses a port means that it lives. */
function calledDown(scene: Scene, node: NodeFacts, at: number, stateSays: string): Down | null {
  const since = node.kube?.ready === "True" ? 0 : Date.parse(node.kube?.readySince ?? "") || 0;
  const seen = sightings(scene, at, since);
  // No agent was heard: then Kubernetes alone says so, and a kubelet that died leaves the node's network as it was.
  if (isNobodyHeard(scene)) return { at, node, seen, confidence: "possible", stateSays };
  const isGone = seen.dead > 0 && seen.dead >= seen.refused + seen.alive;
  return isGone ? { at, node, seen, confidence: "confirmed", stateSays } : null;
}

function isNobodyHeard(scene: Scene): boolean {
  return scene.nodes.every((_node, at) => !hasView(scene, at));
}

/**
 * Its agent still answers, by a way that is not the nodes' network, but Kubernetes lost the node and it is dead to the
 * others as they are to it: the machine lives, its network is gone.
 */
function cutOff(scene: Scene, node: NodeFacts, at: number, stateSays: string): Down | null {
  if (stateSays === "" || !reachesNobody(scene, at)) return null;
  const down = calledDown(scene, node, at, stateSays);
  return down === null ? null : { ...down, confidence: "likely" };
}

function reachesNobody(scene: Scene, at: number): boolean {
  const others = rowCells(scene, at).filter((cell) => cell !== at * scene.size + at);
  const statuses = others.map((cell) => cellStatus(scene.cells.host[cell] ?? noPath));
  return statuses.includes("unreachable") && !statuses.includes("reachable");
}

/** Twice the five minutes within which every kubelet renews its node's status, its lease apart. */
const longestSilenceMs = 600_000;

/** What says that Kubernetes lost the node: its state, or a status that is far older than the other nodes'. */
function lost(kube: NonNullable<NodeFacts["kube"]>, newest: number): string {
  const reason = kube.readyMessage === "" ? "" : `: ${kube.readyMessage}`;
  if (kube.ready !== "True") return `Kubernetes reports ${kube.name} not ready${reason}`;
  const heartbeat = Date.parse(kube.heartbeat) || 0;
  const silence = newest - heartbeat;
  if (heartbeat === 0 || silence <= longestSilenceMs) return "";
  return `its kubelet last reported ${spanText(silence)} before the others did, though Kubernetes still calls ${kube.name} ready`;
}

function newestHeartbeat({ nodes }: Scene): number {
  return nodes.reduce((newest, { kube }) => Math.max(newest, Date.parse(kube?.heartbeat ?? "") || 0), 0);
}

/** The exec itself got nowhere: a command that ran and failed, or a container that is known not to run, is no sign. */
function isOutOfReach({ agent }: NodeFacts): boolean {
  if (agent === null) return true;
  if (agent.pod.state !== "running") return false;
  return agent.failures.some(({ id, reason }) => id === "cilium-health-status.json" && isNoConnection(reason));
}

function isNoConnection(reason: string): boolean {
  const ran = /^(?:exit-|cut$|too-big$|not-json$|empty$|wrong-shape$|aborted$|http-4)/;
  return !ran.test(reason);
}

/** Nobody here can ask another cluster's node; what can be seen is that it alone of its cluster is silent to all. */
function remoteDown(scene: Scene): Down[] {
  const heard = scene.nodes.filter((_node, at) => hasView(scene, at)).length;
  const remote = scene.nodes.flatMap((node, at) => (node.remote ? [{ at, node, seen: sightings(scene, at) }] : []));
  const living = new Set(remote.filter(({ seen }) => seen.alive > 0).map(({ node }) => node.cluster));
  return remote
    .filter(
      ({ node, seen }) =>
        seen.judged >= Math.max(heard, 1) && seen.deadByPing === seen.judged && living.has(node.cluster),
    )
    .map((one) => ({ ...one, confidence: "possible", stateSays: "" }));
}
