// npm run package [-- --platform linux-amd64 --output FOLDER]: self-contained archives, their checksums and the krew
// manifest and the parts list (SBOM), in dist/archives unless told otherwise.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { archiveBytes, type Member, sha256 } from "./archive.ts";
import { applicationBlob, buildBinary, requireTools } from "./binary.ts";
import { type Bundle, bundleProgram, type ProjectManifest, projectManifest, root } from "./bundle.ts";
import { krewManifest, type PackedArchive } from "./manifest.ts";
import { type ArchiveFacts, manifestProblems } from "./manifest-rules.ts";
import { noticesOf, noticesText } from "./notices.ts";
import { archiveName, type Platform, platforms } from "./platforms.ts";
import { PackagingError } from "./programs.ts";
import { readArchive } from "./read-archive.ts";
import { nodeLicense, runtimeOf } from "./runtimes.ts";
import { sbomFile, sbomText } from "./sbom.ts";

const { values: options } = parseArgs({
  options: { platform: { type: "string", multiple: true }, output: { type: "string" } },
});
const archives =
  options.output === undefined ? new URL("dist/archives/", root) : pathToFileURL(`${resolve(options.output)}/`);

try {
  await main();
} catch (error) {
  if (!(error instanceof PackagingError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const wanted = wantedPlatforms();
  await requirePinnedNode();
  requireTools(wanted);
  const scratch = await mkdtemp(join(tmpdir(), "cilium-health-package-"));
  try {
    const project = await projectManifest();
    const bundle = await bundleProgram("binary");
    const blob = await applicationBlob(await bundleProgram("loader"), bundle, scratch);
    await rm(archives, { recursive: true, force: true });
    await mkdir(archives, { recursive: true });
    const packed: PackedArchive[] = [];
    for (const platform of wanted) packed.push(await packOne(platform, project, bundle, blob, scratch));
    await writeIndexes(project, packed);
    const parts = sbomText(project, await noticesOf(bundle.modules), process.version.slice(1));
    await writeFile(new URL(sbomFile, archives), parts);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function wantedPlatforms(): readonly Platform[] {
  const names = [...new Set(options.platform ?? platforms.map(({ name }) => name))];
  return names.map((name) => {
    const known = platforms.find((platform) => platform.name === name);
    if (known !== undefined) return known;
    throw new PackagingError(`unknown platform ${name}; known: ${platforms.map((one) => one.name).join(", ")}`);
  });
}

/** The builder and the Node it injects into must be of one version, or the binary aborts at its start. */
async function requirePinnedNode(): Promise<void> {
  const runtime: { optionalDependencies: Record<string, string> } = JSON.parse(
    await readFile(new URL("krew/runtime/package.json", root), "utf8"),
  );
  const pinned = new Set(Object.values(runtime.optionalDependencies));
  if (pinned.size === 1 && pinned.has(process.version.slice(1))) return;
  throw new PackagingError(`this is Node ${process.version}, pinned is ${[...pinned].join(", ")}: use npm run package`);
}

async function packOne(
  platform: Platform,
  project: ProjectManifest,
  bundle: Bundle,
  blob: string,
  scratch: string,
): Promise<PackedArchive> {
  const node = await runtimeOf(platform, scratch);
  const binary = await buildBinary(platform, node, blob, join(scratch, `${platform.name}-${platform.program}`));
  const members = [{ name: platform.program, bytes: binary, mode: 0o755 }, ...(await papers(bundle))];
  const bytes = await archiveBytes(members, platform.ending);
  const name = archiveName(platform, project.version);
  await writeFile(new URL(name, archives), bytes);
  const hash = sha256(bytes);
  process.stdout.write(`${hash}  ${name}  ${(bytes.length / 1e6).toFixed(1)} MB\n`);
  return { platform, sha256: hash };
}

/** What goes with the program: our licence, those of what is inside, and how to use it. */
async function papers(bundle: Bundle): Promise<Member[]> {
  const node = { version: process.version.slice(1), license: await nodeLicense() };
  const notices = noticesText(await noticesOf(bundle.modules), node);
  const ours = ["LICENSE", "README.md"].map(async (name) => ({ name, bytes: await readFile(new URL(name, root)) }));
  const all = [...(await Promise.all(ours)), { name: "THIRD-PARTY-NOTICES", bytes: Buffer.from(notices) }];
  return all.map((file) => ({ ...file, mode: 0o644 }));
}

/** The manifest is held to krew's rules against the archives as they lie there, before anybody can upload it. */
async function writeIndexes(project: ProjectManifest, packed: readonly PackedArchive[]): Promise<void> {
  const facts = new Map<string, ArchiveFacts>();
  for (const { platform } of packed) {
    const name = archiveName(platform, project.version);
    const bytes = await readFile(new URL(name, archives));
    facts.set(name, {
      sha256: sha256(bytes),
      members: await readArchive(fileURLToPath(new URL(name, archives)), bytes),
    });
  }
  const file = "cilium-health.yaml";
  const manifest = krewManifest(await readFile(new URL(`krew/${file}`, root), "utf8"), project, packed);
  const problems = manifestProblems(manifest, file, facts);
  if (problems.length > 0) throw new PackagingError(`the krew manifest is wrong:\n${problems.join("\n")}`);
  await writeFile(new URL(file, archives), manifest);
  const sums = [...facts].map(([name, { sha256: hash }]) => `${hash}  ${name}\n`);
  await writeFile(new URL("SHA256SUMS", archives), sums.join(""));
}
