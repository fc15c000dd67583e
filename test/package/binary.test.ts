import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readArchive } from "../../krew/read-archive.ts";
import { listScenarios, readScenario, startDemo } from "../../src/demo/index.ts";
import { linuxArchive, projectRoot, runIn, version } from "./packaged.ts";

const scenarios = new URL("../../src/demo/scenarios/", import.meta.url);
let folder = "";
let program = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cilium-health-binary-"));
  program = join(folder, "kubectl-cilium_health");
  const members = await readArchive(linuxArchive().path, Buffer.alloc(0));
  const found = members.find(({ name }) => name === "kubectl-cilium_health");
  writeFileSync(program, found?.bytes ?? "");
  chmodSync(program, found?.mode ?? 0);
  mkdirSync(join(folder, "empty"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In an empty folder, with an empty PATH and no home: nothing but the one file can be of help. */
function binary(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return runIn(join(folder, "empty"), { PATH: "/nonexistent", HOME: "/nonexistent", ...env })(program, ...args);
}

describe("the self-contained binary, all by itself,", () => {
  it("says package.json's version", () => {
    expect(binary(["version"])).toMatchObject({ status: 0, stdout: `kubectl-cilium_health ${version}\n`, stderr: "" });
  });

  it("prints the help that the unpackaged program prints", () => {
    const entry = join(projectRoot, "src", "kubectl-cilium_health.ts");
    const source = runIn(projectRoot, {})(process.execPath, entry, "--help");
    expect(binary(["--help"])).toMatchObject({ status: 0, stdout: source.stdout, stderr: "" });
  });

  it("has every recorded scenario inside", async () => {
    const { status, stdout } = binary(["demo", "--list"]);
    expect(status).toBe(0);
    for (const { name } of await listScenarios(scenarios)) expect(stdout).toContain(`  ${name} `);
  });

  it("shows the demo and names the code a real run would give", () => {
    const { status, stdout, stderr } = binary(["demo"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^worker-2\b.*0\/4\s+UNREACHABLE/m);
    expect(stderr).toBe("A real run would have exited with code 1 (unhealthy).\n");
  });

  it("writes megabytes into a pipe, whole", () => {
    const { status, stdout } = binary(["demo", "--nodes", "60", "-o", "json", "--all", "-q"]);
    expect(status).toBe(0);
    expect(stdout.length).toBeGreaterThan(2_000_000);
    expect(JSON.parse(stdout)).toMatchObject({ kind: "Report", coverage: { answered: 60 } });
  });

  it("gives wrong usage its code and one sentence", () => {
    const { status, stdout, stderr } = binary(["--no-such-flag"]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^error: unknown flag: --no-such-flag\n/);
  });

  it("works through a link, as krew installs it", () => {
    const link = join(folder, "link");
    symlinkSync(program, link);
    const { status, stdout } = runIn(folder, {})(link, "version", "-o", "json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ version });
  });
});

describe("the caller's NODE_OPTIONS", () => {
  it("run nothing inside the binary", () => {
    const proof = join(folder, "proof");
    const script = join(folder, "intruder.cjs");
    writeFileSync(script, `require("node:fs").writeFileSync(${JSON.stringify(proof)}, "")`);
    const { status, stderr } = binary(["version"], { NODE_OPTIONS: `--require ${script}` });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(existsSync(proof)).toBe(false);
  });

  it("cannot stop it either", () => {
    expect(binary(["version"], { NODE_OPTIONS: "--no-such-option" })).toMatchObject({ status: 0, stderr: "" });
  });
});

describe("the binary against a cluster over TLS", () => {
  it("lists, execs into every agent and judges as the unpackaged program does", async () => {
    const demo = await startDemo({ scenario: await readScenario(scenarios, "node-down") });
    try {
      const kubeconfig = join(folder, "kubeconfig");
      writeFileSync(kubeconfig, demo.kubeconfig);
      const entry = join(projectRoot, "src", "kubectl-cilium_health.ts");
      const words = ["--kubeconfig", kubeconfig, "-o", "json", "--all"];
      const [packaged, source] = await Promise.all([
        spawned(program, ...words),
        spawned(process.execPath, entry, ...words),
      ]);
      expect(packaged.code).toBe(1);
      expect(packaged.code).toBe(source.code);
      const [ours, theirs] = [packaged, source].map(({ stdout }) => comparable(stdout));
      expect(ours).toEqual(theirs);
      expect(ours).toMatchObject({ coverage: { answered: 4 } });
    } finally {
      await demo.close();
    }
  });
});

/** Asynchronous: the server it talks to lives in this process. */
async function spawned(command: string, ...args: readonly string[]): Promise<{ code: number | null; stdout: string }> {
  const { spawn } = await import("node:child_process");
  const child = spawn(command, args, {
    cwd: folder,
    env: { HOME: "/nonexistent" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, stdout };
}

function comparable(json: string): object {
  return { ...(JSON.parse(json) as object), generatedAt: null };
}
