import { cpSync, mkdtempSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { create } from "tar";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unpacked } from "./bundle/unpacked.ts";
import type { Seen } from "./faults/run-through.ts";
import { behind, filling, type LargeRun, type Output, runMeasured, runSwollen, type Swell } from "./large-replies.ts";

const hugeMiB = 100;
const nodes = 6;
const victim = "node-3";

/** The program takes 110, a reply at most 32 by its limit, and buffers that were read are let go of after 64 more. */
const mostLiveMiB = 250;
/** A saved file is read in one piece before its size is judged. */
const mostSavedMiB = 250 + hugeMiB;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "huge-reply-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the victim prints of its health instead. */
function ofHealth(instead: (whole: Output) => Partial<Output>): Swell {
  return (whole, node, [program]) => (node === victim && program === "cilium-health" ? instead(whole) : null);
}

function* validJson(): Generator<string> {
  yield '{\n  "local": {"name": "demo/node-3"},\n  "nodes": [\n';
  const entry = `    {"name": "demo/node-3", "host": {"primary-address": {"ip": "172.16.0.3"}}, "pad": "${"x".repeat(32_000)}"}`;
  for (let sent = 0; sent < hugeMiB * 1024 * 1024; sent += entry.length) yield `${entry},\n`;
  yield `${entry}\n  ]\n}\n`;
}

/** In MiB, in the order in which they are asked. */
const limits = {
  "cilium-health-status.json": 32,
  "date.txt": 4,
  "cilium-status.json": 16,
  "cilium-node-list.json": 32,
  "cilium-endpoint-list.json": 64,
};
const tooBig = (mebibytes: number) => `the reply exceeded ${mebibytes} MiB and was dropped`;

const shapes: readonly (readonly [what: string, swell: Swell, said: string])[] = [
  [
    "blanks behind its report",
    ofHealth(({ stdout }) => ({ stdout: behind(stdout, filling(" ", hugeMiB)) })),
    tooBig(32),
  ],
  [
    "one string without end",
    ofHealth(() => ({ stdout: behind(['{"local":{"name":"'], filling("x", hugeMiB)) })),
    tooBig(32),
  ],
  ["JSON that is right", ofHealth(() => ({ stdout: validJson() })), tooBig(32)],
  ["bytes of no kind", ofHealth(() => ({ stdout: filling("\u0000", hugeMiB) })), tooBig(32)],
  [
    "on stderr, and fails",
    ofHealth(() => ({ stdout: [], stderr: "no socket\n".repeat(hugeMiB * 104_858), exitCode: 1 })),
    "exited with code 1: no socket",
  ],
];

function expectOnlyVictimMissing(run: LargeRun, said: string): void {
  const report = JSON.parse(run.stdout) as Seen;
  expect(run.code).toBe(3);
  expect(report.coverage).toMatchObject({ agents: nodes, answered: nodes - 1, failed: [{ node: victim }] });
  expect(report.coverage.failed).toHaveLength(1);
  expect(report.coverage.failed[0]?.message).toBe(said);
  const rows = { reachable: (nodes - 1) * (nodes - 1), unasked: nodes - 1, unreachable: 0 };
  expect(report.summary.pairs).toMatchObject({ host: rows, endpoint: rows });
}

describe(`one agent of ${nodes} answers with ${hugeMiB} MiB:`, () => {
  it.each(shapes)("%s; it is named, the others' rows are kept", async (_what, swell, said) => {
    const run = await runSwollen(nodes, swell, ["-o", "json"]);
    expectOnlyVictimMissing(run, said);
    expect(run.swollen).toBe(1);
    expect(run.peakMiB).toBeLessThan(mostLiveMiB);
  });

  it("on stderr, beside a whole report: the report is taken", async () => {
    const noisy = ofHealth(({ stdout }) => ({ stdout, stderr: "warning\n".repeat(hugeMiB * 131_072) }));
    const run = await runSwollen(nodes, noisy, ["-o", "json"]);
    expect(run.code).toBe(0);
    expect((JSON.parse(run.stdout) as Seen).coverage).toMatchObject({ answered: nodes, failed: [] });
    expect(run.peakMiB).toBeLessThan(mostLiveMiB);
  });

  it("to every command: each is left at its own limit", async () => {
    const all: Swell = (_whole, node) => (node === victim ? { stdout: filling("x", hugeMiB) } : null);
    const run = await runSwollen(nodes, all, ["bundle", "--output-file", join(folder, "all.tar.gz")]);
    const missing = run.stdout.split("\n").filter((line) => line.startsWith(`missing: ${victim}`));
    expect(missing).toEqual(
      Object.entries(limits).map(([id, mebibytes]) => `missing: ${victim} ${id}: ${tooBig(mebibytes)}`),
    );
    expect(run.code).toBe(3);
    expect(run.peakMiB).toBeLessThan(mostLiveMiB + limits["cilium-endpoint-list.json"]);
  });

  it("its bundle is small, says which limit it was, and reads as the live run does", async () => {
    const file = join(folder, "huge.tar.gz");
    const huge = ofHealth(({ stdout }) => ({ stdout: behind(stdout, filling(" ", hugeMiB)) }));
    const run = await runSwollen(nodes, huge, ["bundle", "--output-file", file]);
    expect(run.code).toBe(3);
    expect(run.stdout).toContain(`missing: ${victim} cilium-health-status.json: ${tooBig(32)}`);
    expect(statSync(file).size).toBeLessThan(1024 * 1024);
    expect(run.peakMiB).toBeLessThan(mostLiveMiB);
    expectOnlyVictimMissing(await runMeasured(["--from", file, "-o", "json"]), tooBig(32));
  });

  it("on stderr: its bundle holds the first 64 KiB, and says how many there were", async () => {
    const file = join(folder, "noisy.tar.gz");
    const noisy = ofHealth(({ stdout }) => ({ stdout, stderr: "warning\n".repeat(hugeMiB * 131_072) }));
    const run = await runSwollen(nodes, noisy, ["bundle", "--output-file", file]);
    const stderr = (await unpacked(file, `nodes/${victim}/cilium-health-status.json.stderr`)).toString();
    expect(run.code).toBe(0);
    expect(stderr.length).toBeLessThan(66_000);
    expect(stderr).toMatch(/warning\n\n\(cut: the first 65536 of 104857600 bytes\)\n$/);
    expect(run.peakMiB).toBeLessThan(mostLiveMiB);
  });
});

describe(`a saved state with a file of ${hugeMiB} MiB`, () => {
  const places = { "a folder": "captures", "an archive": "captures.tar" };

  beforeAll(async () => {
    const captures = join(folder, places["a folder"]);
    const scenario = fileURLToPath(new URL("../src/demo/scenarios/healthy", import.meta.url));
    cpSync(scenario, captures, { recursive: true });
    truncateSync(join(captures, "nodes", "worker-1", "cilium-health-status.json"), hugeMiB * 1024 * 1024);
    await create({ cwd: folder, file: join(folder, places["an archive"]) }, [places["a folder"]]);
  });

  it.each(Object.entries(places))("read as %s: its agent is named, the others' rows are kept", async (_kind, name) => {
    const run = await runMeasured(["--from", join(folder, name), "-o", "json"]);
    const { coverage } = JSON.parse(run.stdout) as Seen;
    expect(run.code).toBe(3);
    expect(coverage).toMatchObject({
      answered: coverage.agents - 1,
      failed: [{ node: "worker-1", message: tooBig(32) }],
    });
    expect(run.peakMiB).toBeLessThan(mostSavedMiB);
  });

  it("is not handed on in a bundle, which says so", async () => {
    const file = join(folder, "again.tar.gz");
    const run = await runMeasured(["bundle", "--from", join(folder, places["a folder"]), "--output-file", file]);
    expect(run.code).toBe(3);
    expect(run.stdout).toContain(`missing: worker-1 cilium-health-status.json: ${tooBig(32)}`);
    expect(statSync(file).size).toBeLessThan(4 * 1024 * 1024);
    expect(run.peakMiB).toBeLessThan(mostSavedMiB);
  });
});
