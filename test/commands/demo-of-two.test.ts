import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseRequest } from "../../src/cli/parse-request.ts";
import type { Io } from "../../src/commands/io.ts";
import { run } from "../../src/commands/run.ts";
import { silentIo } from "../recorded-report.ts";

const demoOf = (line: string, io: Io) => {
  const request = parseRequest(["demo", "--nodes", "4", "--clusters", "2", ...line.split(" ").filter(Boolean)]);
  if (request.kind !== "demo") throw new Error(JSON.stringify(request));
  return run(request, io);
};

interface Joined {
  readonly paths: readonly { readonly from: string; readonly to: string; readonly status: string }[];
  readonly coverage: { readonly clusters: readonly object[] };
}

async function joined(line: string): Promise<Joined & { readonly code: number }> {
  const written: string[] = [];
  const code = await demoOf(`-o json --all --exit-code ${line}`, silentIo(written));
  return { ...(JSON.parse(written.join("")) as Joined), code };
}

describe("the demo of two clusters", () => {
  it("shows both as one matrix", async () => {
    const { paths, coverage, code } = await joined("");
    expect(paths).toHaveLength(2 * 8 * 7);
    expect(new Set(paths.map(({ status }) => status))).toEqual(new Set(["reachable"]));
    expect(coverage.clusters).toEqual([{ context: "demo-2", cluster: "demo-2", agents: 4, answered: 4, problem: "" }]);
    expect(code).toBe(0);
  });

  it("cut apart fails on all paths between them and on no other", async () => {
    const { paths, code } = await joined("--fault clusters-cut");
    const isFar = (name: string) => name.startsWith("demo-2/");
    for (const { from, to, status } of paths) {
      expect(status, `${from} → ${to}`).toBe(isFar(from) === isFar(to) ? "reachable" : "unreachable");
    }
    expect(code).toBe(1);
  });

  it.each([
    ["one-way=node-1:demo-2/node-3", ["node-1 → demo-2/node-3"]],
    ["one-way=node-1:node-3", ["node-1 → node-3"]],
  ])("under --fault %s fails on %j alone", async (fault, expected) => {
    const { paths } = await joined(`--fault ${fault}`);
    const lost = paths.filter(({ status }) => status !== "reachable").map(({ from, to }) => `${from} → ${to}`);
    expect([...new Set(lost)]).toEqual(expected);
  });

  it("a node that is down in the one is not reached from the other", async () => {
    const { paths } = await joined("--fault node-down=node-2");
    const towards = paths.filter(({ from, to }) => from.startsWith("demo-2/") && to === "node-2");
    expect(towards.map(({ status }) => status)).toEqual(Array(8).fill("unreachable"));
  });

  it("served is two contexts of one kubeconfig, with the next commands", async () => {
    const written: string[] = [];
    const stop = new AbortController();
    let contexts: readonly string[] = [];
    const write = async (chunk: string) => {
      written.push(chunk);
      const [, kubeconfig = ""] = /^export KUBECONFIG=(.*)$/m.exec(chunk) ?? [];
      const config: { contexts: { name: string }[] } = parse(readFileSync(kubeconfig, "utf8"));
      contexts = config.contexts.map(({ name }) => name);
      stop.abort();
      return true;
    };
    expect(await demoOf("--serve", { ...silentIo(), write, signal: stop.signal })).toBe(0);
    expect(contexts).toEqual(["demo", "demo-2"]);
    expect(written.join("")).toContain("\nkubectl cilium-health --remote-context demo-2\n");
  });
});
