import { hash } from "node:crypto";
import type { CaptureId, CaptureOutcome } from "../model/capture.ts";
import { HealthError } from "../model/errors.ts";
import type { KubeList, KubeOutcome, KubeResource } from "../model/kube.ts";
import {
  type BundleIndex,
  capturePath,
  ciliumEndpointsFile,
  formatVersion,
  headPath,
  indexPath,
  listFiles,
  nodeFolder,
  sidecars,
} from "./layout.ts";
import type { Members } from "./members.ts";
import { parseIndex } from "./parse-index.ts";
import { parseOutcome } from "./parse-outcome.ts";
import type { SavedState } from "./saved-state.ts";

export function isRecordedState(paths: readonly string[]): boolean {
  if (paths.includes(headPath)) return true;
  return paths.some((path) => path.startsWith("kube/")) && paths.some((path) => path.startsWith("nodes/"));
}

/**
 * A bundle of ours, or a captures folder: the same files without an index. Of a bundle only members are believed that
 * have the checksum its index gives them. Throws HealthError (exit 3) for a format newer than this program knows.
 */
export async function openRecordedState(members: Members): Promise<SavedState> {
  const indexBytes = await members.read(indexPath);
  const index = indexBytes === null ? null : parseIndex(indexBytes);
  const head = index ?? parseIndex((await members.read(headPath)) ?? new Uint8Array());
  if (head !== null && head.formatVersion > formatVersion) throw tooNew(members.name, head);
  const notes = [...members.notes];
  const reader = checkedReader(members, index, notes);
  const folders = new Set(members.paths.map((path) => path.split("/").slice(0, 2).join("/")));
  const isBundle = index !== null || members.paths.includes(headPath);
  const cut = members.cut || (isBundle && index === null);
  if (cut) notes.push(`${members.name} stops in the middle: what is whole in it was read`);
  else if (index?.partial === true) notes.push(`${members.name} was saved by a run that was interrupted`);
  const source = index?.source ?? { context: "", cluster: "", server: "" };
  return {
    source: { ...source, kind: isBundle ? "bundle" : "captures", name: members.name },
    partial: cut || index?.partial === true,
    notes: () => notes,
    lists: () => Promise.all((Object.keys(listFiles) as KubeResource[]).map((resource) => readList(reader, resource))),
    ciliumEndpoints: () => readOutcomeOf(reader, ciliumEndpointsFile),
    capture: async (node, pod, id, argv) => {
      if (!folders.has(nodeFolder(node))) return null;
      const outcome = await readOutcome(reader, node, id);
      return outcome === null ? null : { node, pod, id, argv, outcome };
    },
    close: () => members.close(),
  };
}

type Read = (path: string) => Promise<Uint8Array | null>;

/** Reads members whose checksum is right, each checked once; the others are missing, and said. */
function checkedReader(members: Members, index: BundleIndex | null, notes: string[]): Read {
  if (index === null) return (path) => members.read(path);
  const sums = new Map(index.members.map(({ path, sha256 }) => [path, sha256]));
  const judged = new Map<string, boolean>();
  return async (path) => {
    if (judged.get(path) === false) return null;
    const bytes = await members.read(path);
    if (bytes === null || judged.has(path)) return bytes;
    const right = (members.sha256(path) ?? hash("sha256", bytes)) === sums.get(path);
    judged.set(path, right);
    if (!right) notes.push(`${path} is not what was saved: its checksum differs, it was not read`);
    return right ? bytes : null;
  };
}

async function readList(read: Read, resource: KubeResource): Promise<KubeList> {
  return { resource, outcome: await readOutcomeOf(read, listFiles[resource]) };
}

async function readOutcomeOf(read: Read, file: string): Promise<KubeOutcome> {
  const name = file.slice("kube/".length);
  const bytes = await read(file);
  const absent = (message: string): KubeOutcome => ({ kind: "absent", status: null, message });
  if (bytes === null) return absent(`the saved state has no ${name}`);
  try {
    return toOutcome(JSON.parse(new TextDecoder().decode(bytes)), name);
  } catch {
    return absent(`${name} of the saved state is not a list of objects`);
  }
}

function toOutcome(json: unknown, name: string): KubeOutcome {
  if (typeof json === "object" && json !== null && "absent" in json) {
    const absent = json.absent;
    const said = typeof absent === "object" && absent !== null ? absent : {};
    const status = "status" in said && typeof said.status === "number" ? said.status : null;
    const message = "message" in said && typeof said.message === "string" ? said.message : "it could not be read";
    return { kind: "absent", status, message };
  }
  const items = typeof json === "object" && json !== null && "items" in json ? json.items : [json];
  if (Array.isArray(items)) return { kind: "ok", items };
  return { kind: "absent", status: null, message: `${name} of the saved state is not a list of objects` };
}

/** `nodes/<node>/unreachable` is a recording's word for an agent in which no command could be run. */
async function readOutcome(read: Read, node: string, id: CaptureId): Promise<CaptureOutcome | null> {
  const unreachable = await readText(read, `${nodeFolder(node)}/unreachable`);
  if (unreachable !== null) return { kind: "remote-error", message: unreachable.trim(), stderr: "" };
  const path = capturePath(node, id);
  const stdout = await read(path);
  if (stdout === null) {
    const other = await read(path + sidecars.outcome);
    return other === null ? null : parseOutcome(other);
  }
  const code = Number.parseInt((await readText(read, path + sidecars.code)) ?? "0", 10) || 0;
  const stderr = (await readText(read, path + sidecars.stderr)) ?? "";
  return code === 0 ? { kind: "ok", stdout, stderr } : { kind: "exit", code, stdout, stderr };
}

async function readText(read: Read, path: string): Promise<string | null> {
  const bytes = await read(path);
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

function tooNew(name: string, index: BundleIndex): HealthError {
  const by = index.tool.version === "" ? "a newer version" : `version ${index.tool.version}`;
  return new HealthError(
    `${name} has bundle format ${index.formatVersion}, written by ${by}; this program reads up to ${formatVersion}`,
    { exitCode: 3, hint: "Update kubectl-cilium_health, for instance with: kubectl krew upgrade cilium-health" },
  );
}
