import { basename } from "node:path";
import { buffer } from "node:stream/consumers";
import { crc32 } from "node:zlib";
import yauzl, { type Entry, type ZipFile } from "yauzl";
import { type ArchiveLimits, belowTop, type Members, Notes, pathFault, unreadable } from "./members.ts";

/**
 * A zip by its central directory; members are unpacked when they are asked for, by their declared size, which the
 * library holds them to. Links and names that leave their folder are left out and said. Throws HealthError (exit 3)
 * for what is no zip and beyond a limit.
 */
export async function openZip(file: string, limits: ArchiveLimits): Promise<Members> {
  const zip = await yauzl
    .openPromise(file, { lazyEntries: true, autoClose: false, validateEntrySizes: true, strictFileNames: true })
    .catch((error: unknown) => {
      throw unreadable(file, messageOf(error), error);
    });
  const notes = new Notes();
  const entries = new Map<string, Entry>();
  try {
    await readDirectory(zip, limits, notes, entries);
  } catch (error) {
    zip.close();
    throw unreadable(file, messageOf(error), error);
  }
  const names = belowTop([...entries.keys()]);
  const entryOf = (path: string) => entries.get(names.get(path) ?? "");
  return {
    name: basename(file),
    paths: [...names.keys()],
    read: async (path) => {
      const entry = entryOf(path);
      return entry === undefined ? null : readEntry(zip, entry, limits);
    },
    sha256: () => null,
    hurdle: "the archive is damaged there",
    notes: notes.all(),
    cut: false,
    close: async () => zip.close(),
  };
}

async function readDirectory(
  zip: ZipFile,
  limits: ArchiveLimits,
  notes: Notes,
  entries: Map<string, Entry>,
): Promise<void> {
  if (zip.entryCount > limits.members) throw new Error(`it has more than ${limits.members} members`);
  let total = 0;
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith("/")) continue;
    const fault = faultOf(entry, limits);
    if (fault !== "") {
      notes.add(`${JSON.stringify(entry.fileName.slice(0, 120))} was left out: ${fault}`);
      continue;
    }
    total += entry.uncompressedSize;
    if (total > limits.totalBytes) throw new Error("it unpacks to more than a state can hold");
    entries.set(entry.fileName, entry);
  }
}

const fileTypeMask = 0xf000;
const plainFile = 0x8000;
const madeByUnix = 3;

function faultOf(entry: Entry, limits: ArchiveLimits): string {
  const type = (entry.externalFileAttributes >>> 16) & fileTypeMask;
  if (entry.versionMadeBy >> 8 === madeByUnix && type !== 0 && type !== plainFile) return "it is no file";
  if (entry.isEncrypted()) return "it is encrypted";
  if (entry.uncompressedSize > limits.memberBytes) return "it is too big";
  const packed = Math.max(1, entry.compressedSize);
  if (entry.uncompressedSize > limits.ratioFromBytes && entry.uncompressedSize > limits.ratio * packed) {
    return `it unpacks to more than ${limits.ratio} times its size`;
  }
  return pathFault(entry.fileName);
}

/** null for a member that does not keep what the directory says of it. */
async function readEntry(zip: ZipFile, entry: Entry, limits: ArchiveLimits): Promise<Uint8Array | null> {
  try {
    const bytes = await buffer(await zip.openReadStreamPromise(entry));
    // yauzl checks the size alone.
    return bytes.length > limits.memberBytes || crc32(bytes) !== entry.crc32 ? null : bytes;
  } catch {
    return null;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
