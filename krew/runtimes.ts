import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./bundle.ts";
import type { Platform } from "./platforms.ts";
import { PackagingError, runProgram } from "./programs.ts";

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity: string }>>;
}

/**
 * The path of a platform's pinned Node: the installed one, or fetched into `scratch` by npm, which checks it against the hash in
 * package-lock.json. Throws PackagingError.
 */
export async function runtimeOf({ runtime }: Platform, scratch: string): Promise<string> {
  const installed = fileURLToPath(new URL(`node_modules/${runtime.package}`, root));
  const folder = existsSync(installed) ? installed : await fetch(runtime, scratch);
  const program = join(folder, runtime.program);
  if (!existsSync(program)) throw new PackagingError(`${runtime.package} holds no ${runtime.program}`);
  return program;
}

/** Node's own licence, with those of all that is compiled into it. The packages for Windows leave it out. */
export function nodeLicense(): Promise<string> {
  return readFile(join(dirname(process.execPath), "..", "LICENSE"), "utf8");
}

/**
 * Installs this one package in a folder of its own, with a lock file of one entry, the project's. As an optional
 * dependency: npm refuses a required one of another platform whatever --os says.
 */
async function fetch(runtime: Platform["runtime"], scratch: string): Promise<string> {
  const lock: Lock = JSON.parse(await readFile(new URL("package-lock.json", root), "utf8"));
  const key = `node_modules/${runtime.package}`;
  const entry = lock.packages[key];
  if (entry === undefined) throw new PackagingError(`package-lock.json has no ${runtime.package}: run npm install`);
  const folder = join(scratch, runtime.package);
  const manifest = { name: "runtime", version: "0.0.0", optionalDependencies: { [runtime.package]: entry.version } };
  const oneEntry = { ...manifest, lockfileVersion: 3, requires: true, packages: { "": manifest, [key]: entry } };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  await writeFile(join(folder, "package-lock.json"), JSON.stringify(oneEntry));
  const target = [`--os=${runtime.os}`, `--cpu=${runtime.cpu}`];
  runProgram("npm", ["ci", ...target, "--ignore-scripts", "--no-audit", "--no-fund"], folder);
  return join(folder, key);
}
