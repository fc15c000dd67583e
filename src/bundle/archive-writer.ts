import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { Header, Pax } from "tar";
import { HealthError } from "../model/errors.ts";

const pack = promisify(gzip);
const block = 512;

/**
 * A gzip'd tar, written member by member under a temporary name and renamed when it is whole and on the disk. Each
 * member is a gzip stream of its own (RFC 1952 allows several in a row), so its cost is known before it is written, and
 * a file cut by a crash keeps every member before the cut: it is left as `NAME.<random>.partial`, which `--from` reads.
 */
export class ArchiveWriter {
  /** Bytes written so far, packed. */
  size = 0;
  readonly #file: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  readonly #mtime: Date;

  private constructor(file: string, temporary: string, handle: FileHandle, mtime: Date) {
    this.#file = file;
    this.#temporary = temporary;
    this.#handle = handle;
    this.#mtime = mtime;
  }

  /** Throws HealthError (exit 2) where the file cannot be made. Others than its owner may not read it. */
  static async create(file: string, mtime: Date): Promise<ArchiveWriter> {
    const temporary = join(dirname(file), `${basename(file)}.${randomBytes(4).toString("hex")}.partial`);
    const handle = await open(temporary, "wx", 0o600).catch((error: unknown) => {
      throw cannotWrite(file, error);
    });
    return new ArchiveWriter(file, temporary, handle, mtime);
  }

  /** Writes the member if the file stays within `mostBytes` with it; false when it would not. One call at a time. */
  async add(path: string, bytes: Uint8Array, mostBytes: number): Promise<boolean> {
    const packed = await pack(Buffer.concat([this.#header(path, bytes.length), bytes, padding(bytes.length)]));
    if (this.size + packed.length > mostBytes) return false;
    await this.#write(packed);
    return true;
  }

  /** Ends the archive, puts it on the disk and gives it its name. Throws HealthError (exit 3) when that fails. */
  async finish(): Promise<void> {
    try {
      await this.#write(await pack(Buffer.alloc(2 * block)));
      await this.#handle.sync();
      await this.#handle.close();
      await rename(this.#temporary, this.#file);
    } catch (error) {
      throw cannotWrite(this.#file, error);
    }
    await syncFolder(dirname(this.#file));
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#temporary, { force: true });
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length; ) at += (await this.#handle.write(bytes, at)).bytesWritten;
    } catch (error) {
      throw cannotWrite(this.#file, error);
    }
    this.size += bytes.length;
  }

  #header(path: string, size: number): Buffer {
    const fields = { path, size, mode: 0o644, uid: 0, gid: 0, mtime: this.#mtime, type: "File" } as const;
    const header = new Header(fields);
    const bytes = Buffer.alloc(block);
    const needsMore = header.encode(bytes);
    return needsMore ? Buffer.concat([new Pax({ path }).encode(), bytes]) : bytes;
  }
}

function padding(size: number): Uint8Array {
  return new Uint8Array((block - (size % block)) % block);
}

/** Without it the new name may be lost with the power; not every system can do it. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function cannotWrite(file: string, error: unknown): HealthError {
  if (error instanceof HealthError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new HealthError(`cannot write ${file}: ${why}`, {
    exitCode: 3,
    hint: "Name a file in a folder you may write to, with room on its disk: --output-file FILE",
    cause: error,
  });
}
