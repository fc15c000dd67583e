import { createHash } from "node:crypto";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { create } from "tar";
import { ZipFile } from "yazl";
import { runProgram } from "./programs.ts";

/** A file at the archive's root. */
export interface Member {
  readonly name: string;
  readonly bytes: Buffer;
  /** 0o755 or 0o644. */
  readonly mode: number;
}

/** The same members make the same bytes, on any machine at any time: sorted, owned by nobody, of one moment. */
export async function archiveBytes(members: readonly Member[], ending: ".tar.gz" | ".zip"): Promise<Buffer> {
  const sorted = [...members].sort((a, b) => (a.name < b.name ? -1 : 1));
  return ending === ".zip" ? zip(sorted) : tarGz(sorted);
}

/**
 * node-tar reads from disk alone; `portable` leaves out owner, group and the system's own fields. Node's own deflate is
 * quicker than gzip's and makes the archive a megabyte bigger.
 */
async function tarGz(members: readonly Member[]): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "cilium-health-archive-"));
  try {
    for (const { name, bytes, mode } of members) {
      await writeFile(join(folder, name), bytes);
      await chmod(join(folder, name), mode);
    }
    const names = members.map(({ name }) => name);
    const file = join(folder, "archive.tar");
    await create({ file, cwd: folder, portable: true, mtime: new Date(1000) }, names);
    runProgram("gzip", ["-n9", file]);
    return await readFile(`${file}.gz`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A zip holds local time since 1980, so local fields are what make it the same everywhere. */
async function zip(members: readonly Member[]): Promise<Buffer> {
  const file = new ZipFile();
  for (const { name, bytes, mode } of members) {
    const mtime = new Date(1980, 0, 1);
    file.addBuffer(bytes, name, { mode: 0o100000 | mode, mtime, compressionLevel: 9, forceDosTimestamp: true });
  }
  file.end();
  return buffer(file.outputStream);
}

/** Lower-case hex, as krew compares it. */
export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
