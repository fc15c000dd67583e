import type { Cluster, ExecRequest } from "../../src/cluster/cluster.ts";
import { baseCaptures } from "../../src/collect/captures.ts";
import { type AgentOrder, collect } from "../../src/collect/collect.ts";
import type { Capture, ExecOutcome } from "../../src/model/capture.ts";
import type { AgentPod } from "../../src/model/kube.ts";
import { bytes } from "../views.ts";

export function fakeCluster(exec: (request: ExecRequest, signal: AbortSignal) => Promise<ExecOutcome>): Cluster {
  return {
    context: "",
    clusterName: "",
    server: "",
    list: () => Promise.reject(new Error("nothing is listed here")),
    whoAmI: () => Promise.reject(new Error("nobody is asked here")),
    podLog: () => Promise.reject(new Error("no log is read here")),
    may: () => Promise.reject(new Error("nothing is asked here")),
    exec,
    close: () => undefined,
  };
}

export function pod(node: string, more: Partial<AgentPod> = {}): AgentPod {
  return {
    name: `cilium-${node}`,
    namespace: "kube-system",
    node,
    container: "cilium-agent",
    state: "running",
    reason: "",
    ready: true,
    restarts: 0,
    startedAt: "",
    imageVersion: "",
    phase: "Running",
    createdAt: "",
    ...more,
  };
}

export function said(text: string): ExecOutcome {
  return { kind: "ok", stdout: bytes(text), stderr: "" };
}

export interface Run {
  readonly requests: ExecRequest[];
  readonly captures: Capture[];
  readonly done: number[];
  readonly refusal: Awaited<ReturnType<typeof collect>>;
}

export const health = baseCaptures["cilium-health-status.json"];
export const agentStatus = baseCaptures["cilium-status.json"];
export const date = baseCaptures["date.txt"];

/** Runs to the end; every request is answered by `answer`, which gets the number of the exec among all. */
export async function run(
  orders: readonly AgentOrder[],
  answer: (request: ExecRequest, count: number) => ExecOutcome | Promise<ExecOutcome>,
  options: { readonly parallel?: number; readonly signal?: AbortSignal; readonly isAllowed?: boolean } = {},
): Promise<Run> {
  const requests: ExecRequest[] = [];
  const captures: Capture[] = [];
  const done: number[] = [];
  const cluster = fakeCluster(async (request) => {
    requests.push(request);
    return answer(request, requests.length);
  });
  const refusal = await collect(
    cluster,
    orders,
    { parallel: options.parallel ?? 20, timeoutMs: 30_000, isAllowed: options.isAllowed ?? false },
    (capture) => captures.push(capture),
    options.signal ?? new AbortController().signal,
    (count) => done.push(count),
  );
  return { requests, captures, done, refusal };
}
