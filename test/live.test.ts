import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRequest } from "../src/cli/parse-request.ts";
import { look } from "../src/commands/look.ts";
import { listScenarios, readScenario, startDemo } from "../src/demo/index.ts";
import { reportDocument } from "../src/render/document.ts";
import { jsonChunks } from "../src/render/json.ts";
import { recordedReport, silentIo } from "./recorded-report.ts";

const base = new URL("../src/demo/scenarios/", import.meta.url);
const scenarios = (await listScenarios(base)).map(({ name }) => name);

interface Expected {
  readonly answered: readonly string[];
  readonly unasked: readonly string[];
  readonly host: { readonly unreachable: readonly string[][]; readonly unknown: readonly string[][] };
  readonly endpoint: { readonly unreachable: readonly string[][]; readonly unknown: readonly string[][] };
}

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "live-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Over TLS and WebSocket, by the very client code that reaches a real cluster. */
async function liveJson(name: string): Promise<string> {
  const demo = await startDemo({ scenario: await readScenario(base, name) });
  try {
    const kubeconfig = join(folder, `${name}.kubeconfig`);
    writeFileSync(kubeconfig, demo.kubeconfig);
    const request = parseRequest(["--kubeconfig", kubeconfig]);
    if (request.kind !== "status") throw new Error("not a status request");
    const { report } = await look(request, silentIo());
    return [...jsonChunks(reportDocument(report, true))].join("");
  } finally {
    await demo.close();
  }
}

/** The report without what a live run and a saved state may differ in: the source, and the context in commands. */
function comparable(json: string): Record<string, unknown> {
  const document = JSON.parse(json.replaceAll(/--kubeconfig \S+ --context demo /g, "")) as Record<string, unknown>;
  return { ...document, source: null };
}

describe.each(scenarios)("%s", (name) => {
  it("gives exactly the recorded pairs, live and from the folder, identically", async () => {
    const live = comparable(await liveJson(name));
    const saved = comparable([...jsonChunks(reportDocument((await recordedReport(name)).report, true))].join(""));
    expect(live).toEqual(saved);
    const expected = (await readScenario(base, name)).expect as Expected;
    for (const target of ["host", "endpoint"] as const) {
      for (const status of ["unreachable", "unknown"] as const) {
        expect(pairs(live, target, status), `${target} ${status}`).toEqual([...expected[target][status]].sort());
      }
    }
    const { coverage } = live as { coverage: { answered: number; agents: number } };
    expect(coverage.answered).toBe(expected.answered.length);
  });
});

function pairs(document: Record<string, unknown>, target: string, status: string): string[][] {
  const paths = document["paths"] as { from: string; to: string; target: string; status: string }[];
  return paths
    .filter((path) => path.target === target && path.status === status)
    .map(({ from, to }) => [from, to])
    .sort();
}
