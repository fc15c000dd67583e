import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Environment, ExecRequest } from "../../src/cluster/cluster.ts";
import { execViaKubectl, kubectlArgv, kubectlFailure } from "../../src/cluster/exec-via-kubectl.ts";
import { type Clock, systemClock } from "../../src/cluster/wire.ts";
import { noConnectionFlags as noFlags } from "../../src/model/request.ts";
import { ManualClock } from "./manual-clock.ts";

const request: ExecRequest = {
  namespace: "kube-system",
  pod: "cilium-x2z",
  container: "cilium-agent",
  argv: ["cilium-health", "status", "-o", "json"],
  timeoutMs: 30_000,
  maxBytes: 1000,
};

const dir = mkdtempSync(path.join(tmpdir(), "kubectl-double-"));
afterAll(() => rmSync(dir, { recursive: true }));

/** A kubectl that is a Node program of these lines. */
function kubectlDouble(name: string, program: string): string {
  const file = path.join(dir, name);
  writeFileSync(file, `#!${process.execPath}\n${program}\n`);
  chmodSync(file, 0o755);
  return file;
}

function run(
  kubectl: string,
  clock: Clock = systemClock,
  signal = new AbortController().signal,
  more: Partial<ExecRequest> = {},
) {
  const environment: Environment = {
    env: { KUBECTL_PATH: kubectl, SEEN: "yes" },
    homeDir: dir,
    cwd: dir,
    platform: "linux",
    stdinIsTerminal: false,
    lendTerminal: (run) => run(),
    notice: () => {},
    userAgent: "test",
  };
  return execViaKubectl({ ...noFlags, context: "prod" }, environment, clock, { ...request, ...more }, signal);
}

describe("the command line for kubectl", () => {
  it("has our connection flags, the exec, and the command behind --", () => {
    const flags = { ...noFlags, context: "prod", as: "u", asGroups: ["g1", "g2"], insecureSkipTlsVerify: true };
    expect(kubectlArgv(flags, request)).toEqual([
      "--context=prod",
      "--as=u",
      "--as-group=g1",
      "--as-group=g2",
      "--insecure-skip-tls-verify",
      "--namespace=kube-system",
      "exec",
      "--container=cilium-agent",
      "cilium-x2z",
      "--",
      "cilium-health",
      "status",
      "-o",
      "json",
    ]);
  });
});

describe("an exec by kubectl", () => {
  it("gives stdout and stderr, runs in our environment, and gets no stdin", async () => {
    const program = `
      const stdin = require("node:fs").readFileSync(0).length;
      console.log(JSON.stringify([process.env.SEEN, process.argv[2], stdin]));
      console.error("a warning");`;
    const outcome = await run(kubectlDouble("good", program));
    expect(outcome).toEqual({ kind: "ok", stdout: Buffer.from('["yes","--context=prod",0]\n'), stderr: "a warning\n" });
  });

  it("hands stdout on where somebody takes it", async () => {
    const pieces: string[] = [];
    const onStdout = (piece: Uint8Array) => void pieces.push(Buffer.from(piece).toString());
    const { signal } = new AbortController();
    const outcome = await run(kubectlDouble("stream", 'console.log("one")'), systemClock, signal, { onStdout });
    expect(outcome).toMatchObject({ kind: "ok", stdout: Buffer.alloc(0) });
    expect(pieces.join("")).toBe("one\n");
  });

  it("gives the command's exit code", async () => {
    const program = `console.error("no socket\\ncommand terminated with exit code 7"); process.exitCode = 7;`;
    expect(await run(kubectlDouble("exit", program))).toMatchObject({ kind: "exit", code: 7, stderr: "no socket\n" });
  });

  it("gives the exit code after more on stderr than is kept, says that it was cut, and hands all of it on", async () => {
    const lines = `("y".repeat(999) + "\\n").repeat(100)`;
    const word = "command terminated with exit code 3\\n";
    const kubectl = kubectlDouble("loud", `process.stderr.write(${lines} + "${word}", () => process.exit(3));`);
    let told = "";
    const onStderr = (piece: Uint8Array) => {
      told += Buffer.from(piece).toString();
    };
    const outcome = await run(kubectl, systemClock, new AbortController().signal, { onStderr, maxBytes: 200_000 });
    expect(outcome).toMatchObject({ kind: "exit", code: 3 });
    expect("stderr" in outcome && outcome.stderr).toMatch(/^[\sy]{65536}\n\(cut: the first 65536 of 100000 bytes\)\n$/);
    expect(told).toBe(`${"y".repeat(999)}\n`.repeat(100));
  });

  it.each([
    ["a line that the command left open", "half a line", { kind: "exit", code: 3, stderr: "half a line" }],
    ["characters of several bytes", "ü".repeat(33_000), { kind: "exit", code: 3 }],
  ])("finds kubectl's word behind %s", async (what, said, expected) => {
    const program = `process.stderr.write(${JSON.stringify(said)} + "command terminated with exit code 3\\n", () => process.exit(3));`;
    expect(await run(kubectlDouble(what.replaceAll(" ", "-"), program))).toMatchObject(expected);
  });

  it("ends one that says more on stderr than is taken", async () => {
    const program = `process.stderr.write("x".repeat(200_000)); setInterval(() => {}, 1000);`;
    const outcome = await run(kubectlDouble("flood", program), systemClock, new AbortController().signal, {
      onStderr: () => undefined,
    });
    expect(outcome).toEqual({ kind: "too-big", limitBytes: 1000 });
  });

  it("says where kubectl was looked for", async () => {
    expect(await run(path.join(dir, "nothing-here"))).toMatchObject({
      kind: "network",
      code: "ENOENT",
      message: expect.stringMatching(/nothing-here was not found \(\$KUBECTL_PATH/),
    });
  });

  it("drops a reply that is too big", async () => {
    const outcome = await run(
      kubectlDouble("big", `process.stdout.write("x".repeat(5000)); setInterval(() => {}, 1000);`),
    );
    expect(outcome).toEqual({ kind: "too-big", limitBytes: 1000 });
  });

  it("ends after its time, with the child gone and no timer left", async () => {
    const clock = new ManualClock();
    const running = run(kubectlDouble("slow", `setInterval(() => {}, 1000);`), clock);
    clock.advance(30_000);
    expect(await running).toEqual({ kind: "timeout", phase: "command", afterMs: 30_000 });
    expect(clock.pending).toBe(0);
  });

  it("ends a kubectl that does not want to end", async () => {
    const clock = new ManualClock();
    const control = new AbortController();
    const running = run(
      kubectlDouble("stubborn", `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);`),
      clock,
      control.signal,
    );
    control.abort();
    clock.advance(500);
    expect(await running).toEqual({ kind: "aborted" });
  });

  it("is not started after an abort", async () => {
    expect(await run(path.join(dir, "nothing-here"), systemClock, AbortSignal.abort())).toEqual({ kind: "aborted" });
  });
});

describe("kubectl's last words", () => {
  const table: [string, object][] = [
    ["Error from server (Forbidden): no", { kind: "http", status: 403, reason: "Forbidden", message: "no" }],
    ['Error from server (NotFound): pods "x" not found', { kind: "http", status: 404, reason: "NotFound" }],
    ["error: You must be logged in to the server (Unauthorized)", { kind: "http", status: 401 }],
    ["Unable to connect to the server: x509: certificate has expired", { kind: "network", code: "" }],
    [
      "The connection to the server a:1 was refused - did you specify the right host or port?",
      { kind: "network", code: "ECONNREFUSED" },
    ],
    ["Error from server: error dialing backend: EOF", { kind: "remote-error", message: "error dialing backend: EOF" }],
    ["error: Internal error occurred: no such container", { kind: "remote-error" }],
    ["", { kind: "remote-error", message: "kubectl failed without a word" }],
  ];
  it.each(table)("%s", (line, expected) => {
    expect(kubectlFailure(line, Buffer.alloc(0), "")).toMatchObject(expected);
  });
});
