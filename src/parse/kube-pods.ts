import type { AgentPod, ContainerState } from "../model/kube.ts";
import { arrayAt, booleanAt, isObject, numberAt, objectAt, stringAt } from "./json.ts";

/** An agent pod, looked at through its agent container; null for one not bound to a node. Saved outputs alone tell no pod's name: "". */
export function parseAgentPod(item: unknown, container: string): AgentPod | null {
  const metadata = objectAt(item, "metadata");
  const spec = objectAt(item, "spec");
  const status = objectAt(item, "status");
  const name = stringAt(metadata, "name");
  const node = stringAt(spec, "nodeName");
  if (node === "") return null;
  const running = arrayAt(status, "containerStatuses").find((one) => stringAt(one, "name") === container);
  const image = stringAt(
    arrayAt(spec, "containers").find((one) => stringAt(one, "name") === container),
    "image",
  );
  const state = containerState(objectAt(running, "state"));
  return {
    name,
    namespace: stringAt(metadata, "namespace"),
    node,
    container,
    state,
    reason: reasonOf(running, status, state),
    ready: booleanAt(running, "ready"),
    restarts: numberAt(running, "restartCount"),
    startedAt: stringAt(objectAt(objectAt(running, "state"), "running"), "startedAt"),
    ...previousRun(running),
    imageVersion: versionOfImage(image),
    phase: stringAt(status, "phase"),
    createdAt: stringAt(metadata, "creationTimestamp"),
  };
}

function containerState(state: unknown): ContainerState {
  if (!isObject(state)) return "unknown";
  if (isObject(state["running"])) return "running";
  if (isObject(state["waiting"])) return "waiting";
  return isObject(state["terminated"]) ? "terminated" : "unknown";
}

function previousRun(container: unknown): Pick<AgentPod, "previousRun"> {
  const ended = objectAt(container, "lastState")["terminated"];
  if (!isObject(ended)) return {};
  const [reason, startedAt, finishedAt] = ["reason", "startedAt", "finishedAt"].map((key) => stringAt(ended, key));
  return { previousRun: { reason: reason ?? "", startedAt: startedAt ?? "", finishedAt: finishedAt ?? "" } };
}

/** Why the agent does not run. While its init containers run, the first one that is stuck says more than the agent. */
function reasonOf(container: unknown, status: unknown, state: ContainerState): string {
  if (state === "running") return "";
  const stuck = arrayAt(status, "initContainerStatuses").find(
    (init) => numberAt(objectAt(objectAt(init, "state"), "terminated"), "exitCode") !== 0 || isWaiting(init),
  );
  const initReason = stuck === undefined ? "" : `init container ${stringAt(stuck, "name")}: ${stateReason(stuck)}`;
  return initReason || stateReason(container) || stringAt(status, "reason") || stringAt(status, "phase");
}

function isWaiting(container: unknown): boolean {
  const reason = stringAt(objectAt(objectAt(container, "state"), "waiting"), "reason");
  return reason !== "" && reason !== "PodInitializing";
}

function stateReason(container: unknown): string {
  const state = objectAt(container, "state");
  return stringAt(objectAt(state, "waiting"), "reason") || stringAt(objectAt(state, "terminated"), "reason");
}

/** `quay.io/cilium/cilium:v1.19.3@sha256:…` → `1.19.3`; "" when the tag is no version. */
function versionOfImage(image: string): string {
  return /:v?(\d+\.\d+\.\d+[^@]*)(?:@|$)/.exec(image)?.[1] ?? "";
}

/**
 * One agent a node: of two pods the running, newer one; evicted and finished leftovers only when there is nothing
 * else.
 */
export function choosePods(pods: readonly AgentPod[]): Map<string, AgentPod> {
  const chosen = new Map<string, AgentPod>();
  for (const pod of pods) {
    const rival = chosen.get(pod.node);
    if (rival === undefined || isBetter(pod, rival)) chosen.set(pod.node, pod);
  }
  return chosen;
}

function isBetter(pod: AgentPod, rival: AgentPod): boolean {
  const [mine, theirs] = [rank(pod), rank(rival)];
  return mine === theirs ? pod.createdAt > rival.createdAt : mine > theirs;
}

function rank(pod: AgentPod): number {
  if (pod.state === "running") return 2;
  return isLeftover(pod) ? 0 : 1;
}

/** Evicted or finished: it will not run again. */
export function isLeftover(pod: AgentPod): boolean {
  return pod.phase === "Failed" || pod.phase === "Succeeded";
}
