import { HealthError } from "../model/errors.ts";

/** What a saved state on disk is made of: files by path, wherever they lie (a folder, a tar, a zip). */
export interface Members {
  /** Name for people: the file's or folder's. */
  readonly name: string;
  /** Relative paths, parted by slashes, below the one folder that everything lies in, if there is one. */
  readonly paths: readonly string[];
  /** The whole member; null when there is none of that path or it could not be read. */
  read(path: string): Promise<Uint8Array | null>;
  /** Lower-case hex of the member's SHA-256 where it was told while reading; null where it must be made of the bytes. */
  sha256(path: string): string | null;
  /** Why one that is there may not be readable. */
  readonly hurdle: string;
  /** What was left out and why (links, odd paths), as sentences. */
  readonly notes: readonly string[];
  /** The archive stops in the middle: its last members are missing. */
  readonly cut: boolean;
  close(): Promise<void>;
}

/** What is believed of an archive that anybody may have made. */
export interface ArchiveLimits {
  readonly members: number;
  /** Bytes of one member, unpacked. */
  readonly memberBytes: number;
  /** Bytes of all members, unpacked. */
  readonly totalBytes: number;
  /** Unpacked to packed; looked at from `ratioFromBytes` unpacked bytes on. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
  /** Bytes kept in memory; what is beyond goes to one unnamed scratch file. */
  readonly memoryBytes: number;
}

const MiB = 1024 * 1024;

export const usualLimits: ArchiveLimits = {
  members: 500_000,
  memberBytes: 256 * MiB,
  totalBytes: 16 * 1024 * MiB,
  ratio: 300,
  ratioFromBytes: 64 * MiB,
  memoryBytes: 512 * MiB,
};

const mostNotes = 20;
const longestPath = 1024;

/** Why a path of an archive is not taken; "" for one that stays below its root on every system. */
export function pathFault(path: string): string {
  if (path === "" || path.length > longestPath) return "its name is empty or too long";
  if (/^[/\\]|^[A-Za-z]:/.test(path)) return "its name is absolute";
  if (path.includes("\\") || hasControl(path)) return "its name has characters no state is written with";
  return path.split("/").some((part) => part === ".." || part === "." || part === "")
    ? "its name leaves its folder"
    : "";
}

function hasControl(path: string): boolean {
  for (let at = 0; at < path.length; at++) if (path.charCodeAt(at) < 0x20 || path.charCodeAt(at) === 0x7f) return true;
  return false;
}

/** A few notes in full, the rest as a count: a hostile archive may give half a million reasons. */
export class Notes {
  readonly #texts: string[] = [];
  #more = 0;

  add(text: string): void {
    if (this.#texts.length < mostNotes) this.#texts.push(text);
    else this.#more++;
  }

  all(): string[] {
    return this.#more === 0 ? this.#texts : [...this.#texts, `and ${this.#more} more of the kind`];
  }
}

/** The one folder in which every path lies, with its slash; "" when there is none or several. */
function onlyTop(paths: Iterable<string>): string {
  let top: string | null = null;
  for (const path of paths) {
    const slash = path.indexOf("/");
    if (slash < 0) return "";
    const first = path.slice(0, slash + 1);
    if (top !== null && top !== first) return "";
    top = first;
  }
  return top ?? "";
}

/** Rooms of a state themselves, never the folder around one. */
const ownFolders: ReadonlySet<string> = new Set(["kube/", "nodes/"]);

/** Names without the folder around them: archives usually hold one. */
export function belowTop(paths: readonly string[]): ReadonlyMap<string, string> {
  const top = onlyTop(paths);
  const cut = ownFolders.has(top) || /^cilium-bugtool-/.test(top) ? "" : top;
  return new Map(paths.map((path) => [path.slice(cut.length), path]));
}

export function unreadable(name: string, why: string, cause?: unknown): HealthError {
  return new HealthError(`cannot read ${name}: ${why}`, { exitCode: 3, cause });
}
