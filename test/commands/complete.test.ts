import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { everyCause } from "../../src/analyse/catalogue.ts";
import { parseRequest } from "../../src/cli/parse-request.ts";
import { complete } from "../../src/commands/complete.ts";
import { type Demo, generateMesh, startDemo } from "../../src/demo/index.ts";
import { silentIo } from "../recorded-report.ts";

let demo: Demo;
let folder = "";
let kubeconfig = "";

beforeAll(async () => {
  demo = await startDemo({ scenario: generateMesh({ nodes: 4, seed: 1, faults: [] }) });
  folder = mkdtempSync(join(tmpdir(), "complete-"));
  kubeconfig = join(folder, "kubeconfig");
  writeFileSync(kubeconfig, demo.kubeconfig);
});

afterAll(async () => {
  await demo.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What is printed, line by line, for these words. */
async function completion(...words: readonly string[]): Promise<string[]> {
  const written: string[] = [];
  const request = parseRequest(["__complete", ...words]);
  if (request.kind !== "complete") throw new Error("not a completion");
  const notices: string[] = [];
  const io = silentIo(written);
  const environment = { ...io.environment, notice: (line: string) => void notices.push(line) };
  expect(await complete(request, { ...io, environment, notice: environment.notice })).toBe(0);
  expect(notices).toEqual([]);
  return written.join("").trimEnd().split("\n");
}

describe("completion prints cobra's protocol", () => {
  it("values with what they mean, then the directive not to offer files", async () => {
    const lines = await completion("pa");
    expect(lines).toEqual([expect.stringMatching(/^pair\t\w.*/), ":4"]);
  });

  it("leaves file names to the shell", async () => {
    expect(await completion("--kubeconfig", "")).toEqual([":0"]);
  });

  it("the id of every rule and check, with its title", async () => {
    const lines = await completion("--ignore", "");
    expect(lines.slice(0, -1).map((line) => line.split("\t")[0])).toEqual(everyCause.map(({ id }) => id));
  });

  it("scenarios and faults", async () => {
    expect(await completion("demo", "zone")).toEqual([expect.stringMatching(/^zone-partition\t/), ":4"]);
    expect(await completion("demo", "--fault", "zone")).toEqual([expect.stringMatching(/^zone-partition\t/), ":4"]);
  });
});

describe("completion asks kubeconfig and cluster", () => {
  it.each([
    ["--context", "demo"],
    ["--cluster", "demo"],
    ["--user", "demo"],
  ])("%s", async (flag, name) => {
    expect(await completion("--kubeconfig", kubeconfig, flag, "")).toEqual([name, ":4"]);
  });

  it("nodes for a pair, the first one not again as the second", async () => {
    const [first = "", ...others] = await completion("--kubeconfig", kubeconfig, "pair", "");
    expect(others).toHaveLength(4);
    expect(await completion("--kubeconfig", kubeconfig, "pair", first, "")).toEqual(others);
  });

  it("zones, each once", async () => {
    const zones = (await completion("--kubeconfig", kubeconfig, "--zone", "")).slice(0, -1);
    expect(zones.length).toBeGreaterThan(0);
    expect(new Set(zones).size).toBe(zones.length);
  });
});

describe("completion that cannot answer is silent", () => {
  it.each([
    ["a kubeconfig that is not there", ["--kubeconfig", "/nonexistent", "--context", ""]],
    ["no cluster at all", ["pair", ""]],
    ["an unknown context", ["--context", "nope", "pair", ""]],
    ["a server that refuses", ["--server", "https://127.0.0.1:1", "--token", "x", "pair", ""]],
    ["a saved state", ["--from", "somewhere", "pair", ""]],
  ])("%s", async (_what, words) => {
    expect(await completion(...words)).toEqual([":4"]);
  });

  it("a server that takes the connection and never answers is given up", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const address = silent.address();
    const port = typeof address === "object" ? address?.port : 0;
    try {
      expect(await completion("--server", `https://127.0.0.1:${port}`, "--token", "x", "pair", "")).toEqual([":4"]);
    } finally {
      silent.close();
    }
  });
});
