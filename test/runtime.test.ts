import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const entry = fileURLToPath(new URL("../src/kubectl-cilium_health.ts", import.meta.url));
const runtime = JSON.parse(readFileSync(new URL("../krew/runtime/package.json", import.meta.url), "utf8")) as {
  readonly optionalDependencies: Readonly<Record<string, string>>;
};
const pinned = new Set(Object.values(runtime.optionalDependencies));

describe("the runtime", () => {
  it("is the pinned one: a missing platform package would fall through to the system's Node without a word", () => {
    const allowed = process.env["TEST_RUNTIME"] ?? [...pinned].map((version) => `v${version}`).join();
    expect(pinned.size).toBe(1);
    expect(process.version).toBe(allowed);
  });

  it("is the same for child processes", () => {
    expect(spawnSync("node", ["--version"], { encoding: "utf8" }).stdout.trim()).toBe(process.version);
  });

  it("older than supported gets one sentence, not a stack trace", () => {
    const pretend = `data:text/javascript,${encodeURIComponent('Object.defineProperty(process.versions, "node", { value: "20.20.2" })')}`;
    const { status, stdout, stderr } = spawnSync("node", ["--import", pretend, entry, "--help"], { encoding: "utf8" });
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^error: kubectl cilium-health needs Node\.js 22\.19 or newer; this is 20\.20\.2\..*\n$/);
    expect(status).toBe(2);
  });
});
