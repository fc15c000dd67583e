import { open } from "node:fs/promises";
import { HealthError } from "../model/errors.ts";
import { isFolder, openFolder } from "./folder-members.ts";
import { openHealthOutputs } from "./health-outputs.ts";
import { type ArchiveLimits, type Members, usualLimits } from "./members.ts";
import { isRecordedState, openRecordedState } from "./recorded-state.ts";
import type { SavedState } from "./saved-state.ts";
import { isSysdump, openSysdump } from "./sysdump.ts";
import { openTar } from "./tar-members.ts";
import { isText, openTextFile } from "./text-file.ts";
import { notingUnread } from "./unread-members.ts";
import { openZip } from "./zip-members.ts";

/**
 * Opens what `--from` names: a bundle, a captures folder, a cilium sysdump, or cilium-health outputs; as a folder, a
 * tar (gzip'd or not) or a zip, outputs also as one text file. Told apart by what is inside, never by the file's name. Throws HealthError (exit 3).
 */
export async function openSavedState(path: string, limits: ArchiveLimits = usualLimits): Promise<SavedState> {
  const { members, unread } = notingUnread(await openMembers(path, limits));
  try {
    const state = await toState(members);
    if (state !== null) return { ...state, notes: () => [...state.notes(), ...unread()] };
  } catch (error) {
    await members.close();
    throw error;
  }
  await members.close();
  throw new HealthError(`${path} holds no state this program can read`, {
    exitCode: 3,
    hint: [...unread(), readable].join("\n"),
  });
}

const readable =
  "It reads bundles of its own, captures folders (kube/ and nodes/ inside), cilium sysdumps, and cilium-health status outputs.";

async function toState(members: Members): Promise<SavedState | null> {
  if (isRecordedState(members.paths)) return openRecordedState(members);
  if (isSysdump(members.paths)) return openSysdump(members);
  return openHealthOutputs(members);
}

async function openMembers(path: string, limits: ArchiveLimits): Promise<Members> {
  if (await isFolder(path)) return openFolder(path);
  const head = await firstBytes(path);
  if (head[0] === 0x50 && head[1] === 0x4b) return openZip(path, limits);
  if (isText(head)) return openTextFile(path);
  return openTar(path, head[0] === 0x1f && head[1] === 0x8b, limits);
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const file = await open(path).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new HealthError(`cannot read ${path}: ${why}`, { exitCode: 3, cause: error });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
