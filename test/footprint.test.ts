import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verbs } from "../src/cli/verbs.ts";
import { type Demo, generateMesh, parseFault, startDemo } from "../src/demo/index.ts";

const entry = fileURLToPath(new URL("../src/kubectl-cilium_health.ts", import.meta.url));
const hook = new URL("footprint-hook.mjs", import.meta.url).href;
const saved = fileURLToPath(new URL("../src/demo/scenarios/healthy", import.meta.url));

let demo: Demo;
let root = "";
beforeAll(async () => {
  demo = await startDemo({ scenario: generateMesh({ nodes: 4, faults: [parseFault("vxlan-blocked=node-2")] }) });
  root = mkdtempSync(join(tmpdir(), "footprint-"));
  for (const name of ["home/.kube", "cwd", "tmp", "asked"]) mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, "home/.kube/config"), demo.kubeconfig);
});
afterAll(async () => {
  await demo.close();
  rmSync(root, { recursive: true, force: true });
});

interface Footprint {
  readonly code: number | null;
  readonly stderr: string;
  /** Whom it looked up and connected to, and what it started: each once, sorted. */
  readonly network: readonly string[];
  /** Files that are new in its home, its working directory, the temporary folder, and where it was asked to write. */
  readonly files: readonly string[];
}

/** Runs the program where Node itself lets it write nothing, or into one folder. */
async function footprintOf(args: readonly string[], writesTo: string | null): Promise<Footprint> {
  const before = new Set(filesIn(root));
  const may = ["--permission", "--allow-fs-read=*", ...(writesTo === null ? [] : [`--allow-fs-write=${writesTo}`])];
  const env = { PATH: process.env["PATH"], HOME: join(root, "home"), TMPDIR: join(root, "tmp") };
  const child = spawn("node", [...may, "--import", hook, entry, ...args], { cwd: join(root, "cwd"), env });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdout.resume();
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  const network = new Set([...stderr.matchAll(/^footprint (.*)$/gm)].map(([, what = ""]) => what));
  return {
    code,
    stderr: stderr.replaceAll(/^footprint .*\n/gm, ""),
    network: [...network].sort(),
    files: filesIn(root).filter((file) => !before.has(file)),
  };
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => !one.isDirectory())
    .map((one) => relative(root, join(one.parentPath, one.name)));
}

interface Run {
  readonly line: string;
  readonly asks: "the cluster" | "nobody" | "itself";
  /** What it is asked to write; the demo has the kubeconfig of its own cluster in the temporary folder while it runs. */
  readonly writes?: string;
  readonly keeps?: "nothing";
}

const runs: readonly Run[] = [
  { line: "", asks: "the cluster" },
  { line: "status -o json", asks: "the cluster" },
  { line: "status -o html", asks: "the cluster" },
  { line: "matrix", asks: "the cluster" },
  { line: "pair node-1 node-2", asks: "the cluster" },
  { line: "nodes", asks: "the cluster" },
  { line: "check", asks: "the cluster" },
  { line: "ports", asks: "the cluster" },
  { line: "ping", asks: "the cluster" },
  { line: "drops --ct --for 1s", asks: "the cluster" },
  { line: "exec -- date", asks: "the cluster" },
  { line: "exec --to ../asked/out -- date", asks: "the cluster", writes: "asked/out" },
  { line: "access", asks: "the cluster" },
  { line: "bundle --output-file ../asked/b.tar.gz", asks: "the cluster", writes: "asked/b.tar.gz" },
  { line: "bundle --dry-run", asks: "nobody" },
  { line: `diff ${saved}`, asks: "the cluster" },
  { line: `diff ${saved} ${saved}`, asks: "nobody" },
  { line: `--from ${saved}`, asks: "nobody" },
  { line: "explain", asks: "nobody" },
  { line: "explain node-down", asks: "nobody" },
  { line: "completion bash", asks: "nobody" },
  { line: "version", asks: "nobody" },
  { line: "--help", asks: "nobody" },
  { line: "demo --list", asks: "nobody" },
  { line: "demo --nodes 3 --clusters 2", asks: "itself", writes: "tmp", keeps: "nothing" },
  { line: "demo healthy", asks: "itself", writes: "tmp", keeps: "nothing" },
];

describe("what a run leaves and whom it speaks to", () => {
  it.each(verbs.map(({ usage }) => usage.split(" ")[0] ?? ""))("%s is among the runs", (name) => {
    expect(runs.map(({ line }) => line.split(" ")[0])).toContain(name === "$0" ? "" : name);
  });

  it("a demo that may write nowhere says so, and ends", async () => {
    const left = await footprintOf(["demo", "healthy"], null);
    expect([left.code, left.files]).toEqual([3, []]);
    expect(left.stderr).toContain("Set TMPDIR to a folder that may be written to.");
  });

  it.each(runs)("kubectl cilium-health $line: it asks $asks, and writes what it is told to", async (run) => {
    const { line, asks, writes, keeps } = run;
    const folder = writes === undefined ? null : join(root, writes.split("/")[0] ?? "");
    const left = await footprintOf(line.split(" ").filter(Boolean), folder);
    expect(left.stderr).not.toMatch(/ERR_ACCESS_DENIED|has been restricted|this program failed/);
    expect([0, 1, 3], left.stderr).toContain(left.code);
    const server = `connect ${new URL(demo.server).host}`;
    if (asks === "itself") expect(left.network.filter((what) => !/^connect 127\.0\.0\.1:\d+$/.test(what))).toEqual([]);
    else expect(left.network).toEqual(asks === "nobody" ? [] : [server]);
    expect(
      left.files.filter((file) => keeps === "nothing" || writes === undefined || !file.startsWith(writes)),
    ).toEqual([]);
    if (writes !== undefined && keeps === undefined) expect(left.files.length).toBeGreaterThan(0);
  });
});
