import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Demo, type Fault, generateMesh, listScenarios, readScenario, startDemo } from "../../src/demo/index.ts";
import { runCommand } from "./run-command.ts";
import { filesBelow, scratchFolder } from "./scratch-folder.ts";
import { listed, unpacked } from "./unpacked.ts";

const scratch = scratchFolder();
const base = new URL("../../src/demo/scenarios/", import.meta.url);
const scenarios = (await listScenarios(base)).map(({ name }) => name);
const folderOf = (name: string) => fileURLToPath(new URL(name, base));

/** What two reports of one state may differ in: when they were made, and where from. */
function comparable(json: string, kubeconfig = ""): string {
  const plain = kubeconfig === "" ? json : json.replaceAll(` --kubeconfig ${kubeconfig}`, "");
  return plain
    .replace(/(kubectl cilium-health pair .*) (?:--context demo|--from \S+)"/g, '$1"')
    .replace(/"generatedAt": "[^"]*"/, '"generatedAt": ""')
    .replace(/"source": \{[^}]*\}/, '"source": {}');
}

async function withDemo<T>(demo: Promise<Demo>, name: string, work: (kubeconfig: string) => Promise<T>): Promise<T> {
  const server = await demo;
  try {
    return await work(scratch.write(`${name}.kubeconfig`, server.kubeconfig));
  } finally {
    await server.close();
  }
}

function mesh(faults: readonly Fault[], nodes = 6): Promise<Demo> {
  return startDemo({ scenario: generateMesh({ nodes, faults, now: () => Date.parse("2031-05-02T09:20:00Z") }) });
}

const fault = (name: Fault["name"]): Fault => ({ name, at: null });

interface Checked {
  readonly id: string;
  readonly counts: { readonly ok: number; readonly warning: number; readonly failed: number; readonly notRun: number };
}

/** How many nodes each check found well, doubtful, broken or could not look at. */
async function checks(...from: readonly string[]): Promise<Record<string, Checked["counts"]>> {
  const { stdout } = await runCommand(["check", "-o", "json", ...from]);
  return Object.fromEntries((JSON.parse(stdout).checks as Checked[]).map(({ id, counts }) => [id, counts]));
}

describe.each(scenarios)("a bundle of %s", (name) => {
  it("gives byte for byte the report of the live cluster, but for time and source", async () => {
    await withDemo(startDemo({ scenario: await readScenario(base, name) }), name, async (kubeconfig) => {
      const file = scratch.path(`${name}.tar.gz`);
      const saved = await runCommand(["bundle", "--kubeconfig", kubeconfig, "--output-file", file]);
      const live = await runCommand(["--kubeconfig", kubeconfig, "-o", "json", "--all"]);
      const again = await runCommand(["--from", file, "-o", "json", "--all"]);
      expect(comparable(again.stdout)).toBe(comparable(live.stdout, kubeconfig));
      expect(again.code).toBe(live.code);
      expect(saved.code).toBe(name === "node-down" ? 3 : 0);
      const inside = new TextDecoder().decode(await unpacked(file, "report.json"));
      const short = await runCommand(["--kubeconfig", kubeconfig, "-o", "json"]);
      expect(comparable(inside)).toBe(comparable(short.stdout));
    });
  });

  it("made of a captures folder gives the folder's report", async () => {
    const file = scratch.path(`${name}-again.tar.gz`);
    await runCommand(["bundle", "--from", folderOf(name), "--output-file", file]);
    const direct = await runCommand(["--from", folderOf(name), "-o", "json", "--all"]);
    const again = await runCommand(["--from", file, "-o", "json", "--all"]);
    expect(comparable(again.stdout)).toBe(comparable(direct.stdout));
    expect(again.code).toBe(direct.code);
  });
});

describe("agents that fail", () => {
  const faults: readonly Fault["name"][] = [
    "agent-not-running",
    "no-agent",
    "node-down",
    "health-socket-missing",
    "not-probed",
    "garbage",
    "cut",
    "huge",
    "hostile-names",
  ];

  it.each(faults)("are in the bundle as they failed: %s", async (name) => {
    await withDemo(mesh([fault(name)]), name, async (kubeconfig) => {
      const file = scratch.path(`${name}.tar.gz`);
      const saved = await runCommand(["bundle", "--kubeconfig", kubeconfig, "--output-file", file]);
      expect([0, 3]).toContain(saved.code);
      const live = await runCommand(["--kubeconfig", kubeconfig, "-o", "json", "--all"]);
      const again = await runCommand(["--from", file, "-o", "json", "--all"]);
      expect(comparable(again.stdout)).toBe(comparable(live.stdout, kubeconfig));
    });
  });

  it("leave their log, present and previous, though nothing can be run in them", async () => {
    await withDemo(mesh([fault("agent-not-running")]), "logs", async (kubeconfig) => {
      const file = scratch.path("logs.tar.gz");
      await runCommand(["bundle", "--kubeconfig", kubeconfig, "--output-file", file]);
      const index = JSON.parse(new TextDecoder().decode(await unpacked(file, "index.json")));
      const logs = index.members
        .map(({ path }: { path: string }) => path)
        .filter((path: string) => /^logs\//.test(path));
      expect(logs.filter((path: string) => path.endsWith("previous.log")).length).toBeGreaterThan(0);
      expect(new TextDecoder().decode(await unpacked(file, logs[0]))).toContain("Daemon initialization completed");
    });
  });

  it("and one that may not be exec'd into leaves the API's view", async () => {
    const scenario = generateMesh({ nodes: 3 });
    await withDemo(startDemo({ scenario, deny: ["get pods/exec"] }), "refused", async (kubeconfig) => {
      const file = scratch.path("refused.tar.gz");
      const saved = await runCommand(["bundle", "--kubeconfig", kubeconfig, "--output-file", file]);
      expect(saved.code).toBe(3);
      expect(saved.stdout).toContain("missing: agents exec");
      expect(new TextDecoder().decode(await unpacked(file, "kube/pods.json"))).toContain("nodeName");
    });
  });
});

describe("the file", () => {
  let demo: Demo;
  let kubeconfig = "";
  beforeAll(async () => {
    demo = await mesh([fault("vxlan-blocked")], 12);
    kubeconfig = scratch.write("kubeconfig", demo.kubeconfig);
  });
  afterAll(() => demo.close());
  const take = (name: string, ...flags: readonly string[]) =>
    runCommand(["bundle", "--kubeconfig", kubeconfig, "--output-file", scratch.path(name), ...flags]);

  it("has an index that names every member with its checksum, as its last member", async () => {
    await take("index.tar.gz");
    const { createHash } = await import("node:crypto");
    const index = JSON.parse(new TextDecoder().decode(await unpacked(scratch.path("index.tar.gz"), "index.json")));
    expect(index).toMatchObject({ formatVersion: 1, partial: false, tool: { version: "test" }, dropped: [] });
    const { paths } = await import("./unpacked.ts").then((module) => module.listed(scratch.path("index.tar.gz")));
    expect(paths.at(-1)).toBe("index.json");
    expect(index.members.map(({ path }: { path: string }) => path)).toEqual(paths.slice(0, -1));
    for (const { path, sha256, bytes } of index.members) {
      const content = await unpacked(scratch.path("index.tar.gz"), path);
      expect(content.length).toBe(bytes);
      expect(createHash("sha256").update(content).digest("hex")).toBe(sha256);
    }
    expect(paths).toEqual(expect.arrayContaining(["report.json", "report.html", "log.txt", "kube/nodes.json"]));
  });

  it("is for its owner alone, and there is nothing else", async () => {
    const { statSync, mkdirSync } = await import("node:fs");
    mkdirSync(scratch.path("alone"));
    await take("alone/one.tar.gz");
    expect(readdirSync(scratch.path("alone"))).toEqual(["one.tar.gz"]);
    if (process.platform !== "win32") expect(statSync(scratch.path("alone/one.tar.gz")).mode & 0o077).toBe(0);
  });

  it("stays within --max-bytes and says what it left out", async () => {
    const saved = await take("small.tar.gz", "--max-bytes", "1MiB", "--all-nodes-deep", "-o", "json");
    expect(saved.code).toBe(0);
    const big = await mesh([fault("vxlan-blocked")], 150);
    try {
      const file = scratch.path("less.tar.gz");
      const config = scratch.write("big", big.kubeconfig);
      const less = await runCommand(["bundle", "--kubeconfig", config, "--output-file", file, "--max-bytes", "1MiB"]);
      expect(less.code).toBe(3);
      expect(less.stdout).toMatch(/left out for --max-bytes: \d+ files/);
      expect(readFileSync(file).length).toBeLessThanOrEqual(1024 * 1024);
      const again = await runCommand(["--from", file, "-o", "json"]);
      expect(JSON.parse(again.stdout).summary.verdict).not.toBe("healthy");
    } finally {
      await big.close();
    }
  });

  it("takes deeper captures of the nodes that findings name and of one control; of all on request", async () => {
    await take("some.tar.gz");
    await take("all.tar.gz", "--all-nodes-deep");
    const deepNodes = async (name: string) => {
      const { paths } = await import("./unpacked.ts").then((module) => module.listed(scratch.path(name)));
      return new Set(paths.filter((path) => path.includes("sysctl.txt")).map((path) => path.split("/")[1])).size;
    };
    expect(await deepNodes("some.tar.gz")).toBe(2);
    expect(await deepNodes("all.tar.gz")).toBe(12);
  });

  it("taken deep of all nodes holds what check asks and compares", async () => {
    await take("checked.tar.gz", "--all-nodes-deep");
    const live = await checks("--kubeconfig", kubeconfig);
    const saved = await checks("--from", scratch.path("checked.tar.gz"));
    expect(saved).toEqual({ ...live, "endpoints-announced": { ok: 0, warning: 0, failed: 0, notRun: 1 } });
    expect(Object.values(live).reduce((sum, { ok }) => sum + ok, 0)).toBeGreaterThan(100);
  });

  it("with stand-ins holds no list that names every pod", async () => {
    await take("named.tar.gz", "--all-nodes-deep", "--pseudonymise");
    const { paths } = await listed(scratch.path("named.tar.gz"));
    expect(paths.filter((path) => /(?:ip|service|lrp)-list/.test(path))).toEqual([]);
    expect(paths.some((path) => path.endsWith("/bpf-map-pressure.json"))).toBe(true);
  });

  it("of an interrupted run is whole, marked partial, and says so when it is read", async () => {
    const interrupt = new AbortController();
    const file = scratch.path("partial.tar.gz");
    let read = 0;
    const stop = (text: string | null) => {
      if (text?.startsWith("reading") && ++read === 4) interrupt.abort();
    };
    const argv = ["bundle", "--kubeconfig", kubeconfig, "--output-file", file, "--parallel", "1"];
    const saved = await runCommand(argv, { signal: interrupt.signal, progress: stop });
    expect(saved.code).toBe(130);
    expect(saved.stdout).toContain("partial");
    const again = JSON.parse((await runCommand(["--from", file, "-o", "json"])).stdout);
    expect(again.partial).toBe(true);
    expect(again.coverage.notes.join()).toContain("was interrupted");
    expect(again.coverage.answered).toBeLessThan(12);
    expect(again.coverage.answered).toBeGreaterThan(0);
  });

  it("that was changed afterwards is not believed", async () => {
    await take("changed.tar.gz");
    const { tarGzOf } = await import("./archives.ts");
    const { listed } = await import("./unpacked.ts");
    const { paths } = await listed(scratch.path("changed.tar.gz"));
    const changed = paths.find((path) => path.endsWith("cilium-health-status.json")) ?? "";
    const entries = await Promise.all(
      paths.map(async (path) => {
        const content = await unpacked(scratch.path("changed.tar.gz"), path);
        return { path, content: path === changed ? Buffer.concat([content, Buffer.from(" ")]) : content };
      }),
    );
    const file = scratch.write("forged.tar.gz", tarGzOf(entries));
    const report = JSON.parse((await runCommand(["--from", file, "-o", "json"])).stdout);
    expect(report.coverage.notes.join()).toContain(`${changed} is not what was saved`);
    expect(report.coverage.answered).toBe(11);
  });

  it("cannot be made where nobody may write, and nothing is left then", async () => {
    await expect(take("no/such/folder/x.tar.gz")).rejects.toThrow(/cannot write .*x\.tar\.gz/);
  });

  it("is not made by --dry-run, which lists every command and asks nobody", async () => {
    const plan = await runCommand(["bundle", "--dry-run", "--kubeconfig", "/nowhere"]);
    expect(plan.code).toBe(0);
    for (const part of [
      "cilium-health status -o json",
      "iptables-save -c",
      "list pods",
      "never: secrets",
      "Would write",
    ]) {
      expect(plan.stdout).toContain(part);
    }
  });

  it("is a gzip'd tar that any tar reads", async () => {
    await take("plain.tar.gz");
    const tar = gunzipSync(readFileSync(scratch.path("plain.tar.gz")));
    expect(tar.length % 512).toBe(0);
    expect(tar.subarray(257, 262).toString()).toBe("ustar");
  });

  it("unpacked by hand is read as a folder just the same", async () => {
    await take("folder.tar.gz");
    const { mkdirSync, writeFileSync } = await import("node:fs");
    const { dirname } = await import("node:path");
    const { listed } = await import("./unpacked.ts");
    for (const path of (await listed(scratch.path("folder.tar.gz"))).paths) {
      mkdirSync(dirname(scratch.path(`hand/${path}`)), { recursive: true });
      writeFileSync(scratch.path(`hand/${path}`), await unpacked(scratch.path("folder.tar.gz"), path));
    }
    expect(filesBelow(scratch.path("hand")).length).toBeGreaterThan(20);
    const packed = await runCommand(["--from", scratch.path("folder.tar.gz"), "-o", "json", "--all"]);
    const folder = await runCommand(["--from", scratch.path("hand"), "-o", "json", "--all"]);
    expect(comparable(folder.stdout)).toBe(comparable(packed.stdout));
  });
});
