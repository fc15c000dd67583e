import type { AgentPod } from "../../model/kube.ts";

/** A run that ends sooner than this was no run. */
const shortRunMs = 600_000;
const fewRestarts = 3;

/** Whether a container that may run at this moment is only between two crashes. */
export function isCrashLooping({ previousRun, restarts }: AgentPod): boolean {
  if (previousRun === undefined || restarts < fewRestarts) return false;
  const lasted = Date.parse(previousRun.finishedAt) - Date.parse(previousRun.startedAt);
  return lasted >= 0 && lasted < shortRunMs;
}

/** Reasons of a pod that is merely on its way up. */
const startingUp = /^(?:|ContainerCreating|PodInitializing|Pending|waiting|unknown)$/;

/** Not running yet, and nothing says that it will not. */
export function isComingUp({ state, reason, restarts, phase }: AgentPod): boolean {
  return (
    (state === "waiting" || state === "unknown") && phase !== "Failed" && restarts === 0 && startingUp.test(reason)
  );
}
