import type { CaptureId } from "../model/capture.ts";
import type { KubeList, KubeResource } from "../model/kube.ts";
import { agentsOutputs, type Output } from "./agents-outputs.ts";
import { listFiles } from "./layout.ts";
import type { Members } from "./members.ts";
import { withoutMargin } from "./pasted-marks.ts";
import { pastedOutputs } from "./pasted-outputs.ts";
import { speakerAbove } from "./pasted-speaker.ts";
import { plainText } from "./pasted-text.ts";
import type { SavedState } from "./saved-state.ts";

const mostFiles = 20_000;

/**
 * `cilium-health status` outputs in any form, in a folder, an archive or one file: an agent's alone, or several one after
 * the other as a loop writes them. The node is the one the output calls its own (`local`, `(localhost)`), else what the
 * text above it tells, else the file's or folder's name. null when there is no such output.
 */
export async function openHealthOutputs(members: Members): Promise<SavedState | null> {
  const all: Output[] = [];
  for (const path of members.paths.slice(0, mostFiles)) {
    for (const output of await outputsOf(members, path)) all.push(output);
  }
  const { byNode, notes } = agentsOutputs(all);
  if (byNode.size === 0) return null;
  const read = textsOf(members);
  return {
    source: { kind: "captures", context: "", cluster: "", server: "", name: members.name },
    partial: members.cut || [...byNode.values()].some(({ isShortened }) => isShortened),
    notes: () => [...members.notes, ...notes],
    lists: async () => (Object.keys(listFiles) as KubeResource[]).map((resource) => toList(resource, byNode)),
    ciliumEndpoints: async () => ({
      kind: "absent",
      status: null,
      message: "the saved state holds cilium-health outputs alone, no ciliumendpoints",
    }),
    capture: async (node, pod, id, argv) => {
      const output = id === healthView ? byNode.get(node) : undefined;
      const text = output === undefined ? null : await read(output.path);
      if (output === undefined || text === null) return null;
      const { failure, start, end } = output;
      if (failure !== "")
        return { node, pod, id, argv, outcome: { kind: "exit", code: 1, stdout: nothing, stderr: failure } };
      const stdout = new TextEncoder().encode(withoutMargin(text.slice(start, end)));
      return { node, pod, id, argv, outcome: { kind: "ok", stdout, stderr: "" } };
    },
    close: () => members.close(),
  };
}

const nothing = new Uint8Array();
const healthView: CaptureId = "cilium-health-status.json";

async function outputsOf(members: Members, path: string): Promise<Output[]> {
  const text = await textOf(members, path);
  if (text === null) return [];
  let nameless = 0;
  let above = 0;
  return pastedOutputs(text).flatMap((output): Output[] => {
    const isNamedFromOutside = output.node === "";
    const speaker = isNamedFromOutside ? speakerAbove(text.slice(0, output.start), above) : "";
    above = output.end;
    if (output.failure !== "" && speaker === "") return [];
    const isNameless = isNamedFromOutside && speaker === "";
    const node = isNameless ? nameOf(path, nameless++) : output.node || speaker;
    return [{ ...output, path, isNamedFromOutside, isNameless, node }];
  });
}

/** The texts of files, the last one kept: a file may hold the outputs of thousands of agents, asked for one by one. */
function textsOf(members: Members): (path: string) => Promise<string | null> {
  let last: { readonly path: string; readonly text: Promise<string | null> } | null = null;
  return (path) => {
    if (last?.path !== path) last = { path, text: textOf(members, path) };
    return last.text;
  };
}

async function textOf(members: Members, path: string): Promise<string | null> {
  const bytes = await members.read(path);
  return bytes === null ? null : plainText(bytes);
}

/** `worker-1.txt` and `worker-1/cilium-health-status.txt` are both worker-1's; a second nameless output is another's. */
function nameOf(path: string, at: number): string {
  const [first = "", ...rest] = path.split("/");
  const name = rest.length > 0 ? first : first.replace(/\.(?:txt|log|json|md|out)$/, "");
  return at === 0 ? name : `${name}-${at + 1}`;
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
