import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRequest } from "../../src/cli/parse-request.ts";
import { tallyCaptures } from "../../src/collect/short-captures.ts";
import { look } from "../../src/commands/look.ts";
import { detailOf } from "../../src/commands/status.ts";
import { type FaultName, generateMesh, startDemo } from "../../src/demo/index.ts";
import type { Report } from "../../src/model/report.ts";
import { reportDocument } from "../../src/render/document.ts";
import { jsonChunks } from "../../src/render/json.ts";
import { generatedLook } from "../generated-look.ts";
import { silentIo } from "../recorded-report.ts";

const now = Date.parse("2031-05-02T09:20:00Z");
const nodes = 210;
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "short-round-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Asked {
  readonly report: Report;
  /** Command lines by how many agents were asked them. */
  readonly asked: ReadonlyMap<string, number>;
}

/** `mostAnswers`: the run is interrupted after so many replies. */
async function lookShort(
  faults: readonly FaultName[],
  args: readonly string[],
  mostAnswers = Number.POSITIVE_INFINITY,
): Promise<Asked> {
  const interrupt = new AbortController();
  let answers = 0;
  const mesh = generateMesh({ nodes, now: () => now, faults: faults.map((name) => ({ name, at: null })) });
  const asked = new Map<string, number>();
  const reply: typeof mesh.reply = (node, argv) => {
    const line = argv.join(" ").replace(/jsonpath=(\w+).*/, "$1");
    asked.set(line, (asked.get(line) ?? 0) + 1);
    if (++answers === mostAnswers) interrupt.abort();
    return mesh.reply(node, argv);
  };
  const demo = await startDemo({ scenario: { ...mesh, reply } });
  try {
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, demo.kubeconfig);
    const request = parseRequest(["--kubeconfig", kubeconfig, ...args]);
    if (request.kind !== "status") throw new Error("not a status request");
    return {
      report: (await look(request, { ...silentIo(), signal: interrupt.signal }, "cluster", detailOf(request))).report,
      asked,
    };
  } finally {
    await demo.close();
  }
}

function fullReport(faults: readonly FaultName[]): Report {
  return generatedLook({ nodes, faults: faults.map((name) => ({ name, at: null })) }).report;
}

/** A finding says of how many agents it has read the endpoint list. */
const readHere = / \((?:all )?\d+(?: of \d+)? read\)/g;

/** What both have to claim: everything but what names the run, and what the short form says that it did not ask. */
function claims(report: Report): unknown {
  const document = JSON.parse([...jsonChunks(reportDocument(report, true))].join("").replaceAll(readHere, ""));
  return {
    ...document,
    // As one text: there are ninety thousand of them.
    paths: document.paths.map((path: unknown) => JSON.stringify(path)).join("\n"),
    source: null,
    generatedAt: null,
    coverage: { ...document.coverage, notes: [] },
    nodes: document.nodes.map((node: { agent: object | null }) => ({
      ...node,
      agent: node.agent === null ? null : { ...node.agent, endpoints: null },
    })),
    findings: document.findings.map(({ confirm: _steps, ...finding }: { confirm: unknown }) => finding),
  };
}

describe("a cluster of 200 agents and more", () => {
  const cases: readonly (readonly FaultName[])[] = [
    [],
    ["vxlan-blocked", "not-probed"],
    ["zone-partition", "stale"],
    ["endpoint-health-off", "health-socket-missing", "ghost-node"],
  ];

  it.each(cases.map((faults) => ({ faults })))(
    "claims in short what it claims in full, of every probe where that is asked for: $faults",
    async ({ faults }) => {
      const { report } = await lookShort(faults, ["--no-confirm", "--all"]);
      expect(claims(report)).toEqual(claims(fullReport(faults)));
    },
  );

  it("asks one agent a zone for each probe, the others to count, and lists of those that a finding names and one more", async () => {
    const { report, asked } = await lookShort(["vxlan-blocked"], ["--no-confirm"]);
    expect(Object.fromEntries(asked)).toEqual({
      "cilium-health status -o rows": 3,
      "date -u +%Y-%m-%dT%H:%M:%S.%NZ": 3,
      "cilium-health status -o tally": nodes - 3,
      "cilium-dbg status -o fields": nodes,
      "cilium-dbg node list -o json": 2,
      "cilium-dbg endpoint list -o json": 2,
    });
    expect(report.coverage.notes).toEqual([
      "210 agents were asked in short; node lists and endpoint lists of 2 of them alone: those that findings or the command name, and one to compare with",
      "207 of them counted their good probes and told the others alone: median latencies are of the others and of one path in 32 of these, ages of the others alone",
    ]);
    expect(report.coverage.counted?.agents).toBe(nodes - 3);
    expect(report.nodes.every(({ latency }) => latency.icmpMedianNs !== null)).toBe(true);
    const told = report.nodes.filter((node) => node.agent?.endpoints != null).map((node) => node.name);
    expect(told).toContain("node-002");
  });

  it("asks the lists of nobody where nothing is wrong, and says so", async () => {
    const { report, asked } = await lookShort([], []);
    expect([...asked.keys()].filter((line) => line.includes("list"))).toEqual([]);
    expect(report.exitCode).toBe(0);
    expect(report.coverage.notes.join()).toContain("of none of them: nothing is wrong");
  });

  it("takes at most five bytes a peer from a healthy agent", async () => {
    const mesh = generateMesh({ nodes, now: () => now });
    const [tally] = tallyCaptures(() => ({ oldest: "2031-05-02T09:10:00Z", newest: "2031-05-02T09:30:00Z" }));
    const reply = mesh.reply("node-007", tally?.argv ?? []);
    const pieces = reply.kind === "output" ? [...reply.stdout].map((piece) => Buffer.from(piece)) : [];
    expect(Buffer.concat(pieces).length).toBeGreaterThan(3 * nodes);
    expect(Buffer.concat(pieces).length).toBeLessThanOrEqual(5 * nodes);
  });

  it.each([
    ["-o", "wide"],
    ["-o", "prometheus"],
  ])("asks for every probe where each is shown: %s %s", async (...args) => {
    const { asked } = await lookShort([], args);
    expect(asked.get("cilium-health status -o rows")).toBe(nodes);
    expect(asked.has("cilium-health status -o tally")).toBe(false);
  });

  it("asks agents with stale or missing results for every probe as well", async () => {
    const { report, asked } = await lookShort(["stale", "not-probed"], ["--no-confirm"]);
    expect(asked.get("cilium-health status -o rows")).toBe(4);
    expect(report.coverage.counted?.agents).toBe(nodes - 4);
    expect(report.summary.pairs.host.unknown + report.summary.pairs.host.stale).toBe(nodes - 1);
  });

  it("says why nobody could be asked to count", async () => {
    const { report, asked } = await lookShort(["endpoint-health-off"], []);
    expect(asked.get("cilium-health status -o rows")).toBe(nodes);
    expect(report.coverage.counted).toBeNull();
    expect(report.coverage.notes.join()).toContain(
      "each was asked for every probe: too few agents have a single result of every probe",
    );
  });

  it("asks the lists of a node that is named", async () => {
    const { asked } = await lookShort([], ["--node", "node-007"]);
    expect(asked.get("cilium-dbg endpoint list -o json")).toBe(2);
  });

  it("asks in full what an agent could not say in short", async () => {
    const { report, asked } = await lookShort(["garbage"], ["--no-confirm"]);
    // Cut replies are asked for once more.
    expect(asked.get("cilium-health status -o json")).toBe(2);
    expect(report.coverage.failed.map(({ node, reason }) => [node, reason])).toEqual([["node-002", "cut"]]);
  });

  it("says what is missing when it is ended before all have answered, with every zone heard", async () => {
    const { report } = await lookShort([], [], 120);
    const { answered, agents, unasked, failed, notes } = report.coverage;
    expect(report.partial).toBe(true);
    expect(report.exitCode).toBe(3);
    expect(answered).toBeGreaterThan(0);
    expect(answered).toBeLessThan(agents);
    expect(unasked.length + failed.length).toBeGreaterThanOrEqual(agents - answered);
    expect(notes.join()).toContain("the run ended before any was asked more closely");
    const heard = report.nodes.filter((node) => node.out.host.reachable > 0).map((node) => node.zone);
    expect([...new Set(heard)].sort()).toEqual(["zone-a", "zone-b", "zone-c"]);
    const { host } = report.summary.pairs;
    expect(host.reachable + host.unasked + host.unknown).toBe(host.total);
  });
});
