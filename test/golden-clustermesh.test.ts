import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRequest } from "../src/cli/parse-request.ts";
import { run } from "../src/commands/run.ts";
import { type Demo, type FaultName, generateMeshOfTwo, startClusters } from "../src/demo/index.ts";
import { goldenFile } from "./golden-file.ts";
import { silentIo } from "./recorded-report.ts";

const meshes: readonly (readonly [string, readonly FaultName[], number])[] = [
  ["clustermesh-healthy", [], 0],
  ["clustermesh-cut", ["clusters-cut"], 1],
];

describe.each(meshes)("%s", (name, faults, exitCode) => {
  let clusters: Demo;
  let folder = "";
  beforeAll(async () => {
    const now = () => Date.parse("2031-05-02T09:20:00Z");
    const [first, second] = generateMeshOfTwo([
      { nodes: 4, now, faults: faults.map((fault) => ({ name: fault, at: null })) },
      { nodes: 4, now, cluster: "demo-2" },
    ]);
    clusters = await startClusters([
      { context: "demo", scenario: first },
      { context: "demo-2", scenario: second },
    ]);
    folder = mkdtempSync(join(tmpdir(), "golden-mesh-"));
    writeFileSync(join(folder, "kubeconfig"), clusters.kubeconfig);
  });
  afterAll(async () => {
    await clusters.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ["table", "status"],
    ["json", "status -o json"],
    ["matrix-status", "matrix"],
    ["nodes-table", "nodes"],
  ])("as %s, by %s --remote-context demo-2", async (form, line) => {
    const request = parseRequest([...line.split(" "), "--remote-context", "demo-2"]);
    if (request.kind === "wrong" || request.kind === "help") throw new Error(JSON.stringify(request));
    const written: string[] = [];
    const io = silentIo(written);
    const env = { KUBECONFIG: join(folder, "kubeconfig") };
    const code = await run(request, { ...io, environment: { ...io.environment, env } });
    // The port is a free one, another at each run.
    const text = written.join("").replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT");
    expect(text).toEqual(await goldenFile(`${name}.${form}`, text));
    expect(form === "nodes-table" ? 0 : exitCode).toBe(code);
  });
});
