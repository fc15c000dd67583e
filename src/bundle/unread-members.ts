import { type Members, Notes } from "./members.ts";

/** The same members, and of those that are there and could not be read when they were wanted a note each. */
export function notingUnread(members: Members): {
  readonly members: Members;
  readonly unread: () => readonly string[];
} {
  const notes = new Notes();
  let readable: Set<string> | null = null;
  const read = async (path: string) => {
    const bytes = await members.read(path);
    if (bytes !== null) return bytes;
    readable ??= new Set(members.paths);
    if (readable.delete(path)) notes.add(`${path} could not be read: ${members.hurdle}`);
    return null;
  };
  return { members: { ...members, read }, unread: () => notes.all() };
}
