import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { formatVersion } from "../../src/bundle/layout.ts";
import { tarGzOf } from "./archives.ts";
import { runCommand } from "./run-command.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { listed, unpacked } from "./unpacked.ts";

const scratch = scratchFolder();
const folder = new URL("../fixtures/bundles/", import.meta.url);
const bundles = readdirSync(folder).filter((name) => name.endsWith(".tar.gz"));
const fileOf = (name: string) => fileURLToPath(new URL(name, folder));

async function indexOf(file: string): Promise<{ formatVersion: number }> {
  return JSON.parse((await unpacked(file, "index.json")).toString());
}

describe("bundles of earlier releases", () => {
  it("are kept for every format version", async () => {
    const versions = await Promise.all(bundles.map(async (name) => (await indexOf(fileOf(name))).formatVersion));
    expect([...new Set(versions)].sort()).toEqual(Array.from({ length: formatVersion }, (_, at) => at + 1));
  });

  it.each(bundles)("%s still says what it said", async (name) => {
    const report = JSON.parse((await runCommand(["--from", fileOf(name), "-o", "json", "--all"])).stdout);
    const unreachable = report.paths
      .filter(({ status }: { status: string }) => status === "unreachable")
      .map(({ from, to, target }: { from: string; to: string; target: string }) => `${from} ${to} ${target}`);
    expect({
      takenAt: report.takenAt,
      verdict: report.summary.verdict,
      cause: report.summary.cause,
      answered: report.coverage.answered,
      failed: report.coverage.failed.length,
      unreachable: unreachable.sort(),
    }).toEqual(JSON.parse(readFileSync(fileOf(name.replace(".tar.gz", ".expect.json")), "utf8")));
    expect(report.source).toMatchObject({ kind: "bundle", context: "demo", name });
    expect(report.coverage.notes.filter((note: string) => note.includes("checksum"))).toEqual([]);
  });

  it("of a later format are refused with what to do", async () => {
    const [name = ""] = bundles;
    const { paths } = await listed(fileOf(name));
    const entries = await Promise.all(
      paths.map(async (path) => {
        const content = await unpacked(fileOf(name), path);
        const text = content.toString().replace('"formatVersion": 1', '"formatVersion": 99');
        return { path, content: path === "index.json" ? text : content };
      }),
    );
    const file = scratch.write("later.tar.gz", tarGzOf(entries));
    await expect(runCommand(["--from", file])).rejects.toThrow(/bundle format 99.*this program reads up to 1/);
  });
});
