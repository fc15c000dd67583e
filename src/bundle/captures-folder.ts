import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Capture, CaptureId, CaptureOutcome } from "../model/capture.ts";
import { HealthError } from "../model/errors.ts";
import type { KubeList, KubeOutcome, KubeResource } from "../model/kube.ts";

/** A saved state on disk: API objects, and for each node the outputs of its agent. */
export interface SavedState {
  readonly name: string;
  lists(): Promise<KubeList[]>;
  /** One capture as it was recorded; null when the folder has no trace of it. */
  capture(node: string, pod: string, id: CaptureId, argv: readonly string[]): Promise<Capture | null>;
}

const listFiles: Readonly<Record<KubeResource, string>> = {
  pods: "pods.json",
  nodes: "nodes.json",
  ciliumnodes: "ciliumnodes.json",
  ciliumclusterwidenetworkpolicies: "ciliumclusterwidenetworkpolicies.json",
  "cilium-config": "cilium-config.json",
};

/**
 * Opens a captures folder: `kube/*.json`, and `nodes/<node>/<capture id>` with `.rc` (exit code when not 0) and
 * `.stderr` beside it, or `nodes/<node>/unreachable`, the text with which exec into that agent failed.
 * Throws HealthError (exit 3) when the folder is not one.
 */
export async function openCapturesFolder(folder: string): Promise<SavedState> {
  const entries = await readdir(folder).catch((error: unknown) => {
    throw new HealthError(`cannot read ${folder}: ${error instanceof Error ? error.message : String(error)}`, {
      exitCode: 3,
      cause: error,
    });
  });
  if (!entries.includes("kube") || !entries.includes("nodes")) {
    throw new HealthError(`${folder} is not a captures folder: it has no kube/ and nodes/ inside`, { exitCode: 3 });
  }
  const recorded = new Set(await readdir(join(folder, "nodes")));
  return {
    name: basename(folder),
    lists: () =>
      Promise.all(
        (Object.keys(listFiles) as KubeResource[]).map(async (resource) => ({
          resource,
          outcome: await readList(join(folder, "kube", listFiles[resource])),
        })),
      ),
    capture: async (node, pod, id, argv) => {
      if (!recorded.has(node)) return null;
      const outcome = await readCapture(join(folder, "nodes", node), id);
      return outcome === null ? null : { node, pod, id, argv, outcome };
    },
  };
}

async function readList(file: string): Promise<KubeOutcome> {
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return { kind: "absent", status: null, message: `the saved state has no ${basename(file)}` };
  try {
    const json: unknown = JSON.parse(text);
    const items = typeof json === "object" && json !== null && "items" in json ? json.items : [json];
    if (Array.isArray(items)) return { kind: "ok", items };
  } catch {
    // said below, like a file of another shape
  }
  return { kind: "absent", status: null, message: `${basename(file)} of the saved state is not a list of objects` };
}

async function readCapture(folder: string, id: CaptureId): Promise<CaptureOutcome | null> {
  const unreachable = await readFile(join(folder, "unreachable"), "utf8").catch(() => null);
  if (unreachable !== null) return { kind: "remote-error", message: unreachable.trim(), stderr: "" };
  const stdout = await readFile(join(folder, id)).catch(() => null);
  if (stdout === null) return null;
  const code = Number.parseInt(await readFile(join(folder, `${id}.rc`), "utf8").catch(() => "0"), 10) || 0;
  const stderr = await readFile(join(folder, `${id}.stderr`), "utf8").catch(() => "");
  return code === 0 ? { kind: "ok", stdout, stderr } : { kind: "exit", code, stdout, stderr };
}
