import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openSavedState } from "../../src/bundle/open-saved-state.ts";
import { generateMesh, startDemo } from "../../src/demo/index.ts";
import { HealthError } from "../../src/model/errors.ts";
import { runCommand } from "../bundle/run-command.ts";
import { seeded } from "../bundle/seeded.ts";

const entry = fileURLToPath(new URL("../../src/kubectl-cilium_health.ts", import.meta.url));
const moments = 200;

let folder = "";
let state = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kill-"));
  state = join(folder, "state.tar.gz");
  const demo = await startDemo({
    scenario: generateMesh({ nodes: 20, faults: [{ name: "vxlan-blocked", at: null }] }),
  });
  writeFileSync(join(folder, "kubeconfig"), demo.kubeconfig);
  await runCommand(["bundle", "--kubeconfig", join(folder, "kubeconfig"), "--output-file", state]);
  await demo.close();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Runs a bundle in a process of its own and kills it `ms` after its file has appeared; gives the time from there to its
 * end, null when it was killed before.
 */
async function bundleKilledAfter(ms: number, out: string): Promise<number | null> {
  const argv = [entry, "bundle", "--from", state, "--output-file", join(out, "b.tar.gz"), "-q"];
  const watcher = watch(out);
  const appeared = once(watcher, "change");
  const child = spawn("node", argv, { stdio: "ignore" });
  const ended = once(child, "exit");
  await Promise.race([appeared, ended]);
  watcher.close();
  const started = performance.now();
  const timer = setTimeout(() => child.kill("SIGKILL"), ms);
  const [, signal] = await ended;
  clearTimeout(timer);
  return signal === null ? performance.now() - started : null;
}

it(`kill -9 at ${moments} moments leaves a whole bundle or a partial one that says so`, async () => {
  const whole = [];
  for (let run = 0; run < 3; run++) {
    whole.push((await bundleKilledAfter(600_000, mkdtempSync(join(folder, "whole-")))) ?? 0);
  }
  const full = Math.max(...whole);
  expect(full).toBeGreaterThan(0);
  const random = seeded(20310502);
  const waits = Array.from({ length: moments }, () => full * random());
  const seen = { whole: 0, partial: 0, tooShort: 0 };
  const lane = async () => {
    for (let ms = waits.pop(); ms !== undefined; ms = waits.pop()) {
      const out = mkdtempSync(join(folder, "out-"));
      await bundleKilledAfter(ms, out);
      const left = readdirSync(out);
      expect(left).toHaveLength(1);
      expect(left[0]).toMatch(/^b\.tar\.gz(?:\.[0-9a-f]{8}\.partial)?$/);
      seen[await judge(join(out, left[0] ?? ""))]++;
      rmSync(out, { recursive: true });
    }
  };
  await Promise.all([lane(), lane()]);
  expect(seen.whole + seen.partial + seen.tooShort).toBe(moments);
  // How many fall into the writing is the machine's affair; that some do is the point.
  expect(seen.partial).toBeGreaterThan(moments / 20);
}, 1_200_000);

/** A file under the bundle's name must be whole; one under the temporary name is what a reader can make of it. */
async function judge(file: string): Promise<"whole" | "partial" | "tooShort"> {
  try {
    const opened = await openSavedState(file);
    expect((await opened.lists()).length).toBeGreaterThan(0);
    const report = JSON.parse((await runCommand(["--from", file, "-o", "json"])).stdout);
    await opened.close();
    expect(opened.source.kind).toBe("bundle");
    expect(report.partial).toBe(opened.partial);
    // Killed between the last byte and the new name, all of it is there.
    if (file.endsWith(".tar.gz")) expect(opened.partial).toBe(false);
    if (!opened.partial) expect(report).toMatchObject({ coverage: { answered: 20, notes: [] } });
    return opened.partial ? "partial" : "whole";
  } catch (error) {
    if (!(error instanceof HealthError) || file.endsWith(".tar.gz")) throw error;
    return "tooShort";
  }
}
