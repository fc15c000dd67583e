import { readdir, readFile } from "node:fs/promises";
import { posix } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

/**
 * The files of the scenarios' folder (a URL ending in a slash) as one: a line of JSON, path to text, with what the list of
 * scenarios needs, then under brotli the same of all the rest. Most of that is the same thing said again: a wide window
 * makes it a fiftieth. Throws for a file that is not UTF-8.
 */
export async function packScenarios(folder: URL, quality = constants.BROTLI_MAX_QUALITY): Promise<Buffer> {
  const [head, body]: [Record<string, string>, Record<string, string>] = [{}, {}];
  for (const path of await paths(folder)) {
    const bytes = await readFile(new URL(path.split("/").map(encodeURIComponent).join("/"), folder));
    const text = bytes.toString("utf8");
    if (!Buffer.from(text, "utf8").equals(bytes)) throw new Error(`${path} is not UTF-8: it cannot be packed as text`);
    (path.split("/").length > 2 ? body : head)[path] = text;
  }
  const rest = Buffer.from(JSON.stringify(body));
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: rest.length,
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), brotliCompressSync(rest, { params })]);
}

async function paths(folder: URL): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const base = folder.pathname.replace(/\/$/, "");
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => posix.relative(base, posix.join(entry.parentPath.replaceAll("\\", "/"), entry.name)))
    .sort();
}
