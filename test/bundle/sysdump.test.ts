import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { openSavedState } from "../../src/bundle/open-saved-state.ts";
import { listScenarios } from "../../src/demo/index.ts";
import { tarGzOf, type ZipEntry, zipOf } from "./archives.ts";
import { runCommand } from "./run-command.ts";
import { filesBelow, scratchFolder } from "./scratch-folder.ts";

const scratch = scratchFolder();
const fixtures = fileURLToPath(new URL("../fixtures/sysdump/", import.meta.url));
const [name = ""] = readdirSync(fixtures).filter((entry) => entry.startsWith("cilium-sysdump-"));
const recorded = join(fixtures, name);
const base = new URL("../../src/demo/scenarios/", import.meta.url);
const scenarios = (await listScenarios(base)).map((scenario) => scenario.name);

async function reportOf(path: string): Promise<Record<string, never>> {
  return JSON.parse((await runCommand(["--from", path, "-o", "json", "--all"])).stdout);
}

/** What is said of a saved state wherever it lies: commands to type name the place. */
async function saidOf(path: string): Promise<object> {
  const { stdout } = await runCommand(["--from", path, "-o", "json", "--all"]);
  return { ...JSON.parse(stdout.replaceAll(path, "PLACE")), source: null, generatedAt: null };
}

/** As `cilium sysdump` packs it: everything below one folder of the archive's name. */
const packed = (): ZipEntry[] =>
  filesBelow(recorded).map(({ path, content }) => ({ path: `${name}/${path}`, content }));

describe("a sysdump whose agents' part is of real agents", () => {
  it("shows what each agent said, at the agents' own time", async () => {
    const report = (await reportOf(recorded)) as unknown as {
      source: object;
      takenAt: string;
      coverage: { answered: number; notes: string[] };
      paths: { from: string; to: string; target: string; status: string }[];
      findings: { id: string; evidence: { text: string }[] }[];
      nodes: { name: string; zone: string; agent: { version: string; endpoints: { total: number } } }[];
    };
    expect(report.source).toMatchObject({ kind: "sysdump", name });
    expect(report.takenAt).toMatch(/^2026-11-20T22:40:1/);
    expect(report.coverage).toMatchObject({ answered: 5, notes: [] });
    const broken = report.paths.filter((path) => path.status === "unreachable");
    expect(broken.map(({ from, to, target }) => `${from} ${to} ${target}`).sort()).toEqual([
      "worker-1 worker-2 endpoint",
      "worker-2 worker-4 endpoint",
      "worker-2 worker-5 endpoint",
      "worker-5 worker-2 endpoint",
    ]);
    expect(report.nodes.map((node) => [node.zone, node.agent.version])).toEqual([
      ["zone-a", "1.19.3"],
      ["zone-a", "1.19.3"],
      ["zone-a", "1.19.3"],
      ["zone-b", "1.19.3"],
      ["zone-b", "1.19.3"],
    ]);
    for (const node of report.nodes) expect(node.agent.endpoints.total).toBeGreaterThan(0);
  });

  it("finds the rule that drops the tunnel in what iptables-save says", async () => {
    const { findings } = (await reportOf(recorded)) as unknown as { findings: { evidence: { text: string }[] }[] };
    expect(JSON.stringify(findings)).toContain("-A INPUT -p udp -m udp --dport 8472 -j DROP");
  });

  it("says the same as a zip, as a tar and as a folder", async () => {
    const folder = await saidOf(recorded);
    expect(await saidOf(scratch.write("dump.zip", zipOf(packed())))).toEqual(folder);
    expect(await saidOf(scratch.write("dump.tgz", tarGzOf(packed())))).toEqual(folder);
    const bare = packed().map((entry) => ({ ...entry, path: entry.path.slice(name.length + 1) }));
    expect(await saidOf(scratch.write("bare.zip", zipOf(bare)))).toEqual(folder);
  });

  it("without JSON is read from the verbose text, with the same paths", async () => {
    const textOnly = packed().filter(({ path }) => !path.endsWith("cilium-health-status--o-json.md"));
    const [text, json] = [await reportOf(scratch.write("text.zip", zipOf(textOnly))), await reportOf(recorded)];
    expect(text["paths"]).toEqual(json["paths"]);
  });

  it("without an agent's output calls it unknown, and says so", async () => {
    const some = packed().filter(({ path }) => !path.includes("bugtool-cilium-3"));
    const report = (await reportOf(scratch.write("some.zip", zipOf(some)))) as unknown as {
      coverage: { answered: number; unasked: { node: string }[] };
      paths: { from: string; status: string }[];
    };
    expect(report.coverage).toMatchObject({ answered: 4, unasked: [{ node: "worker-3" }] });
    for (const path of report.paths.filter(({ from }) => from === "worker-3")) expect(path.status).toBe("unasked");
  });

  it("taken with --quick has no agent's output at all, which is no health", async () => {
    const quick = packed().filter(({ path }) => !path.includes("bugtool"));
    const { stdout, code } = await runCommand(["--from", scratch.write("quick.zip", zipOf(quick)), "-o", "json"]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout).summary.verdict).not.toBe("healthy");
    expect(stdout).toContain("has no cilium-bugtool output of any agent");
  });

  it("whose agents' archives were left packed says how to read it", async () => {
    const entries = [
      ...packed().filter(({ path }) => !path.includes("bugtool")),
      { path: `${name}/cilium-bugtool-cilium-1-20261120-224005.tar.gz`, content: "x" },
    ];
    const state = await openSavedState(scratch.write("left.zip", zipOf(entries)));
    expect(state.notes().join()).toContain("was left packed by the sysdump");
    await state.close();
  });

  it.each(["k8s-nodes", "ciliumnodes", "cilium-configmap", "ciliumclusterwidenetworkpolicies"])(
    "without %s says that it is missing",
    async (list) => {
      const some = packed().filter(({ path }) => !path.startsWith(`${name}/${list}`));
      const report = (await reportOf(scratch.write("list.zip", zipOf(some)))) as unknown as {
        coverage: { notes: string[] };
      };
      expect(report.coverage.notes.join("\n")).toMatch(/the sysdump has no list of/);
    },
  );

  it("with a list that is no YAML says so and reads the rest", async () => {
    const broken = packed().map((entry) =>
      entry.path.includes("/ciliumnodes-") ? { ...entry, content: "items:\n- a: [\n" } : entry,
    );
    const report = (await reportOf(scratch.write("yaml.zip", zipOf(broken)))) as unknown as {
      coverage: { notes: string[]; answered: number };
    };
    expect(report.coverage.notes.join()).toContain("is not YAML");
    expect(report.coverage.answered).toBe(5);
  });
});

const ts = "20310502-091430";
const listNames = {
  pods: "k8s-pods",
  nodes: "k8s-nodes",
  ciliumnodes: "ciliumnodes",
  ciliumclusterwidenetworkpolicies: "ciliumclusterwidenetworkpolicies",
  "cilium-config": "cilium-configmap",
} as const;

/** A recorded scenario in the layout of a sysdump, as far as bugtool prints the same things. */
function asSysdump(scenario: string): ZipEntry[] {
  const folder = fileURLToPath(new URL(`${scenario}/`, base));
  const read = (path: string) => {
    try {
      return readFileSync(join(folder, path), "utf8");
    } catch {
      return null;
    }
  };
  const lists = Object.entries(listNames).map(([file, to]) => {
    const json = JSON.parse(read(`kube/${file}.json`) ?? "null");
    return { path: `${to}-${ts}.yaml`, content: stringify(json, { indentSeq: false, lineWidth: 0 }) };
  });
  const pods: { metadata: { name: string }; spec: { nodeName: string } }[] = JSON.parse(
    read("kube/pods.json") ?? "{}",
  ).items;
  const agents = pods.flatMap(({ metadata, spec }): ZipEntry[] => {
    const at = (file: string) => read(`nodes/${spec.nodeName}/${file}`);
    const health = at("cilium-health-status.json");
    if (health === null) return [];
    const time = (at("date.txt") ?? "")
      .replaceAll(/[-:Z\n]/g, "")
      .replace("T", "-")
      .replace(/(\.\d{3})\d*/, "$1");
    const debuginfo = `{"cilium-status":${at("cilium-status.json")},"endpoint-list":${at("cilium-endpoint-list.json")}}`;
    const cmd = `cilium-bugtool-${metadata.name}-${ts}/cmd`;
    return [
      { path: `${cmd}/cilium-health-status--o-json.md`, content: health },
      { path: `${cmd}/cilium-dbg-node-list--o-json.md`, content: at("cilium-node-list.json") ?? "" },
      { path: `${cmd}/cilium-debuginfo-${time}+0000-UTC.json`, content: debuginfo },
    ];
  });
  return [...lists, ...agents].map((entry) => ({ ...entry, path: `cilium-sysdump-${ts}/${entry.path}` }));
}

describe.each(scenarios)("%s as a sysdump", (scenario) => {
  it("has the paths and the unexplained ones that the captures have", async () => {
    const folder = fileURLToPath(new URL(scenario, base));
    const direct = JSON.parse((await runCommand(["--from", folder, "-o", "json", "--all", "--no-confirm"])).stdout);
    const file = scratch.write(`${scenario}.zip`, zipOf(asSysdump(scenario)));
    const dump = JSON.parse((await runCommand(["--from", file, "-o", "json", "--all", "--no-confirm"])).stdout);
    const bare = (paths: { status: string }[]) =>
      paths.filter(({ status }) => status !== "unasked").map((path) => ({ ...path, finding: null }));
    expect(bare(dump.paths)).toEqual(bare(direct.paths));
    expect(dump.summary.verdict).toBe(direct.summary.verdict);
    expect(dump.summary.cause).toBe(direct.summary.cause);
  });
});
