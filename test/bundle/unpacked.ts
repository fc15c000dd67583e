import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { Parser, type ReadEntry } from "tar";

const read = new Map<string, ReadonlyMap<string, Buffer>>();

/** A member of an archive, unpacked by the library alone and not by the code under test. */
export async function unpacked(file: string, path: string): Promise<Buffer> {
  const member = (await members(file)).get(path);
  if (member === undefined) throw new Error(`${file} has no ${path}`);
  return member;
}

/** Paths in the order in which they stand. */
export async function listed(file: string): Promise<{ readonly paths: readonly string[] }> {
  return { paths: [...(await members(file)).keys()] };
}

async function members(file: string): Promise<ReadonlyMap<string, Buffer>> {
  const known = read.get(file);
  if (known !== undefined) return known;
  const found = new Map<string, Buffer>();
  const parser = new Parser({ strict: true });
  parser.on("entry", (entry: ReadEntry) => {
    const pieces: Buffer[] = [];
    entry.on("data", (piece: Buffer) => pieces.push(piece));
    entry.on("end", () => found.set(entry.path, Buffer.concat(pieces)));
  });
  await pipeline(createReadStream(file), parser as unknown as NodeJS.WritableStream);
  read.set(file, found);
  return found;
}
