import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll } from "vitest";

/** A folder of the test file's own, gone afterwards. */
export function scratchFolder(): {
  path(name: string): string;
  write(name: string, content: Uint8Array | string): string;
} {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "bundle-test-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string) => join(folder, name);
  return {
    path,
    write: (name, content) => {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), content);
      return path(name);
    },
  };
}

/** Every file below a folder with its content, by relative path. */
export function filesBelow(folder: string): { readonly path: string; readonly content: Buffer }[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
  return names
    .filter((name) => statSync(name).isFile())
    .map((name) => ({ path: relative(folder, name).replaceAll("\\", "/"), content: readFileSync(name) }));
}
