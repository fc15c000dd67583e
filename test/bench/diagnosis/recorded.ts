import { readdirSync, readFileSync } from "node:fs";
import { type CaptureId, type CaptureOutcome, captureIds, confirmingCaptureIds } from "../../../src/model/capture.ts";
import type { KubeResource } from "../../../src/model/kube.ts";
import type { Want } from "../../../src/model/report.ts";
import { type FactsReducer, factsReducer } from "../../../src/parse/facts.ts";

/** The recorded cases: real agents under real faults, read as a run reads them. */

const scenarios = new URL("../../../src/demo/scenarios/", import.meta.url);

export interface RecordedCase {
  readonly name: string;
  /** Rule ids of what was injected; empty for a healthy cluster. */
  readonly causes: readonly string[];
}

export function recordedCases(): RecordedCase[] {
  return readdirSync(scenarios, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const { causes }: { causes: readonly { id: string }[] } = JSON.parse(text(`${name}/expect.json`));
      return { name, causes: causes.map(({ id }) => id) };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const files: Readonly<Record<KubeResource, string>> = {
  pods: "pods.json",
  nodes: "nodes.json",
  ciliumnodes: "ciliumnodes.json",
  ciliumclusterwidenetworkpolicies: "ciliumclusterwidenetworkpolicies.json",
  "cilium-config": "cilium-config.json",
};

export function recordedFirstRound(name: string): FactsReducer {
  const source = { kind: "captures", context: "", cluster: "", server: "", name } as const;
  const reducer = factsReducer(source, "cilium-agent");
  for (const [resource, file] of Object.entries(files) as [KubeResource, string][]) {
    const { items, ...object } = JSON.parse(text(`${name}/kube/${file}`));
    reducer.addList({ resource, outcome: { kind: "ok", items: items ?? [object] } });
  }
  for (const pod of reducer.agents()) {
    for (const id of captureIds) addRecorded(reducer, name, pod.node, pod.name, id);
  }
  return reducer;
}

export function recordedSecondRound(name: string, reducer: FactsReducer, wanted: readonly Want[]): void {
  const known: readonly string[] = confirmingCaptureIds;
  for (const { node, capture } of wanted) {
    const pod = reducer.agents().find((one) => one.node === node);
    if (pod !== undefined && known.includes(capture)) addRecorded(reducer, name, node, pod.name, capture);
  }
}

function addRecorded(reducer: FactsReducer, name: string, node: string, pod: string, id: CaptureId): void {
  const outcome = recordedOutcome(`${name}/nodes/${node}/`, id);
  if (outcome !== null) reducer.add({ node, pod, id, argv: [], outcome });
}

function recordedOutcome(folder: string, id: CaptureId): CaptureOutcome | null {
  const unreachable = textOrNull(`${folder}unreachable`);
  if (unreachable !== null) {
    return { kind: "http", status: 500, reason: "InternalError", message: unreachable.trim(), retryAfterSeconds: null };
  }
  const stdout = textOrNull(`${folder}${id}`);
  return stdout === null ? null : { kind: "ok", stdout: new TextEncoder().encode(stdout), stderr: "" };
}

/** Failing probes of a recorded case, as `failures.ts` writes those of a world: by node number, no self-made texts. */
export function recordedFailures(name: string): string[] {
  const found: string[] = [];
  for (const node of readdirSync(new URL(`${name}/nodes`, scenarios)).sort()) {
    const report = textOrNull(`${name}/nodes/${node}/cilium-health-status.json`);
    if (report === null) continue;
    const { nodes }: { nodes: readonly RecordedNode[] } = JSON.parse(report);
    for (const to of nodes) {
      const pair = `${numberOf(node)}>${numberOf(to.name)}`;
      for (const [target, path] of [["host", to.host] as const, ["endpoint", to["health-endpoint"]] as const]) {
        const { icmp, http } = path["primary-address"];
        if (icmp.status) found.push(`${pair} ${target}/icmp silent`);
        if (http.status) found.push(`${pair} ${target}/http ${outcomeOf(http.status)}`);
      }
    }
  }
  return found.sort();
}

interface RecordedNode {
  readonly name: string;
  readonly host: RecordedPath;
  readonly "health-endpoint": RecordedPath;
}

interface RecordedPath {
  readonly "primary-address": { readonly icmp: { status?: string }; readonly http: { status?: string } };
}

function numberOf(name: string): number {
  return Number(name.slice(name.lastIndexOf("-") + 1)) - 1;
}

function outcomeOf(text: string): string {
  if (text.includes("refused")) return "refused";
  return text.includes("no route") ? "no-route" : "silent";
}

function text(path: string): string {
  return readFileSync(new URL(path, scenarios), "utf8");
}

function textOrNull(path: string): string | null {
  try {
    return text(path);
  } catch {
    return null;
  }
}
