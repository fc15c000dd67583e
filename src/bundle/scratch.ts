import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Keeps members by a number: in memory while they are few, beyond that in one scratch file of our own name, so that
 * nothing an archive says ever becomes a path.
 */
export class Scratch {
  readonly #memoryBytes: number;
  readonly #kept: (Uint8Array | { readonly at: number; readonly length: number })[] = [];
  #held = 0;
  #file: { readonly handle: FileHandle; readonly folder: string; size: number } | null = null;

  constructor(memoryBytes: number) {
    this.#memoryBytes = memoryBytes;
  }

  /** Returns the number by which the bytes can be had again. */
  async put(bytes: Uint8Array): Promise<number> {
    if (this.#held + bytes.length <= this.#memoryBytes) {
      this.#held += bytes.length;
      this.#kept.push(bytes);
    } else {
      const file = await this.#open();
      await file.handle.write(bytes, 0, bytes.length, file.size);
      this.#kept.push({ at: file.size, length: bytes.length });
      file.size += bytes.length;
    }
    return this.#kept.length - 1;
  }

  async get(number: number): Promise<Uint8Array | null> {
    const kept = this.#kept[number];
    if (kept === undefined || kept instanceof Uint8Array) return kept ?? null;
    const bytes = Buffer.alloc(kept.length);
    const { bytesRead } = (await this.#file?.handle.read(bytes, 0, kept.length, kept.at)) ?? { bytesRead: -1 };
    return bytesRead === kept.length ? bytes : null;
  }

  async close(): Promise<void> {
    this.#kept.length = 0;
    await this.#file?.handle.close();
    if (this.#file !== null) await rm(this.#file.folder, { recursive: true, force: true });
    this.#file = null;
  }

  async #open() {
    if (this.#file === null) {
      const folder = await mkdtemp(join(tmpdir(), "cilium-health-scratch-"));
      this.#file = { handle: await open(join(folder, "scratch"), "wx+", 0o600), folder, size: 0 };
    }
    return this.#file;
  }
}
