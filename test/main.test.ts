import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { generateMesh, parseFault, startDemo } from "../src/demo/index.ts";

const entry = fileURLToPath(new URL("../src/kubectl-cilium_health.ts", import.meta.url));
const scenario = (name: string) => fileURLToPath(new URL(`../src/demo/scenarios/${name}`, import.meta.url));

/** The environment of a newcomer without a cluster. */
const bare = { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent" };

function plugin(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawnSync("node", [entry, ...args], { encoding: "utf8", env: { ...bare, ...env } });
}

describe("exit codes and streams", () => {
  it.each([
    ["a healthy state", ["--from", scenario("healthy")], 0],
    ["a broken one", ["--from", scenario("zone-partition")], 1],
    ["a broken one, as JSON", ["--from", scenario("zone-partition"), "-o", "json"], 1],
    ["help", ["--help"], 0],
    ["version", ["version"], 0],
    ["an unknown flag", ["--no-such-flag"], 2],
    ["an unknown node", ["--from", scenario("healthy"), "--node", "nope"], 2],
    ["an unknown node of a pair", ["pair", "worker-1", "nope", "--from", scenario("healthy")], 2],
    ["a folder that is none", ["--from", "/nonexistent"], 3],
    ["no kubeconfig", [], 3],
  ])("%s", (_what, args, code) => {
    const { status, stdout, stderr } = plugin(args);
    expect(status).toBe(code);
    if (code >= 2) {
      expect(stdout).toBe("");
      expect(stderr).toMatch(/^error: .+/);
      expect(stderr).not.toMatch(/\n\s+at /);
    } else expect(stderr).toBe("");
  });

  it("-v shows the cause of an error", () => {
    expect(plugin(["--from", "/nonexistent", "-v", "1"]).stderr).toMatch(/cause: .*ENOENT/);
  });

  it("an unreachable server is named with host and port", () => {
    const { status, stdout, stderr } = plugin(["--server", "https://127.0.0.1:1", "--token", "x"]);
    expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
    expect(stderr).toMatch(/127\.0\.0\.1:1\b/);
  });

  it("a server's words cannot move the cursor, nor turn the text around", async () => {
    const message = "pods is forbidden \u001b]0;owned\u0007\u001b[2J\u202e";
    const status = { kind: "Status", apiVersion: "v1", status: "Failure", code: 403, reason: "Forbidden", message };
    const server = createServer((_request, response) => {
      response.writeHead(403, { "content-type": "application/json" });
      response.end(JSON.stringify(status));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const child = spawn("node", [entry, "--server", `http://127.0.0.1:${port}`, "--token", "x", "-v", "1"], {
      env: bare,
    });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += String(chunk);
    });
    await once(child, "close");
    server.close();
    expect(stderr).toContain("pods is forbidden \\x1b]0;owned\\x07\\x1b[2J\\u202e");
    for (const control of ["\u001b", "\u0007", "\u202e"]) expect(stderr).not.toContain(control);
  });

  it("a reader that goes away early is no error", async () => {
    const child = spawn("node", [entry, "--from", scenario("zone-partition"), "-o", "json", "--all"], { env: bare });
    child.stdout.once("data", () => child.stdout.destroy());
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += String(chunk);
    });
    const [code] = await once(child, "exit");
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  });
});

describe("colour is decided for stdout", () => {
  it.each([
    [["--color", "always"], {}, true],
    [["--color", "never"], { FORCE_COLOR: "1" }, false],
    [[], {}, false],
    [[], { FORCE_COLOR: "1" }, true],
    [[], { CLICOLOR_FORCE: "1" }, true],
  ])("%s %o", (flags, env, colored) => {
    const { stdout } = plugin(["--from", scenario("zone-partition"), ...flags], env);
    expect(stdout.includes("\u001b[")).toBe(colored);
  });

  it("NO_COLOR beats FORCE_COLOR", () => {
    const { stdout } = plugin(["--from", scenario("zone-partition")], { NO_COLOR: "1", FORCE_COLOR: "1" });
    expect(stdout).not.toContain("\u001b[");
  });
});

describe("an interrupted run", () => {
  it("prints what is known, marked partial, and exits with 130", async () => {
    const demo = await startDemo({ scenario: generateMesh({ nodes: 5, faults: [parseFault("slow")] }) });
    const folder = mkdtempSync(join(tmpdir(), "interrupt-"));
    try {
      const kubeconfig = join(folder, "kubeconfig");
      writeFileSync(kubeconfig, demo.kubeconfig);
      const child = spawn("node", [entry, "--kubeconfig", kubeconfig, "-v", "6", "-o", "json"], { env: bare });
      let stdout = "";
      child.stdout.on("data", (chunk) => {
        stdout += String(chunk);
      });
      let finished = 0;
      child.stderr.on("data", (chunk) => {
        const before = finished;
        finished += String(chunk).split("exec").length - 1;
        // Once: a second interrupt ends the process there and then, as it should.
        if (before <= 3 && finished > 3) child.kill("SIGINT");
      });
      const [code] = await once(child, "exit");
      expect(code).toBe(130);
      expect(JSON.parse(stdout)).toMatchObject({ kind: "Report", partial: true });
    } finally {
      await demo.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
