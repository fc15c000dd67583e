import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { Parser, type ReadEntry } from "tar";
import { type ArchiveLimits, belowTop, type Members, Notes, pathFault, unreadable } from "./members.ts";
import { Scratch } from "./scratch.ts";

/** All of a tar is made of these. */
const block = 512;

interface Kept {
  readonly number: number;
  readonly sha256: string;
}

/** Ends the reading of an archive that asks for more than it may. */
class LimitReached extends Error {}

/**
 * Reads a tar, gzip'd or plain, once from start to end. Names never become paths on this machine: members are kept by
 * number. Links, devices and names that leave their folder are left out and said. An archive that stops in the middle
 * gives what is whole. Throws HealthError (exit 3) beyond a limit, or when nothing in it could be read.
 */
export async function openTar(file: string, gzipped: boolean, limits: ArchiveLimits): Promise<Members> {
  const reading = new TarReading(limits);
  try {
    await reading.run(file, gzipped);
  } catch (error) {
    await reading.scratch.close();
    throw unreadable(file, error instanceof Error ? error.message : String(error), error);
  }
  if (reading.members.size === 0) {
    await reading.scratch.close();
    throw unreadable(file, "it is no archive, or an empty one");
  }
  const { scratch, members, notes, cut } = reading;
  const names = belowTop([...members.keys()]);
  const kept = (path: string) => members.get(names.get(path) ?? "");
  return {
    name: basename(file),
    paths: [...names.keys()],
    read: async (path) => {
      const member = kept(path);
      return member === undefined ? null : scratch.get(member.number);
    },
    sha256: (path) => kept(path)?.sha256 ?? null,
    hurdle: "the scratch file that holds it could not be read",
    notes: notes.all(),
    cut,
    close: () => scratch.close(),
  };
}

class TarReading {
  readonly scratch: Scratch;
  readonly members = new Map<string, Kept>();
  readonly notes = new Notes();
  readonly #limits: ArchiveLimits;
  readonly #whole: { readonly path: string; readonly bytes: Uint8Array; readonly sha256: string }[] = [];
  #seen = 0;
  /** Members whose end has not come. */
  #begun = 0;
  #unpacked = 0;
  #fault: Error | null = null;
  cut = false;

  constructor(limits: ArchiveLimits) {
    this.#limits = limits;
    this.scratch = new Scratch(limits.memoryBytes);
  }

  async run(file: string, gzipped: boolean): Promise<void> {
    const parser = new Parser({ strict: false, brotli: false, zstd: false, maxMetaEntrySize: 64 * 1024 });
    parser.on("entry", (entry: ReadEntry) => this.#take(entry));
    parser.on("ignoredEntry", (entry: ReadEntry) => this.#leaveOut(entry));
    parser.on("warn", (code: string, message: string | Error) => {
      if (code === "TAR_BAD_ARCHIVE") this.cut = true;
      this.notes.add(textOf(message));
    });
    parser.on("error", (error: unknown) => {
      this.#fault ??= error instanceof Error ? error : new Error(String(error));
    });
    let first = true;
    for await (const piece of this.#pieces(file, gzipped)) {
      if (first && isPacked(piece)) throw new LimitReached("it is packed twice");
      first = false;
      parser.write(piece);
      await this.#store();
      if (this.#fault !== null) throw this.#fault;
    }
    parser.end();
    await this.#store();
    if (this.#fault instanceof LimitReached) throw this.#fault;
    if (this.#begun > 0 || this.#unpacked % block !== 0) this.cut = true;
  }

  /** Unpacked pieces; a stream that breaks in the middle ends here and is remembered as cut. */
  async *#pieces(file: string, gzipped: boolean): AsyncGenerator<Buffer> {
    let packed = 0;
    const counted = new Transform({
      transform(piece: Buffer, _encoding, done) {
        packed += piece.length;
        done(null, piece);
      },
    });
    const source = createReadStream(file, { highWaterMark: 256 * 1024 });
    source.on("error", (error) => counted.destroy(error));
    source.pipe(counted);
    const plain = gzipped ? counted.pipe(createGunzip({ chunkSize: 256 * 1024 })) : counted;
    counted.on("error", (error) => plain.destroy(error));
    try {
      for await (const piece of plain as AsyncIterable<Buffer>) {
        this.#unpacked += piece.length;
        this.#checkSize(packed);
        yield piece;
      }
    } catch (error) {
      if (error instanceof LimitReached || error === this.#fault || this.members.size === 0) throw error;
      this.cut = true;
    } finally {
      source.destroy();
      plain.destroy();
    }
  }

  #checkSize(packed: number): void {
    const { totalBytes, ratio, ratioFromBytes } = this.#limits;
    if (this.#unpacked > totalBytes) throw new LimitReached(`it unpacks to more than ${mebibytes(totalBytes)}`);
    if (this.#unpacked > ratioFromBytes && this.#unpacked > ratio * packed) {
      throw new LimitReached(`it unpacks to more than ${ratio} times its size: no state does`);
    }
  }

  #take(entry: ReadEntry): void {
    if (++this.#seen > this.#limits.members) {
      this.#fault ??= new LimitReached(`it has more than ${this.#limits.members} members`);
    }
    const path = entry.path.replace(/^(?:\.\/)+/, "");
    const fault = faultOf(entry, path) || (entry.size > this.#limits.memberBytes ? "it is too big" : "");
    if (fault !== "" || this.#fault !== null) {
      if (fault !== "" && entry.type !== "Directory") this.notes.add(`${shortened(path)} was left out: ${fault}`);
      entry.resume();
      return;
    }
    const bytes = Buffer.allocUnsafeSlow(entry.size);
    let filled = 0;
    this.#begun++;
    // While another thread unpacks the next piece, this one is idle.
    const sum = createHash("sha256");
    entry.on("data", (piece: Buffer) => {
      filled += piece.copy(bytes, filled);
      sum.update(piece);
    });
    entry.on("end", () => {
      this.#begun--;
      if (filled === bytes.length) this.#whole.push({ path, bytes, sha256: sum.digest("hex") });
    });
  }

  /** What the parser leaves out by itself: links, devices and whatever else is no file. */
  #leaveOut(entry: ReadEntry): void {
    if (++this.#seen > this.#limits.members) {
      this.#fault ??= new LimitReached(`it has more than ${this.#limits.members} members`);
    }
    this.notes.add(`${shortened(entry.path)} was left out: it is no file (${entry.type})`);
    entry.resume();
  }

  async #store(): Promise<void> {
    for (const { path, bytes, sha256 } of this.#whole.splice(0)) {
      this.members.set(path, { number: await this.scratch.put(bytes), sha256 });
    }
  }
}

/** gzip or zstd: the parser would unpack it by itself, past our limits. */
function isPacked(piece: Buffer): boolean {
  return (piece[0] === 0x1f && piece[1] === 0x8b) || (piece[0] === 0x28 && piece[1] === 0xb5 && piece[2] === 0x2f);
}

function faultOf(entry: ReadEntry, path: string): string {
  if (entry.type !== "File" && entry.type !== "OldFile" && entry.type !== "ContiguousFile") {
    return `it is no file (${entry.type})`;
  }
  return pathFault(path);
}

function textOf(message: string | Error): string {
  return shortened(message instanceof Error ? message.message : message);
}

function shortened(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text).slice(1, -1);
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1048576)} MiB`;
}
