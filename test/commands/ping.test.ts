import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseRequest } from "../../src/cli/parse-request.ts";
import type { Io } from "../../src/commands/io.ts";
import { ping, pingAll } from "../../src/commands/ping.ts";
import { generateMesh, listScenarios, type MeshOptions, parseFault, startDemo } from "../../src/demo/index.ts";
import type { PingReport } from "../../src/model/ping.ts";
import { pingChunks } from "../../src/render/ping.ts";
import { recordedPing } from "../recorded-ping.ts";
import { silentIo } from "../recorded-report.ts";

const now = Date.parse("2031-05-02T09:20:00Z");
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ping-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Pinged {
  readonly report: PingReport;
  /** Command lines by how many agents were asked them. */
  readonly asked: Readonly<Record<string, number>>;
}

/** `ping` of a generated mesh over the real protocols; `deny` and `io` as the test needs them. */
async function pinged(
  mesh: MeshOptions,
  args: readonly string[] = [],
  { deny = [], io = silentIo() }: { readonly deny?: readonly string[]; readonly io?: Io } = {},
): Promise<Pinged> {
  const scenario = generateMesh({ now: () => now, ...mesh });
  const asked: Record<string, number> = {};
  const reply: typeof scenario.reply = (node, argv) => {
    const line = argv.join(" ").replace(/jsonpath=(\w+).*/, "$1");
    asked[line] = (asked[line] ?? 0) + 1;
    return scenario.reply(node, argv);
  };
  const demo = await startDemo({ scenario: { ...scenario, reply }, deny });
  try {
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, demo.kubeconfig);
    const request = parseRequest(["ping", "--kubeconfig", kubeconfig, ...args]);
    if (request.kind !== "ping") throw new Error("not a ping");
    return { report: await pingAll(request, io), asked };
  } finally {
    await demo.close();
  }
}

const meshOf = (fault: string, options: Partial<MeshOptions> = {}): MeshOptions => ({
  nodes: 5,
  faults: fault === "" ? [] : [parseFault(fault)],
  ...options,
});

describe("ping says of each agent", () => {
  it.each([
    ["", "ok", 0],
    ["stale=node-2", "stale", 3],
    ["not-probed=node-2", "ok", 0],
    ["agent-not-running=node-2", "down", 3],
    ["no-agent=node-2", "none", 3],
    ["node-down=node-2", "no-answer", 3],
    ["health-socket-missing=node-2", "no-answer", 3],
    ["garbage=node-2", "no-answer", 3],
    ["cut=node-2", "no-answer", 3],
    // What it finds out about others is no matter of its own health API.
    ["vxlan-blocked=node-2", "ok", 0],
  ])("under %s: %s", async (fault, state, code) => {
    const { report } = await pinged(meshOf(fault));
    expect(report.agents.map((agent) => agent.state)).toEqual(["ok", state, "ok", "ok", "ok"]);
    expect(report.exitCode).toBe(code);
    const odd = report.agents[1];
    expect(odd?.message === "").toBe(state === "ok");
    expect(Object.entries(report.counts).reduce((sum, [name, n]) => (name === "agents" ? sum : sum + n), 0)).toBe(5);
  });

  it.each([
    ["1.16.5", null],
    ["1.17.3", null],
    ["1.19.3", 143],
  ])("its interval and its oldest probe, where Cilium %s tells them", async (version, seconds) => {
    const { report } = await pinged(meshOf("", { version }));
    const [agent] = report.agents;
    expect(agent?.version).toBe(version);
    const interval = agent?.probeIntervalNs ?? null;
    expect(interval === null ? null : Math.floor(interval / 1e9)).toBe(seconds);
    expect(agent?.oldestProbeNs === null).toBe(seconds === null);
    expect(agent?.reportAgeNs).toBeGreaterThanOrEqual(0);
    expect(agent?.nextCycleNs).toBeGreaterThan(0);
    expect(agent?.nextCycleNs).toBeLessThanOrEqual(seconds === null ? 60e9 : (interval ?? 0));
  });

  it("of the nodes that are named alone", async () => {
    const { report, asked } = await pinged(meshOf(""), ["--node", "*-4"]);
    expect(report.agents.map(({ node }) => node)).toEqual(["node-4"]);
    expect(asked["cilium-health status -o json"]).toBe(1);
  });
});

describe("ping of 200 agents and more", () => {
  it("fetches heads, never rows", async () => {
    const { report, asked } = await pinged({ nodes: 210, faults: [parseFault("stale=node-007")] });
    expect(asked).toEqual({
      "cilium-health status -o head": 210,
      "date -u +%Y-%m-%dT%H:%M:%S.%NZ": 210,
      "cilium-dbg status -o fields": 210,
    });
    expect(report.counts).toMatchObject({ agents: 210, ok: 209, stale: 1 });
    const table = [
      ...pingChunks(report, "table", { columns: 80, colorLevel: 0, ascii: true, noHeaders: false, all: false }),
    ];
    expect(table.filter((line) => line.startsWith("node-"))).toHaveLength(1);
    expect(table.join("")).toContain("... 209 agents well, reports");
  });
});

describe("ping that may not or need not ask", () => {
  it("says which right is missing, and nothing on stdout", async () => {
    await expect(pinged(meshOf(""), [], { deny: ["get pods/exec"] })).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining("may not run commands"),
    });
  });

  it("refuses a node that is not there", async () => {
    await expect(pinged(meshOf(""), ["--node", "wroker"])).rejects.toMatchObject({ exitCode: 2 });
  });

  it("interrupted, shows what is known and exits with 130", async () => {
    const interrupt = new AbortController();
    const written: string[] = [];
    const folderOf = new URL("../../src/demo/scenarios/healthy", import.meta.url).pathname;
    const request = parseRequest(["ping", "--from", folderOf]);
    if (request.kind !== "ping") throw new Error("not a ping");
    interrupt.abort();
    expect(await ping(request, { ...silentIo(written), signal: interrupt.signal })).toBe(130);
    expect(written.join("")).toContain("0 of 5 health APIs up   INTERRUPTED, partial");
    expect(written.join("")).toContain("not asked: worker-1..worker-5: the run ended before it answered");
  });
});

describe("docs/ping.schema.json", () => {
  const schema: object = JSON.parse(readFileSync(new URL("../../docs/ping.schema.json", import.meta.url), "utf8"));
  const fits = new Ajv2020({ allErrors: true }).compile(schema);
  const options = { columns: 80, colorLevel: 0, ascii: false, noHeaders: false, all: false } as const;
  const documentOf = (report: PingReport): unknown => JSON.parse([...pingChunks(report, "json", options)].join(""));

  it("fits what is printed of every recorded scenario, as JSON and as YAML", async () => {
    for (const { name } of await listScenarios(new URL("../../src/demo/scenarios/", import.meta.url))) {
      const report = await recordedPing(name);
      const document = documentOf(report);
      expect(fits(document), `${name}: ${JSON.stringify(fits.errors)}`).toBe(true);
      expect(parse([...pingChunks(report, "yaml", options)].join(""))).toEqual(document);
    }
  });

  it.each(["stale", "agent-not-running", "no-agent", "node-down", "hostile-names"])(
    "fits a mesh with %s",
    async (fault) => {
      const document = documentOf((await pinged(meshOf(fault))).report);
      expect(fits(document), JSON.stringify(fits.errors)).toBe(true);
    },
  );

  it("refuses an unknown state", async () => {
    const text = JSON.stringify(documentOf(await recordedPing("healthy"))).replace('"state":"ok"', '"state":"fine"');
    expect(fits(JSON.parse(text))).toBe(false);
  });
});
