import { existsSync, readdirSync, readFileSync } from "node:fs";
import { type Capture, type CaptureId, type CaptureOutcome, captureIds } from "../src/model/capture.ts";
import type { Facts } from "../src/model/facts.ts";
import type { KubeResource } from "../src/model/kube.ts";
import { factsReducer } from "../src/parse/facts.ts";
import { source } from "./views.ts";

const scenarios = new URL("../src/demo/scenarios/", import.meta.url);

export interface Expected {
  readonly answered: readonly string[];
  readonly unasked: readonly string[];
  readonly host: ExpectedPairs;
  readonly endpoint: ExpectedPairs;
  readonly causes: readonly { readonly id: string; readonly nodes?: readonly string[] | "all" }[];
}

export interface ExpectedPairs {
  readonly unreachable: readonly (readonly [string, string])[];
  readonly unknown: readonly (readonly [string, string])[];
}

export function recordedCases(): string[] {
  return readdirSync(scenarios, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

export function expected(name: string): Expected {
  const read: Expected = JSON.parse(text(`${name}/expect.json`));
  return read;
}

/** The bytes of one recorded reply. */
export function recordedReply(name: string, node: string, id: CaptureId): Uint8Array {
  return readFileSync(new URL(`${name}/nodes/${node}/${id}`, scenarios));
}

/** FACTS of a recorded case, read file by file. */
export function recordedFacts(name: string): Facts {
  const reducer = factsReducer({ ...source, name }, "cilium-agent");
  for (const [resource, file] of Object.entries(kubeFiles) as [KubeResource, string][]) {
    const { items, ...object } = JSON.parse(text(`${name}/kube/${file}`));
    reducer.addList({ resource, outcome: { kind: "ok", items: items ?? [object] } });
  }
  for (const pod of reducer.agents()) {
    for (const id of captureIds) {
      const outcome = recordedOutcome(`${name}/nodes/${pod.node}/`, id);
      const capture: Capture = { node: pod.node, pod: pod.name, id, argv: [], outcome };
      reducer.add(capture);
    }
  }
  return reducer.finish();
}

const kubeFiles: Readonly<Record<KubeResource, string>> = {
  pods: "pods.json",
  nodes: "nodes.json",
  ciliumnodes: "ciliumnodes.json",
  ciliumclusterwidenetworkpolicies: "ciliumclusterwidenetworkpolicies.json",
  "cilium-config": "cilium-config.json",
};

function recordedOutcome(folder: string, id: CaptureId): CaptureOutcome {
  if (exists(`${folder}unreachable`)) {
    const message = text(`${folder}unreachable`).trim();
    return { kind: "http", status: 500, reason: "InternalError", message, retryAfterSeconds: null };
  }
  const stdout = readFileSync(new URL(`${folder}${id}`, scenarios));
  const code = exists(`${folder}${id}.rc`) ? Number(text(`${folder}${id}.rc`)) : 0;
  const stderr = exists(`${folder}${id}.stderr`) ? text(`${folder}${id}.stderr`) : "";
  return code === 0 ? { kind: "ok", stdout, stderr } : { kind: "exit", code, stdout, stderr };
}

function exists(path: string): boolean {
  return existsSync(new URL(path, scenarios));
}

function text(path: string): string {
  return readFileSync(new URL(path, scenarios), "utf8");
}
