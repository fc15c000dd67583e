import { mkdir, readFile, writeFile } from "node:fs/promises";

const folder = new URL("golden/", import.meta.url);

/**
 * The recorded text of a golden file. Rewritten by `npm run golden` alone; a missing file is an empty text, so that the
 * comparison fails and shows what is missing.
 */
export async function goldenFile(name: string, actual: string): Promise<string> {
  const file = new URL(name, folder);
  if (process.env["GOLDEN"] === "write") {
    await mkdir(folder, { recursive: true });
    await writeFile(file, actual);
  }
  return readFile(file, "utf8").catch(() => "");
}
