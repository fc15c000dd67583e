import { readdir, readFile } from "node:fs/promises";
import { brotliDecompressSync } from "node:zlib";

/**
 * Where the recorded scenarios are: a folder (a URL ending in a slash), a packed file (any other URL), or a packed file's
 * bytes, as the self-contained binary carries them. Packed is a line of JSON, path to text, with what the list of scenarios needs, then under
 * brotli the same of all the rest.
 */
export type ScenarioSource = URL | Uint8Array;

/** The files of all scenarios, by path relative to their folder, with `/` between names. */
export interface ScenarioFiles {
  /** Names in a folder ("" is the top), sorted. A folder's name ends in a slash. Rejects when there is none. */
  names(folder: string): Promise<readonly string[]>;
  /** null when there is no such file. */
  read(path: string): Promise<Buffer | null>;
}

export async function openScenarioFiles(source: ScenarioSource): Promise<ScenarioFiles> {
  if (source instanceof URL) return source.pathname.endsWith("/") ? inFolder(source) : packed(await readFile(source));
  return packed(source);
}

function inFolder(base: URL): ScenarioFiles {
  const at = (path: string) => new URL(path.split("/").map(encodeURIComponent).join("/"), base);
  return {
    async names(folder) {
      const entries = await readdir(at(folder), { withFileTypes: true });
      return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
    },
    read: (path) => readFile(at(path)).catch(() => null),
  };
}

function packed(bytes: Uint8Array): ScenarioFiles {
  const end = bytes.indexOf(newline);
  const head = textsOf(bytes.subarray(0, end));
  let body: ReadonlyMap<string, string> | null = null;
  const rest = () => {
    body ??= textsOf(brotliDecompressSync(bytes.subarray(end + 1)));
    return body;
  };
  return {
    async names(folder) {
      const below = folder === "" ? "" : `${folder}/`;
      const all = folder === "" ? [...head.keys()] : [...head.keys(), ...rest().keys()];
      const inside = all.filter((path) => path.startsWith(below)).map((path) => path.slice(below.length));
      if (inside.length === 0) throw new Error(`there is no folder "${folder}" in the packed scenarios`);
      return [...new Set(inside.map((path) => path.replace(/\/.*/s, "/")))].sort();
    },
    async read(path) {
      const text = head.get(path) ?? rest().get(path);
      return text === undefined ? null : Buffer.from(text, "utf8");
    },
  };
}

/** JSON has no line break of its own: the first one ends the head. */
const newline = 10;

function textsOf(json: Uint8Array): ReadonlyMap<string, string> {
  return new Map(Object.entries<string>(JSON.parse(Buffer.from(json).toString("utf8"))));
}
