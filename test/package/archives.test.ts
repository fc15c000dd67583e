import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../krew/archive.ts";
import { problemOf } from "../../krew/binary.ts";
import { type ArchiveFacts, manifestProblems } from "../../krew/manifest-rules.ts";
import { readArchive } from "../../krew/read-archive.ts";
import { archivesFolder, linuxArchive, madeArchives, projectRoot } from "./packaged.ts";

const mostBytes = 40_000_000;
const archives = await Promise.all(
  madeArchives().map(async (archive) => {
    const bytes = readFileSync(archive.path);
    return { ...archive, bytes, members: await readArchive(archive.path, bytes) };
  }),
);

describe.each(archives)("$name", ({ platform, bytes, members }) => {
  it("is at most 40 MB", () => {
    expect(bytes.length).toBeLessThanOrEqual(mostBytes);
  });

  it("holds the program to be run, and the papers", () => {
    expect(members.map(({ name, mode }) => `${mode.toString(8)} ${name}`)).toEqual([
      "644 LICENSE",
      "644 README.md",
      "644 THIRD-PARTY-NOTICES",
      `755 ${platform.program}`,
    ]);
  });

  it("holds a program of its own system and processor that carries the application and, for macOS, is signed whole", () => {
    const program = members.find(({ name }) => name === platform.program);
    expect(problemOf(platform, program?.bytes ?? Buffer.alloc(0))).toBeNull();
  });

  it("holds the licences of what is inside", () => {
    const notices = members.find(({ name }) => name === "THIRD-PARTY-NOTICES")?.bytes.toString("utf8") ?? "";
    for (const name of ["Node.js 22.", "yargs 18.", "ws 8.", "yaml 2.", "chalk 6.", "OpenSSL"]) {
      expect(notices).toContain(name);
    }
    const licence = members.find(({ name }) => name === "LICENSE");
    expect(licence?.bytes.equals(readFileSync(join(projectRoot, "LICENSE")))).toBe(true);
  });
});

describe("the krew manifest", () => {
  it("names these archives and breaks none of krew's rules", () => {
    const facts = new Map<string, ArchiveFacts>(
      archives.map(({ name, bytes, members }) => [name, { sha256: sha256(bytes), members }]),
    );
    const manifest = readFileSync(join(archivesFolder, "cilium-health.yaml"), "utf8");
    expect(manifestProblems(manifest, "cilium-health.yaml", facts)).toEqual([]);
    for (const { name } of archives) expect(manifest).toContain(`/${name}`);
    expect(manifest.match(/uri:/g)).toHaveLength(archives.length);
  });

  it("and the list of checksums are true", () => {
    const sums = readFileSync(join(archivesFolder, "SHA256SUMS"), "utf8");
    expect(sums).toBe(archives.map(({ name, bytes }) => `${sha256(bytes)}  ${name}\n`).join(""));
  });
});

describe("packaging again", () => {
  it("makes the same archive to the byte", () => {
    const scratch = mkdtempSync(join(tmpdir(), "cilium-health-again-"));
    try {
      const args = ["krew/package.ts", "--platform", "linux-amd64", "--output", scratch];
      const { status, stderr } = spawnSync(process.execPath, args, { cwd: projectRoot, encoding: "utf8" });
      expect(status, stderr).toBe(0);
      const { name, path } = linuxArchive();
      expect(sha256(readFileSync(join(scratch, name)))).toBe(sha256(readFileSync(path)));
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  });

  it("refuses a platform it does not know, by name", () => {
    const args = ["krew/package.ts", "--platform", "plan9-amd64"];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: projectRoot, encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: unknown platform plan9-amd64; known: linux-amd64, /);
  });

  it("refuses macOS archives where nothing can sign them, before anything is downloaded", () => {
    const args = ["krew/package.ts", "--platform", "darwin-arm64"];
    const env = { PATH: "/nonexistent" };
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: projectRoot, encoding: "utf8", env });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: rcodesign is not installed, and macOS kills an unsigned binary: /);
  });
});
