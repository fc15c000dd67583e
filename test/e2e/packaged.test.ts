import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readArchive } from "../../krew/read-archive.ts";
import { type Demo, readScenario, startDemo } from "../../src/demo/index.ts";
import { installNode, installTarball, packStaged } from "../package/npm-package.ts";
import { linuxArchive, version } from "../package/packaged.ts";
import { kubectlPath } from "./build.ts";

const scenarios = new URL("../../src/demo/scenarios/", import.meta.url);

let folder = "";
let demo: Demo;
let kubeconfig = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cilium-health-installed-"));
  demo = await startDemo({ scenario: await readScenario(scenarios, "vxlan-blocked-one-node") });
  kubeconfig = join(folder, "kubeconfig");
  writeFileSync(kubeconfig, demo.kubeconfig);
});

afterAll(async () => {
  await demo.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Asynchronous: the cluster lives in this process. `path` is all of PATH. */
function run(path: readonly string[], command: string, ...args: readonly string[]) {
  const env = { PATH: path.join(":"), HOME: folder, KUBECONFIG: kubeconfig };
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout: stdout(), stderr: stderr() }));
  });
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: string[] = [];
  stream.setEncoding("utf8").on("data", (chunk) => chunks.push(String(chunk)));
  return () => chunks.join("");
}

describe("installed as krew does: unpacked into its store, a link in its folder of programs", () => {
  let bin = "";

  beforeAll(async () => {
    const store = join(folder, "krew", "store", "cilium-health", `v${version}`);
    bin = join(folder, "krew", "bin");
    for (const one of [store, bin]) mkdirSync(one, { recursive: true });
    for (const { name, bytes, mode } of await readArchive(linuxArchive().path, Buffer.alloc(0))) {
      writeFileSync(join(store, name), bytes);
      chmodSync(join(store, name), mode);
    }
    symlinkSync(join(store, "kubectl-cilium_health"), join(bin, "kubectl-cilium_health"));
    const script = join(bin, "kubectl_complete-cilium_health");
    writeFileSync(script, (await kubectl("cilium-health", "completion", "kubectl")).stdout);
    chmodSync(script, 0o755);
  });

  function kubectl(...args: readonly string[]) {
    return run([bin, "/usr/bin", "/bin"], kubectlPath(), ...args);
  }

  it("is found by kubectl plugin list, without a warning", async () => {
    const { code, stdout, stderr } = await kubectl("plugin", "list");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(join(bin, "kubectl-cilium_health"));
  });

  it.each(["cilium-health", "cilium_health"])("runs as kubectl %s", async (name) => {
    expect(await kubectl(name, "version")).toMatchObject({ code: 0, stdout: `kubectl-cilium_health ${version}\n` });
  });

  it("looks at the cluster of the kubeconfig, and its exit code passes through kubectl", async () => {
    const { code, stdout } = await kubectl("cilium-health", "-o", "json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ source: { context: "demo" }, coverage: { answered: 5 } });
  });

  it.each<[string[], string[]]>([
    [["pai"], ["pair"]],
    [
      ["pair", "worker-1", ""],
      ["worker-2", "worker-3", "worker-4", "worker-5"],
    ],
    [["--context", ""], ["demo"]],
    [["demo", "zone"], ["zone-partition"]],
  ])("completes %j in kubectl's own way", async (words, expected) => {
    const { code, stdout } = await kubectl("__complete", "cilium-health", ...words);
    const lines = stdout.trimEnd().split("\n");
    expect(code).toBe(0);
    expect(lines.slice(0, -1).map((line) => line.split("\t")[0])).toEqual(expected);
    expect(lines.at(-1)).toBe(":4");
  });
});

describe("installed by npm from the tarball", () => {
  let bin = "";

  beforeAll(() => {
    bin = installTarball(packStaged(folder), join(folder, "npm"));
  });

  describe.each(["22.23.2", "24.21.0", "26.10.0"])("on Node %s", (node) => {
    let path: readonly string[] = [];
    beforeAll(() => {
      const own = process.version === `v${node}`;
      path = [bin, own ? dirname(process.execPath) : installNode(node, join(folder, node)), "/usr/bin", "/bin"];
    });

    it("is a kubectl plugin that looks at a cluster", async () => {
      expect((await run(path, "node", "--version")).stdout).toBe(`v${node}\n`);
      const { code, stdout, stderr } = await run(path, kubectlPath(), "cilium-health", "-o", "json");
      expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
      expect(JSON.parse(stdout)).toMatchObject({ source: { context: "demo" }, coverage: { answered: 5 } });
    });

    it("shows the demo from what it carries", async () => {
      const { code, stdout } = await run(path, "kubectl-cilium_health", "demo", "zone-partition");
      expect(code).toBe(0);
      expect(stdout).toContain("UNREACHABLE");
    });
  });
});
