import { chmod, copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bundle, packedScenarios, root } from "./bundle.ts";
import { readCodeSignature } from "./code-signature.ts";
import { targetOf } from "./executable.ts";
import { type Platform, programName } from "./platforms.ts";
import { isInstalled, PackagingError, runProgram } from "./programs.ts";

/** The mark in Node's binary that says whether an application was put into it (Node's documentation, single executables). */
const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/**
 * The blob that makes a Node binary our program: one for every platform, since it holds no code cache and no snapshot. A
 * code cache would be bound to one processor and differ from build to build. Returns its path.
 */
export async function applicationBlob(loader: Bundle, program: Bundle, scratch: string): Promise<string> {
  const parts = [
    ...program.files.map(({ name, text }) => ({ name, bytes: Buffer.from(text) })),
    { name: "scenarios", bytes: await packedScenarios() },
  ];
  // Names without their folder: the blob keeps them, and must be the same wherever it is made.
  const settings = {
    main: "loader.cjs",
    output: "blob",
    disableExperimentalSEAWarning: true,
    useCodeCache: false,
    useSnapshot: false,
    // The NODE_OPTIONS of the caller's shell would otherwise run inside the plugin.
    execArgvExtension: "none",
    assets: Object.fromEntries(parts.map(({ name }) => [name, name])),
  };
  await writeFile(join(scratch, settings.main), loader.files.map(({ text }) => text).join(""));
  for (const { name, bytes } of parts) await writeFile(join(scratch, name), bytes);
  await writeFile(join(scratch, "sea.json"), JSON.stringify(settings));
  runProgram(process.execPath, ["--experimental-sea-config", "sea.json"], scratch);
  return join(scratch, settings.output);
}

/** What a platform's binary is made with besides Node; asked for before anything is downloaded. Throws PackagingError. */
export function requireTools(wanted: readonly Platform[]): void {
  const strips = wanted.flatMap(({ strip }) => (strip === null ? [] : [strip]));
  const missing = strips.find((strip) => !isInstalled(strip));
  if (missing !== undefined) {
    throw new PackagingError(
      `${missing} is not installed, and with its symbols the binary is too big: install binutils for that processor (Debian: binutils-${missing.replace(/-strip$/, "").replaceAll("_", "-")})`,
    );
  }
  if (wanted.some(({ os }) => os === "darwin") && !isInstalled("rcodesign")) {
    throw new PackagingError(
      "rcodesign is not installed, and macOS kills an unsigned binary: cargo install --locked apple-codesign --version 0.29.0 --no-default-features, or name other platforms with --platform",
    );
  }
}

/** One platform's program: its Node, stripped, with our application in it, signed and checked. Throws PackagingError. */
export async function buildBinary(platform: Platform, node: string, blob: string, target: string): Promise<Buffer> {
  await copyFile(node, target);
  await chmod(target, 0o755);
  if (platform.strip !== null) runProgram(platform.strip, ["-s", target]);
  const segment = platform.os === "darwin" ? ["--macho-segment-name", "NODE_SEA"] : [];
  const postject = fileURLToPath(new URL("node_modules/postject/dist/cli.js", root));
  const words = [postject, target, "NODE_SEA_BLOB", blob, "--sentinel-fuse", fuse, ...segment];
  runProgram(process.execPath, words);
  if (platform.os === "darwin") runProgram("rcodesign", ["sign", "--binary-identifier", programName, target]);
  const bytes = await readFile(target);
  const problem = problemOf(platform, bytes);
  if (problem !== null) throw new PackagingError(`the ${platform.name} binary ${problem}`);
  return bytes;
}

/** What is wrong with a finished binary, or null. */
export function problemOf({ os, arch }: Pick<Platform, "os" | "arch">, bytes: Buffer): string | null {
  const target = targetOf(bytes);
  if (target?.os !== os || target.arch !== arch)
    return `is for ${target ? `${target.os} ${target.arch}` : "no system"}`;
  if (!bytes.includes(`${fuse}:1`)) return "carries no application";
  if (os !== "darwin") return null;
  const signature = readCodeSignature(bytes);
  if (signature === null) return "is not signed";
  if (!signature.covered) return "is signed in part";
  if (signature.badPages > 0)
    return `was changed after it was signed: ${signature.badPages} of ${signature.pages} pages`;
  return signature.identifier === programName ? null : `is signed as ${signature.identifier}`;
}
