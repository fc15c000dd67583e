import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExecPlugin } from "../../src/cluster/connection.ts";
import { openCredentials } from "../../src/cluster/credentials.ts";
import { execInfo, runExecPlugin } from "../../src/cluster/exec-plugin.ts";
import { type PluginEnd, runPluginProcess } from "../../src/cluster/exec-plugin-process.ts";
import { resolveConnection } from "../../src/cluster/kubeconfig.ts";
import type { TextFile } from "../../src/cluster/text-files.ts";
import { HealthError } from "../../src/model/errors.ts";
import { noConnectionFlags as noFlags } from "../../src/model/request.ts";
import { anonymous, credential, FakeWorld, loginPlugin } from "./connections.ts";

const script = resolve(import.meta.dirname, "../fixtures/credentials/plugin.mjs");

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "exec-plugin-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const notes = () =>
  readFileSync(join(folder, "notes"), "utf8")
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));

/** The fixture script, run by this Node. */
function scripted(status: unknown, env: Readonly<Record<string, string>> = {}): ExecPlugin {
  const all = { NOTES: join(folder, "notes"), ANSWER: credential(status), ...env };
  return {
    ...loginPlugin,
    command: process.execPath,
    args: [script, "get", "token"],
    env: Object.entries(all).map(([name, value]) => ({ name, value })),
  };
}

const here = { env: process.env, stdinIsTerminal: false, run: runPluginProcess };

async function refusal(plugin: ExecPlugin, end: PluginEnd, stdinIsTerminal = false): Promise<HealthError> {
  const surroundings = { env: {}, stdinIsTerminal, run: async () => end };
  const thrown: unknown = await runExecPlugin(plugin, surroundings).catch((error: unknown) => error);
  if (thrown instanceof HealthError) return thrown;
  throw new Error("the plugin was not refused");
}

describe("a plugin that is a real process", () => {
  it("is given its arguments and KUBERNETES_EXEC_INFO, and no terminal it may not have", async () => {
    const given = await runExecPlugin(scripted({ token: "t", expirationTimestamp: "2030-01-01T00:00:00Z" }), here);
    expect(given).toEqual({ token: "t", certificate: null, expiresAt: Date.parse("2030-01-01T00:00:00Z") });
    const info = { kind: "ExecCredential", apiVersion: loginPlugin.apiVersion, spec: { interactive: false } };
    expect(notes()).toEqual([{ argv: ["get", "token"], info, stdinIsTerminal: false }]);
  });

  it("runs once for 50 who ask together", async () => {
    const plugin = scripted({ token: "t" }, { DELAY_MS: "20" });
    const connection = { ...anonymous, auth: { bearer: { kind: "plugin" as const, plugin }, certificate: null } };
    const world = Object.assign(new FakeWorld(), { runPlugin: runPluginProcess });
    const credentials = await openCredentials(connection, { env: process.env, stdinIsTerminal: false }, world);
    const refused = await credentials.headers();
    const asked = Array.from({ length: 50 }, () => credentials.refresh(refused));
    await Promise.all(asked);
    expect(notes()).toHaveLength(2);
  });

  it("is found beside its kubeconfig, wherever the run was started", async () => {
    mkdirSync(join(folder, "bin"));
    copyFileSync(script, join(folder, "bin", "login.mjs"));
    const file = `current-context: c
clusters: [{name: k, cluster: {server: "https://one.test"}}]
users: [{name: u, user: {exec: {command: ./bin/login.mjs, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}}}]
contexts: [{name: c, context: {cluster: k, user: u}}]`;
    const readFile = (): TextFile => ({ kind: "ok", text: file });
    const place = { env: {}, homeDir: "/", cwd: "/", platform: "linux" };
    const connection = resolveConnection({ ...noFlags, kubeconfig: join(folder, "config") }, place, readFile);
    const env = { ...process.env, ANSWER: credential({ token: "beside" }) };
    const credentials = await openCredentials(connection, { env, stdinIsTerminal: false });
    expect(await credentials.headers()).toEqual({ Authorization: "Bearer beside" });
  });

  it("that is not there is a sentence with its install hint", async () => {
    const plugin = { ...loginPlugin, command: "no-such-login-plugin", installHint: "brew install \u001b[31mlogin" };
    const running = runExecPlugin(plugin, here);
    await expect(running).rejects.toThrow("the credential plugin no-such-login-plugin was not found");
    await expect(running).rejects.toMatchObject({
      exitCode: 3,
      hint: expect.stringMatching(/install it, or check PATH\.\nbrew install U\+001B\[31mlogin$/),
    });
  });

  it("that may not be executed says so", async () => {
    const running = runExecPlugin({ ...loginPlugin, command: folder }, here);
    await expect(running).rejects.toThrow(`the credential plugin ${folder} could not be started: `);
  });

  it("that never stops writing is stopped", async () => {
    const plugin = {
      ...loginPlugin,
      command: process.execPath,
      args: ["-e", "setInterval(() => process.stdout.write('x'.repeat(65536)))"],
    };
    await expect(runExecPlugin(plugin, here)).rejects.toThrow("wrote more than 1048576 bytes");
  });

  it("that fails is named with its exit code", async () => {
    await expect(runExecPlugin(scripted({ token: "t" }, { EXIT: "7" }), here)).rejects.toThrow(
      "ended with exit code 7",
    );
  });
});

describe("KUBERNETES_EXEC_INFO", () => {
  it("tells the cluster where provideClusterInfo asks for it, with the extension made for plugins", () => {
    const file = `current-context: c
clusters:
- name: k
  cluster:
    server: https://one.test
    tls-server-name: api.test
    certificate-authority-data: Y2E=
    proxy-url: http://proxy.test
    disable-compression: true
    extensions:
    - {name: client.authentication.k8s.io/exec, extension: {audience: 06e3fbd18de8}}
users: [{name: u, user: {exec: {command: login, apiVersion: client.authentication.k8s.io/v1beta1, provideClusterInfo: true}}}]
contexts: [{name: c, context: {cluster: k, user: u}}]`;
    const place = { env: { KUBECONFIG: "/k" }, homeDir: "/", cwd: "/", platform: "linux" };
    const { bearer } = resolveConnection(noFlags, place, () => ({ kind: "ok", text: file })).auth;
    if (bearer.kind !== "plugin") throw new Error("no plugin");
    expect(JSON.parse(execInfo(bearer.plugin, true))).toEqual({
      kind: "ExecCredential",
      apiVersion: "client.authentication.k8s.io/v1beta1",
      spec: {
        interactive: true,
        cluster: {
          server: "https://one.test",
          "tls-server-name": "api.test",
          "certificate-authority-data": "Y2E=",
          "proxy-url": "http://proxy.test",
          "disable-compression": true,
          config: { audience: "06e3fbd18de8" },
        },
      },
    });
  });

  it.each([
    { mode: "Never", terminal: true, stdin: "ignore" },
    { mode: "IfAvailable", terminal: true, stdin: "inherit" },
    { mode: "IfAvailable", terminal: false, stdin: "ignore" },
    { mode: "Always", terminal: true, stdin: "inherit" },
  ] as const)("interactiveMode $mode with a terminal $terminal: stdin is $stdin", async ({ mode, terminal, stdin }) => {
    const world = new FakeWorld();
    world.givesTokens({ token: "t", seconds: null });
    const surroundings = { env: {}, stdinIsTerminal: terminal, run: world.runPlugin };
    await runExecPlugin({ ...loginPlugin, interactiveMode: mode }, surroundings);
    expect(world.runs[0]?.stdin).toBe(stdin);
    expect(JSON.parse(world.runs[0]?.env["KUBERNETES_EXEC_INFO"] ?? "")).toMatchObject({
      spec: { interactive: stdin === "inherit" },
    });
  });

  it("interactiveMode Always without a terminal is refused before anything runs", async () => {
    const error = await refusal({ ...loginPlugin, interactiveMode: "Always" }, { kind: "not-found" });
    expect(error.message).toContain("standard input is not a terminal");
  });
});

describe("an answer that is no credential is refused in one sentence that does not show it", () => {
  const exited = (stdout: string): PluginEnd => ({ kind: "exited", code: 0, stdout });
  it.each<[PluginEnd, string]>([
    [exited("secret, not JSON"), "did not print a JSON object"],
    [exited('{"kind":"secret"'), "did not print a JSON object"],
    [exited('{"kind":"Secret"}'), 'printed the kind "Secret" instead of ExecCredential'],
    [exited(credential({ token: "secret" }, "client.authentication.k8s.io/v1beta1")), "answered in"],
    [exited(credential(null)), "printed no status"],
    [exited(credential(undefined)), "printed no status"],
    [exited(credential({})), "gave neither a token nor a certificate"],
    [exited(credential({ token: 5 })), "gave neither a token nor a certificate"],
    [exited(credential({ token: "secret", clientKeyData: "secret" })), "gave only one of certificate and key"],
    [exited(credential({ token: "secret", expirationTimestamp: "soon" })), "is not an RFC 3339 time"],
    [{ kind: "killed", signal: "SIGINT" }, "was ended by SIGINT"],
    [{ kind: "not-started", reason: "EACCES" }, "could not be started: EACCES"],
  ])("%o", async (end, sentence) => {
    const error = await refusal(loginPlugin, end);
    expect(error.message).toContain(sentence);
    expect(`${error.message}${error.hint}`).not.toContain("secret");
    expect(error.exitCode).toBe(3);
  });
});
