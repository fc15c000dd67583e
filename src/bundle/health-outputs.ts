import type { CaptureId } from "../model/capture.ts";
import type { KubeList, KubeResource } from "../model/kube.ts";
import { listFiles } from "./layout.ts";
import type { Members } from "./members.ts";
import type { SavedState } from "./saved-state.ts";

/** What one file holds, by how much it tells: the JSON all, the summaries little. */
const forms: readonly { readonly worth: number; readonly pattern: RegExp }[] = [
  { worth: 3, pattern: /^\s*\{[\s\S]*"nodes"\s*:/ },
  { worth: 2, pattern: /^ *Host connectivity/m },
  { worth: 1, pattern: /^Cluster health:/m },
  { worth: 1, pattern: /^Probe time:/m },
];

const sniffedBytes = 256 * 1024;
const mostFiles = 20_000;

interface Output {
  readonly node: string;
  readonly path: string;
  readonly worth: number;
}

/**
 * A folder (or archive) of `cilium-health status` outputs, one file an agent, in any form: the node is the one the
 * output calls its own (`local`, `(localhost)`), else the file's or folder's name. null when no file is such an output.
 */
export async function openHealthOutputs(members: Members): Promise<SavedState | null> {
  const best = new Map<string, Output>();
  for (const path of members.paths.slice(0, mostFiles)) {
    const output = await recognise(members, path);
    if (output !== null && output.worth > (best.get(output.node)?.worth ?? 0)) best.set(output.node, output);
  }
  if (best.size === 0) return null;
  return {
    source: { kind: "captures", context: "", cluster: "", server: "", name: members.name },
    partial: members.cut,
    notes: [...members.notes],
    lists: async () => (Object.keys(listFiles) as KubeResource[]).map((resource) => toList(resource, best)),
    capture: async (node, pod, id, argv) => {
      const output = id === healthView ? best.get(node) : undefined;
      const stdout = output === undefined ? null : await members.read(output.path);
      return stdout === null ? null : { node, pod, id, argv, outcome: { kind: "ok", stdout, stderr: "" } };
    },
    close: () => members.close(),
  };
}

const healthView: CaptureId = "cilium-health-status.json";

async function recognise(members: Members, path: string): Promise<Output | null> {
  const bytes = await members.read(path);
  if (bytes === null) return null;
  const text = new TextDecoder().decode(bytes.subarray(0, sniffedBytes));
  const form = forms.find(({ pattern }) => pattern.test(text));
  if (form === undefined) return null;
  const [, own] =
    /^ *(\S+) \(localhost\)/m.exec(text) ?? /"local"\s*:\s*\{\s*"name"\s*:\s*"([^"\\]+)"/.exec(text) ?? [];
  return { node: (own ?? nameOf(path)).replace(/^.*\//, ""), path, worth: form.worth };
}

/** `worker-1.txt` and `worker-1/cilium-health-status.txt` are both worker-1's. */
function nameOf(path: string): string {
  const [first = "", ...rest] = path.split("/");
  return rest.length > 0 ? first : first.replace(/\.(?:txt|log|json|md|out)$/, "");
}

/** An output proves an agent on its node; the pod's name is not known: "". */
function toList(resource: KubeResource, outputs: ReadonlyMap<string, Output>): KubeList {
  if (resource !== "pods") {
    const message = "the saved state holds cilium-health outputs alone: no nodes, no settings, no agent states";
    return { resource, outcome: { kind: "absent", status: null, message } };
  }
  const items = [...outputs.keys()].map((node) => ({
    metadata: { name: "", namespace: "kube-system" },
    spec: { nodeName: node, containers: [{ name: "cilium-agent" }] },
    status: { phase: "Running", containerStatuses: [{ name: "cilium-agent", ready: true, state: { running: {} } }] },
  }));
  return { resource, outcome: { kind: "ok", items } };
}
