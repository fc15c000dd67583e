import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { projectManifest } from "../../krew/bundle.ts";
import { archiveName, type Platform, platforms } from "../../krew/platforms.ts";

export const projectRoot = join(import.meta.dirname, "..", "..");
export const archivesFolder = join(projectRoot, "dist", "archives");
export const { version } = await projectManifest();

export interface MadeArchive {
  readonly name: string;
  readonly path: string;
  readonly platform: Platform;
}

/** The archives that `npm run package` made last, as its list of checksums names them. */
export function madeArchives(): readonly MadeArchive[] {
  const sums = join(archivesFolder, "SHA256SUMS");
  if (!existsSync(sums)) throw new Error("there are no archives: run npm run test:package, which makes them");
  const names = readFileSync(sums, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split("  ")[1] ?? "");
  return names.map((name) => {
    const platform = platforms.find((one) => archiveName(one, version) === basename(name));
    if (platform === undefined) throw new Error(`${name} is an archive of no platform and version of ours`);
    return { name, path: join(archivesFolder, name), platform };
  });
}

/** The archive that runs here: Linux on x64 alone. */
export function linuxArchive(): MadeArchive {
  const found = madeArchives().find(({ platform }) => platform.name === "linux-amd64");
  if (found === undefined) throw new Error("dist/archives has no linux-amd64: run npm run test:package");
  return found;
}

/** An environment with nothing of this machine but what the test gives. */
export type Environment = Readonly<Record<string, string>>;

export function runIn(cwd: string, env: Environment) {
  return (command: string, ...args: readonly string[]): SpawnSyncReturns<string> =>
    spawnSync(command, args, { cwd, env: { ...env }, encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });
}
