import { lstat, opendir, readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { belowTop, type Members, Notes, unreadable, usualLimits } from "./members.ts";

/** The files below a folder. Links are not followed: a folder may be somebody else's unpacked archive. */
export async function openFolder(folder: string): Promise<Members> {
  const notes = new Notes();
  const found: string[] = [];
  const pending = [""];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const entries = await opendir(join(folder, at)).catch((error: unknown) => {
      throw unreadable(folder, error instanceof Error ? error.message : String(error), error);
    });
    for await (const entry of entries) {
      const path = at === "" ? entry.name : `${at}/${entry.name}`;
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isFile()) found.push(path);
      else notes.add(`${path} is no plain file and was not followed`);
      if (found.length > usualLimits.members) throw unreadable(folder, `more than ${usualLimits.members} files`);
    }
  }
  const files = belowTop(found.sort());
  return {
    name: basename(resolve(folder)),
    paths: [...files.keys()],
    read: async (path) => {
      const file = files.get(path);
      if (file === undefined) return null;
      const place = join(folder, file);
      const status = await lstat(place).catch(() => null);
      if (status === null || !status.isFile() || status.size > usualLimits.memberBytes) return null;
      return readFile(place).catch(() => null);
    },
    sha256: () => null,
    hurdle: `no rights, or more than ${usualLimits.memberBytes / 1048576} MiB`,
    notes: notes.all(),
    cut: false,
    close: async () => {},
  };
}

/** Whether the path is a folder; throws HealthError (exit 3) when there is nothing. */
export async function isFolder(path: string): Promise<boolean> {
  const status = await stat(path).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? error.code : "";
    throw unreadable(path, code === "ENOENT" ? "there is no such file or folder" : String(error), error);
  });
  return status.isDirectory();
}
