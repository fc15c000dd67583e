import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const entry = fileURLToPath(new URL("../src/kubectl-cilium_health.ts", import.meta.url));
const hook = new URL("module-graph-hook.mjs", import.meta.url).href;

/** Modules that a command line really loads. */
function loadedBy(...args: readonly string[]): string[] {
  const { stderr } = spawnSync("node", ["--import", hook, entry, ...args], { encoding: "utf8" });
  return stderr.split("\n").filter((line) => /^(?:file|node):/.test(line));
}

const heavy =
  /client-node|node_modules\/(?:ws|undici|yaml|chalk|cli-table3)\/|src\/(?:cluster|demo|analyse|parse|render)\//;

describe("nothing heavy is loaded where no cluster is asked", () => {
  it.each([["--help"], ["version"], ["pair", "--help"], ["--no-such-flag"], ["__complete", "pa"]])(
    "%s %s",
    (...args) => {
      const loaded = loadedBy(...args.filter((arg) => arg !== undefined));
      expect(loaded.some((url) => url.endsWith("src/main.ts"))).toBe(true);
      expect(loaded.filter((url) => heavy.test(url))).toEqual([]);
    },
  );

  it.each([["explain"], ["explain", "node-down"], ["explain", "no-such-rule"]])(
    "the catalogue is offline: %s %s",
    (...args) => {
      const loaded = loadedBy(...args.filter((arg) => arg !== undefined));
      expect(loaded.some((url) => url.endsWith("src/analyse/catalogue.ts"))).toBe(true);
      const network =
        /src\/(?:cluster|demo|collect|bundle|parse)\/|node:(?:net|tls|https?)$|client-node|node_modules\/(?:ws|undici)\//;
      expect(loaded.filter((url) => network.test(url))).toEqual([]);
    },
  );

  it("and a saved state never loads the client either", () => {
    const folder = fileURLToPath(new URL("../src/demo/scenarios/healthy", import.meta.url));
    expect(
      loadedBy("--from", folder).filter((url) => /src\/(?:cluster\/connect|demo)|node_modules\/ws\//.test(url)),
    ).toEqual([]);
  });
});
