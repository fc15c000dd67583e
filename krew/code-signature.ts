import { createHash } from "node:crypto";

/** What a Mach-O program's embedded signature says, and whether it is true of the bytes. */
export interface CodeSignature {
  readonly identifier: string;
  /** Signed by nobody in particular: enough to be run where the file was not downloaded by a browser. */
  readonly adHoc: boolean;
  readonly pages: number;
  /** Pages whose hash differs: macOS kills the program when it touches one. */
  readonly badPages: number;
  /** Whether the hashes reach up to the signature itself. */
  readonly covered: boolean;
}

const machO64 = 0xfeedfacf;
const codeSignatureCommand = 0x1d;
const superBlob = 0xfade0cc0;
const codeDirectory = 0xfade0c02;
const adHocFlag = 0x2;
/** Hash types of a code directory (xnu, osfmk/kern/cs_blobs.h). */
const hashes: Readonly<Record<number, string>> = { 1: "sha1", 2: "sha256", 3: "sha256", 4: "sha384" };

/**
 * The signature of a 64-bit Mach-O, its page hashes recomputed over every code directory; null when it has none, as
 * postject leaves it. Throws for a file that is no thin 64-bit Mach-O.
 */
export function readCodeSignature(file: Buffer): CodeSignature | null {
  const start = signatureOffset(file);
  if (start === null) return null;
  if (file.readUInt32BE(start) !== superBlob) throw new Error("the code signature does not begin with a super blob");
  const count = file.readUInt32BE(start + 8);
  const offsets = Array.from({ length: count }, (_, at) => start + file.readUInt32BE(start + 16 + at * 8));
  const directories = offsets.filter((offset) => file.readUInt32BE(offset) === codeDirectory);
  const checks = directories.map((offset) => checkDirectory(file, offset, start));
  const [first] = checks;
  if (first === undefined) throw new Error("the code signature holds no code directory");
  return {
    ...first,
    badPages: checks.reduce((sum, check) => sum + check.badPages, 0),
    covered: checks.every((check) => check.covered),
  };
}

/** Where the signature begins: the file's own load command says so. */
function signatureOffset(file: Buffer): number | null {
  if (file.length < 32 || file.readUInt32LE(0) !== machO64) throw new Error("this is no thin 64-bit Mach-O file");
  const commands = file.readUInt32LE(16);
  for (let at = 32, seen = 0; seen < commands; seen++) {
    if (file.readUInt32LE(at) === codeSignatureCommand) return file.readUInt32LE(at + 8);
    at += file.readUInt32LE(at + 4);
  }
  return null;
}

function checkDirectory(file: Buffer, at: number, signature: number): CodeSignature {
  const hashBase = at + file.readUInt32BE(at + 16);
  const pages = file.readUInt32BE(at + 28);
  const limit = codeLimit(file, at);
  const hashSize = file.readUInt8(at + 36);
  const algorithm = hashes[file.readUInt8(at + 37)];
  if (algorithm === undefined) throw new Error(`unknown hash type ${file.readUInt8(at + 37)} in the code signature`);
  const pageSize = 2 ** file.readUInt8(at + 39);
  let badPages = 0;
  for (let page = 0; page < pages; page++) {
    const bytes = file.subarray(page * pageSize, Math.min((page + 1) * pageSize, limit));
    const hash = createHash(algorithm).update(bytes).digest().subarray(0, hashSize);
    const said = file.subarray(hashBase + page * hashSize, hashBase + (page + 1) * hashSize);
    if (!hash.equals(said)) badPages++;
  }
  const identifier = at + file.readUInt32BE(at + 20);
  return {
    identifier: file.toString("utf8", identifier, file.indexOf(0, identifier)),
    adHoc: (file.readUInt32BE(at + 12) & adHocFlag) !== 0,
    pages,
    badPages,
    covered: limit === signature && pages === Math.ceil(limit / pageSize),
  };
}

/** Version 0x20300 and newer can sign more than 4 GiB: a second, wider field counts when it is not 0. */
function codeLimit(file: Buffer, at: number): number {
  const wide = file.readUInt32BE(at + 8) >= 0x20300 ? Number(file.readBigUInt64BE(at + 56)) : 0;
  return wide === 0 ? file.readUInt32BE(at + 32) : wide;
}
