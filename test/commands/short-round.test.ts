import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRequest } from "../../src/cli/parse-request.ts";
import { look } from "../../src/commands/look.ts";
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
    return { report: (await look(request, { ...silentIo(), signal: interrupt.signal })).report, asked };
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
    "claims in short what it claims in full: $faults",
    async ({ faults }) => {
      const { report } = await lookShort(faults, ["--no-confirm"]);
      expect(claims(report)).toEqual(claims(fullReport(faults)));
    },
  );

  it("asks each agent three commands, and lists of those that a finding names and one healthy one", async () => {
    const { report, asked } = await lookShort(["vxlan-blocked"], ["--no-confirm"]);
    expect(Object.fromEntries(asked)).toEqual({
      "cilium-health status -o rows": nodes,
      "date -u +%Y-%m-%dT%H:%M:%S.%NZ": nodes,
      "cilium-dbg status -o fields": nodes,
      "cilium-dbg node list -o json": 2,
      "cilium-dbg endpoint list -o json": 2,
    });
    expect(report.coverage.notes).toEqual([
      "210 agents were asked in short; node lists and endpoint lists of 2 of them alone: those that findings or the command name, and one to compare with",
    ]);
    const told = report.nodes.filter((node) => node.agent?.endpoints != null).map((node) => node.name);
    expect(told).toContain("node-002");
  });

  it("asks the lists of nobody where nothing is wrong, and says so", async () => {
    const { report, asked } = await lookShort([], []);
    expect([...asked.keys()].filter((line) => line.includes("list"))).toEqual([]);
    expect(report.exitCode).toBe(0);
    expect(report.coverage.notes.join()).toContain("of none of them: nothing is wrong");
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
