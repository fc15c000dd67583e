import { describe, expect, it, vi } from "vitest";
import type { ExecRequest } from "../../src/cluster/cluster.ts";
import { baseCaptures } from "../../src/collect/captures.ts";
import type { Capture, CaptureOutcome, ExecOutcome } from "../../src/model/capture.ts";
import { captureIds } from "../../src/model/capture.ts";
import { bytes } from "../views.ts";
import { agentStatus, date, health, pod, run, said } from "./fake-cluster.ts";

const all = captureIds.map((id) => baseCaptures[id]);
const json = said("{}");

function http(status: number, message = "", retryAfterSeconds: number | null = null): ExecOutcome {
  return { kind: "http", status, reason: "", message, retryAfterSeconds };
}

function exit(code: number, stderr = "", stdout = ""): ExecOutcome {
  return { kind: "exit", code, stdout: bytes(stdout), stderr };
}

function argvOf({ argv }: ExecRequest): string {
  return argv.join(" ");
}

function kinds(captures: readonly Capture[]): string[] {
  return captures.map((capture) => capture.outcome.kind);
}

describe("the program's old name", () => {
  const missing: readonly (readonly [string, ExecOutcome])[] = [
    ["exit code 126", exit(126)],
    ["exit code 127", exit(127)],
    [
      "the runtime's text",
      { kind: "remote-error", message: 'exec: "cilium-dbg": executable file not found in $PATH', stderr: "" },
    ],
    [
      "the runtime's text in an HTTP error",
      http(500, 'exec: "cilium-dbg": executable file not found in $PATH: unknown'),
    ],
    [
      "the runtime's text for a path",
      { kind: "remote-error", message: "exec failed: exec /usr/bin/cilium-dbg: no such file or directory", stderr: "" },
    ],
    ["the runtime's text on stderr", exit(1, "OCI runtime exec failed: executable file not found in $PATH")],
  ];

  it.each(missing)("is tried after %s", async (_what, outcome) => {
    const { requests, captures } = await run([{ pod: pod("a"), captures: [agentStatus] }], ({ argv }) =>
      argv[0] === "cilium-dbg" ? outcome : json,
    );
    expect(requests.map(argvOf)).toEqual(["cilium-dbg status -o json", "cilium status -o json"]);
    expect(captures).toMatchObject([{ argv: ["cilium", "status", "-o", "json"], outcome: { kind: "ok" } }]);
  });

  it.each([
    ["any other exit code", exit(1, "Error: cannot connect")],
    ["a missing agent socket", exit(1, "dial unix /var/run/cilium/cilium.sock: connect: no such file or directory")],
    ["a timeout", { kind: "timeout", phase: "command", afterMs: 1 } as const],
  ])("is not tried after %s", async (_what, outcome) => {
    const { requests } = await run([{ pod: pod("a"), captures: [agentStatus] }], () => outcome);
    expect(requests).toHaveLength(1);
  });

  it("does not exist for cilium-health, whose name never changed", async () => {
    const { requests } = await run([{ pod: pod("a"), captures: [health] }], () => exit(127));
    expect(requests).toHaveLength(1);
  });

  it("missing too is the failure that is shown", async () => {
    const { captures } = await run([{ pod: pod("a"), captures: [agentStatus] }], () => exit(127));
    expect(captures).toMatchObject([
      { argv: ["cilium", "status", "-o", "json"], outcome: { kind: "exit", code: 127 } },
    ]);
  });

  it("does not keep the other captures from being asked, whatever word the runtime has for it", async () => {
    const { captures } = await run([{ pod: pod("a"), captures: [date, health] }], ({ argv }) =>
      argv[0] === "date" ? http(500, 'exec: "date": executable file not found in $PATH') : json,
    );
    expect(kinds(captures)).toEqual(["http", "ok"]);
  });
});

describe("one retry", () => {
  const cut = said('{"nodes":[{"na');
  const worthIt: readonly (readonly [string, ExecOutcome])[] = [
    ["a connection that closed without a status", { kind: "closed-without-status", code: 1006 }],
    ["a reset connection", { kind: "network", code: "ECONNRESET", message: "" }],
    ["a broken pipe", { kind: "network", code: "EPIPE", message: "" }],
    ["a handshake that took too long", { kind: "timeout", phase: "handshake", afterMs: 1 }],
    ["cut JSON", cut],
    ["an empty reply", said("")],
  ];
  const busy = [429, 502, 503, 504].map((status) => [`HTTP ${status}`, http(status, "", 0)] as const);

  it.each([...worthIt, ...busy])("follows %s", async (_what, outcome) => {
    const { requests, captures } = await run([{ pod: pod("a"), captures: [health] }], (_request, count) =>
      count === 1 ? outcome : json,
    );
    expect(requests).toHaveLength(2);
    expect(kinds(captures)).toEqual(["ok"]);
  });

  it.each([...worthIt, ...busy])("is the last one after %s", async (_what, outcome) => {
    const { requests } = await run([{ pod: pod("a"), captures: [health] }], () => outcome);
    expect(requests).toHaveLength(2);
  });

  const hopeless: readonly (readonly [string, ExecOutcome])[] = [
    ["a refused connection", { kind: "network", code: "ECONNREFUSED", message: "" }],
    ["an expired certificate", { kind: "network", code: "CERT_HAS_EXPIRED", message: "" }],
    ["a command that took too long", { kind: "timeout", phase: "command", afterMs: 1 }],
    ["a silent peer", { kind: "dead-peer", silentMs: 1 }],
    ["an error of the kubelet", { kind: "remote-error", message: "container not found", stderr: "" }],
    ["a reply too big", { kind: "too-big", limitBytes: 1 }],
    ["a status nobody can read", { kind: "bad-status", text: "?" }],
    ["an interruption", { kind: "aborted" }],
    ["an exit code", exit(1)],
    ["no JSON at all", said("Error: no")],
    ...[400, 401, 403, 404, 500].map((status) => [`HTTP ${status}`, http(status)] as const),
  ];

  it.each(hopeless)("does not follow %s", async (_what, outcome) => {
    const { requests } = await run([{ pod: pod("a"), captures: [health] }], () => outcome);
    expect(requests).toHaveLength(1);
  });

  it("that is cut again says after how many bytes", async () => {
    const { captures } = await run([{ pod: pod("a"), captures: [health] }], () => cut);
    expect(captures[0]?.outcome).toEqual({ kind: "cut", bytes: 14 });
  });

  it("is not for an empty text, which may be all there is", async () => {
    const { requests } = await run([{ pod: pod("a"), captures: [date] }], () => said(""));
    expect(requests).toHaveLength(1);
  });

  it.each([
    [7, 7000],
    [null, 1000],
    [3600, 10_000],
  ])("of a busy server that asks for %s s waits %i ms", async (retryAfter, ms) => {
    vi.useFakeTimers();
    try {
      const asked: ExecRequest[] = [];
      const running = run([{ pod: pod("a"), captures: [health] }], (request, count) => {
        asked.push(request);
        return count === 1 ? http(429, "", retryAfter) : json;
      });
      await vi.advanceTimersByTimeAsync(ms - 1);
      expect(asked).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(asked).toHaveLength(2);
      await running;
    } finally {
      vi.useRealTimers();
    }
  });

  it("is not waited for after an interruption", async () => {
    const abort = new AbortController();
    const running = run([{ pod: pod("a"), captures: [health] }], () => http(429, "", 10), { signal: abort.signal });
    setImmediate(() => abort.abort());
    expect((await running).requests).toHaveLength(1);
  });
});

describe("an agent out of reach", () => {
  const gone: readonly (readonly [string, ExecOutcome, number])[] = [
    ["the API server cannot reach its kubelet", http(500, "no route to host"), 1],
    ["the exec handshake ends in silence, twice", { kind: "timeout", phase: "handshake", afterMs: 1 }, 2],
    ["its command does not end", { kind: "timeout", phase: "command", afterMs: 1 }, 1],
    ["its connection falls silent", { kind: "dead-peer", silentMs: 1 }, 1],
    ["the network refuses", { kind: "network", code: "ECONNREFUSED", message: "" }, 1],
    ["the kubelet reports an error", { kind: "remote-error", message: "container not found", stderr: "" }, 1],
  ];

  it.each(gone)("is not asked five times: %s", async (_what, outcome, execs) => {
    const { requests, captures } = await run([{ pod: pod("a"), captures: all }], () => outcome);
    expect(requests).toHaveLength(execs);
    const outcomes: readonly CaptureOutcome[] = captures.map((capture) => capture.outcome);
    expect(outcomes).toEqual(captureIds.map(() => outcome));
  });

  it.each([
    ["a command that fails", exit(1)],
    ["a reply too big", { kind: "too-big", limitBytes: 1 } as const],
    ["a reply that stays cut", said("{")],
  ])("is not one with %s: the other captures are asked", async (_what, outcome) => {
    const { captures } = await run([{ pod: pod("a"), captures: [health, date] }], ({ argv }) =>
      argv[0] === "date" ? said("now") : outcome,
    );
    expect(captures[1]?.outcome.kind).toBe("ok");
  });
});
