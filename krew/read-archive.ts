import { buffer } from "node:stream/consumers";
import { list } from "tar";
import { fromBufferPromise } from "yauzl";
import type { Member } from "./archive.ts";

/** The members of a .tar.gz or .zip of ours, read whole, in the order in which they stand there. */
export function readArchive(path: string, bytes: Buffer): Promise<Member[]> {
  return path.endsWith(".zip") ? readZip(bytes) : readTarGz(path);
}

async function readTarGz(file: string): Promise<Member[]> {
  const members: Promise<Member>[] = [];
  await list({
    file,
    onReadEntry: (entry) => {
      const content = async () => Buffer.concat(await entry.collect());
      members.push(content().then((bytes) => ({ name: entry.path, bytes, mode: entry.mode ?? 0 })));
    },
  });
  return Promise.all(members);
}

async function readZip(bytes: Buffer): Promise<Member[]> {
  const file = await fromBufferPromise(bytes);
  const members: Member[] = [];
  for await (const entry of file.eachEntry()) {
    const content = await buffer(await file.openReadStreamPromise(entry));
    members.push({ name: entry.fileName, bytes: content, mode: (entry.externalFileAttributes >>> 16) & 0o777 });
  }
  return members;
}
