import { lstat, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type Members, unreadable, usualLimits } from "./members.ts";
import { encodingOf } from "./pasted-text.ts";

/** The head of a file is text: no byte of it is zero, or it says that it is UTF-16. Every header of a tar has some. */
export function isText(head: Uint8Array): boolean {
  return encodingOf(head) !== "utf-8" || (head.length > 0 && !head.includes(0));
}

/** One file that is no archive: what somebody pasted or wrote with `>`. Throws HealthError (exit 3) beyond the size of a member. */
export async function openTextFile(file: string): Promise<Members> {
  const { size } = await lstat(file);
  if (size > usualLimits.memberBytes) throw unreadable(file, `it is larger than ${usualLimits.memberBytes} bytes`);
  const name = basename(file);
  return {
    name,
    paths: [name],
    read: async (path) => (path === name ? readFile(file).catch(() => null) : null),
    sha256: () => null,
    hurdle: "no rights",
    notes: [],
    cut: false,
    close: async () => {},
  };
}
