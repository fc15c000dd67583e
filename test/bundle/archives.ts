import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import { Header, Pax } from "tar";

export interface TarEntry {
  readonly path: string;
  readonly content: Uint8Array | string;
  readonly type?: "File" | "Link" | "SymbolicLink" | "Directory" | "CharacterDevice" | "FIFO";
  readonly linkpath?: string;
  /** What the header says, where it lies. */
  readonly size?: number;
}

const block = 512;

export function tarOf(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, content, type = "File", linkpath = "", size }) => {
    const bytes = Buffer.from(content);
    const header = Buffer.alloc(block);
    const told = { path, type, linkpath, size: size ?? bytes.length, mode: 0o644, mtime: new Date(1_900_000_000_000) };
    const long = new Header(told).encode(header);
    const pax = long ? [new Pax({ path }).encode()] : [];
    return [...pax, header, bytes, Buffer.alloc((block - (bytes.length % block)) % block)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * block)]);
}

export function tarGzOf(entries: readonly TarEntry[]): Buffer {
  return gzipSync(tarOf(entries));
}

export interface ZipEntry {
  readonly path: string;
  readonly content: Uint8Array | string;
  /** Unix mode with its type; a plain file by default. */
  readonly mode?: number;
  /** What the directory says, where it lies. */
  readonly size?: number;
  readonly crc?: number;
}

/** A zip as any packer writes it: local headers, the directory, its end. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, content, mode = 0o100644, size, crc } of entries) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const name = Buffer.from(path);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc ?? crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(Math.min(size ?? bytes.length, 0xffffffff), 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), fields, name, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((mode << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\u0001\u0002"), Buffer.from([20, 3]), fields, tail, name]));
    locals.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(Buffer.concat(directory).length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, ...directory, Buffer.from("PK\u0005\u0006"), end]);
}
