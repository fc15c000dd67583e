import { getEventListeners } from "node:events";
import type http from "node:http";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import type { ExecRequest } from "../../src/cluster/cluster.ts";
import { execInPod } from "../../src/cluster/exec.ts";
import type { Wire } from "../../src/cluster/wire.ts";
import {
  type ApiDouble,
  type ApiDoubleOptions,
  acceptExec,
  failure,
  frame,
  startApiDouble,
  statusBody,
  success,
  switchingProtocols,
  type TestWire,
  testWire,
} from "./api-double.ts";
import { ManualClock } from "./manual-clock.ts";

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(options: ApiDoubleOptions): Promise<ApiDouble> {
  const api = await startApiDouble(options);
  cleanups.push(() => api.close());
  return api;
}

function wireTo(api: { url: URL }, replaced: Parameters<typeof testWire>[1] = {}): TestWire {
  const wire = testWire(api.url, replaced);
  cleanups.push(() => wire.close());
  return wire;
}

const request: ExecRequest = {
  namespace: "kube-system",
  pod: "cilium-x2z",
  container: "cilium-agent",
  argv: ["cilium-health", "status", "-o", "json"],
  timeoutMs: 30_000,
  maxBytes: 1_000_000,
};

const never = new AbortController().signal;

function exec(wire: Wire, changed: Partial<ExecRequest> = {}, signal: AbortSignal = never) {
  return execInPod(wire, new Set(), { ...request, ...changed }, signal);
}

/** Runs one exec against a peer that does what `run` says once the upgrade is through. */
async function execAgainst(run: (peer: WebSocket) => void, changed: Partial<ExecRequest> = {}) {
  const api = await serve({ onUpgrade: (sent, socket, head) => acceptExec(sent, socket, head, run) });
  return exec(wireTo(api), changed);
}

function later() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

/** One unmasked binary WebSocket message of less than 126 bytes. */
function wireFrame(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x82, message.length]), message]);
}

function answerUpgrade(status: string, headers: string[], body: string) {
  return (_sent: IncomingMessage, socket: Duplex) => {
    socket.on("error", () => {});
    const lines = [`HTTP/1.1 ${status}`, `Content-Length: ${Buffer.byteLength(body)}`, ...headers, "", body];
    socket.end(lines.join("\r\n"));
  };
}

describe("an exec that goes well", () => {
  it("gives stdout and stderr, and asks as the API server wants to be asked", async () => {
    let url = "";
    let headers: http.IncomingHttpHeaders = {};
    const api = await serve({
      onUpgrade: (sent, socket, head) => {
        url = sent.url ?? "";
        headers = sent.headers;
        acceptExec(sent, socket, head, (peer) => {
          peer.send(frame(1, "{}\n"));
          peer.send(frame(2, "a warning"));
          peer.send(success);
          peer.close(1000);
        });
      },
    });
    const outcome = await exec(wireTo(api), { pod: "a/../b?", argv: ["echo", "a b&c", "ü"] });
    expect(outcome).toEqual({ kind: "ok", stdout: Buffer.from("{}\n"), stderr: "a warning" });
    expect(url).toBe(
      "/api/v1/namespaces/kube-system/pods/a%2F..%2Fb%3F/exec?command=echo&command=a+b%26c&command=%C3%BC&container=cilium-agent&stderr=true&stdout=true",
    );
    expect(headers["sec-websocket-protocol"]).toBe("v5.channel.k8s.io,v4.channel.k8s.io");
    expect(headers["sec-websocket-extensions"]).toBeUndefined();
    expect(headers["user-agent"]).toBe("kubectl-cilium_health/test");
  });

  it("gives the command's exit code with what it wrote", async () => {
    const outcome = await execAgainst((peer) => {
      peer.send(frame(2, "no such socket"));
      peer.send(failure("NonZeroExitCode", "x", { causes: [{ reason: "ExitCode", message: "2" }] }));
    });
    expect(outcome).toEqual({ kind: "exit", code: 2, stdout: Buffer.alloc(0), stderr: "no such socket" });
  });

  it("hands stdout on while the command runs, keeps nothing of it, and holds the limit all the same", async () => {
    const pieces: string[] = [];
    let more = () => {};
    const onStdout = (piece: Uint8Array) => {
      pieces.push(Buffer.from(piece).toString());
      more();
    };
    const outcome = await execAgainst(
      (peer) => {
        peer.send(frame(1, "first\n"));
        // What comes next is sent because the first piece was seen: nothing waits for the command's end.
        more = () => {
          more = () => {};
          peer.send(frame(1, "second\n"));
          peer.send(success);
        };
      },
      { onStdout },
    );
    expect(outcome).toEqual({ kind: "ok", stdout: Buffer.alloc(0), stderr: "" });
    expect(pieces).toEqual(["first\n", "second\n"]);
    const tooBig = await execAgainst((peer) => peer.send(frame(1, "x".repeat(20))), { onStdout, maxBytes: 8 });
    expect(tooBig).toEqual({ kind: "too-big", limitBytes: 8 });
    expect(pieces.at(-1)).toBe("x".repeat(8));
  });

  it("reads no further while the reader is behind, which counts neither as time nor as silence", async () => {
    const clock = new ManualClock();
    const size = 64 * 1024;
    const most = 200;
    let [sent, taken] = [0, 0];
    const [read, begun] = [later(), later()];
    let held: Promise<void> | null = read.promise;
    const api = await serve({
      onUpgrade: (asked, socket, head) =>
        acceptExec(asked, socket, head, (peer) => {
          const send = () => {
            if (sent === most) return peer.send(success);
            sent++;
            peer.send(frame(1, "x".repeat(size)), send);
          };
          send();
        }),
    });
    const running = exec(wireTo(api, { clock }), {
      maxBytes: most * size,
      timeoutMs: 30_000,
      onStdout: (piece) => {
        taken += piece.length;
        begun.resolve();
      },
      hold: () => (taken > 0 ? held : null),
    });
    await begun.promise;
    const before = taken;
    for (let at = 0; at < 20; at++) {
      clock.advance(5_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(taken - before).toBeLessThan(8 * size);
    held = null;
    read.resolve();
    expect(await running).toMatchObject({ kind: "ok" });
    expect(taken).toBe(most * size);
    await api.idle();
    expect(clock.pending).toBe(0);
  });

  it("speaks to a plain http server, and under a path prefix", async () => {
    let url = "";
    const api = await serve({
      certificate: null,
      onUpgrade: (sent, socket, head) => {
        url = sent.url ?? "";
        acceptExec(sent, socket, head, (peer) => peer.send(success));
      },
    });
    const outcome = await exec(wireTo({ url: new URL("/k8s/clusters/c-1/", api.url) }));
    expect(outcome.kind).toBe("ok");
    expect(url).toMatch(/^\/k8s\/clusters\/c-1\/api\/v1\/namespaces\/kube-system\/pods\//);
  });

  it("sends two impersonated groups as two headers", async () => {
    let raw: string[] = [];
    const api = await serve({
      onUpgrade: (sent, socket, head) => {
        raw = sent.rawHeaders;
        acceptExec(sent, socket, head, (peer) => peer.send(success));
      },
    });
    const wire = wireTo(api);
    const identity = await wire.identity();
    const headers = { "Impersonate-User": "u", "Impersonate-Group": ["g1", "g2"] };
    await exec({ ...wire, identity: () => Promise.resolve({ ...identity, headers }) });
    const groups = raw.flatMap((name, i) => (name === "Impersonate-Group" ? [raw[i + 1]] : []));
    expect(groups).toEqual(["g1", "g2"]);
  });

  it("resumes the TLS session of the exec before", async () => {
    const api = await serve({
      onUpgrade: (sent, socket, head) => acceptExec(sent, socket, head, (peer) => peer.send(success)),
    });
    const wire = wireTo(api);
    for (let i = 0; i < 4; i++) expect((await exec(wire)).kind).toBe("ok");
    expect(api.connections).toBe(4);
    expect(api.resumed).toEqual([false, true, true, true]);
  });

  it("begins anew after a connection that broke: its session may have been why", async () => {
    const api = await serve({
      onUpgrade: (sent, socket, head) => {
        if (api.connections === 2) for (const open of api.open) open.resetAndDestroy();
        else acceptExec(sent, socket, head, (peer) => peer.send(success));
      },
    });
    const wire = wireTo(api);
    const kinds: string[] = [];
    for (let i = 0; i < 4; i++) kinds.push((await exec(wire)).kind);
    expect(kinds).toEqual(["ok", "network", "ok", "ok"]);
    expect(api.resumed).toEqual([false, true, false, true]);
  });
});

describe("the twelve ways in which an exec goes wrong", () => {
  it.each([
    ["403 Forbidden", [], 403, "Forbidden", 'pods "x" is forbidden: User "u" cannot get resource "pods/exec"', null],
    ["404 Not Found", [], 404, "NotFound", 'pods "cilium-x2z" not found', null],
    ["429 Too Many Requests", ["Retry-After: 7"], 429, "TooManyRequests", "try again later", 7],
    ["500 Internal Server Error", [], 500, "InternalError", "etcdserver: leader changed", null],
  ])("1: refused before the upgrade with %s", async (line, headers, status, reason, message, retryAfterSeconds) => {
    const api = await serve({ onUpgrade: answerUpgrade(line, headers, statusBody(status, reason, message)) });
    expect(await exec(wireTo(api))).toEqual({ kind: "http", status, reason, message, retryAfterSeconds });
    await api.idle();
  });

  it("2: nobody listens", async () => {
    const api = await serve({});
    await api.close();
    const outcome = await exec(wireTo(api));
    expect(outcome).toMatchObject({ kind: "network", code: "ECONNREFUSED" });
    expect(outcome).toHaveProperty("message", expect.stringContaining(`${api.url.host} was refused`));
  });

  it("2: a server certificate nobody we know has signed", async () => {
    const api = await serve({});
    const outcome = await exec(wireTo(api, { ca: null }));
    expect(outcome).toHaveProperty("message", expect.stringMatching(/x509: certificate signed by unknown authority/));
  });

  it("3: the handshake is never answered", async () => {
    const clock = new ManualClock();
    const api = await serve({ onUpgrade: () => clock.advance(10_000) });
    expect(await exec(wireTo(api, { clock }))).toEqual({ kind: "timeout", phase: "handshake", afterMs: 10_000 });
    await api.idle();
    expect(clock.pending).toBe(0);
  });

  it("4: the connection dies after the upgrade", async () => {
    const outcome = await execAgainst((peer) => {
      peer.send(frame(1, '{"half'));
      peer.terminate();
    });
    expect(outcome).toEqual({ kind: "closed-without-status", code: 1006 });
  });

  it.each([1000, 1011])("5: a clean close (%i) without a status", async (code) => {
    expect(await execAgainst((peer) => peer.close(code))).toEqual({ kind: "closed-without-status", code });
  });

  it("6: the peer falls silent, without a word to the network", async () => {
    const clock = new ManualClock();
    let upgraded = () => {};
    const upgrade = new Promise<void>((resolve) => {
      upgraded = resolve;
    });
    const api = await serve({
      onUpgrade: (sent, socket) => {
        socket.pause();
        socket.on("error", () => {});
        socket.write(switchingProtocols(sent));
      },
    });
    const running = exec(wireTo(api, { clock, trace: upgraded }));
    await upgrade;
    clock.advance(20_000);
    expect(await running).toEqual({ kind: "dead-peer", silentMs: 20_000 });
    expect(clock.pending).toBe(0);
  });

  it("7: a status that is not JSON", async () => {
    const outcome = await execAgainst((peer) => peer.send(frame(3, "exec failed: no such container")));
    expect(outcome).toEqual({ kind: "bad-status", text: "exec failed: no such container" });
  });

  it("8: output on stderr alone", async () => {
    const outcome = await execAgainst((peer) => {
      peer.send(frame(2, "only here"));
      peer.send(success);
    });
    expect(outcome).toEqual({ kind: "ok", stdout: Buffer.alloc(0), stderr: "only here" });
  });

  it("9: a message without a byte", async () => {
    const outcome = await execAgainst((peer) => {
      peer.send(Buffer.alloc(0));
      peer.send(success);
    });
    expect(outcome.kind).toBe("ok");
  });

  it("10: a close of channel 1, with output after it", async () => {
    const outcome = await execAgainst((peer) => {
      peer.send(Buffer.from([255, 1]));
      peer.send(frame(1, "still here"));
      peer.send(success);
    });
    expect(outcome).toMatchObject({ kind: "ok", stdout: Buffer.from("still here") });
  });

  it("11: everything in one segment with the 101", async () => {
    const api = await serve({
      onUpgrade: (sent, socket) => {
        socket.on("error", () => {});
        const close = Buffer.from([0x88, 2, 0x03, 0xe8]);
        socket.end(Buffer.concat([switchingProtocols(sent), wireFrame(frame(1, "all")), wireFrame(success), close]));
      },
    });
    expect(await exec(wireTo(api))).toMatchObject({ kind: "ok", stdout: Buffer.from("all") });
  });

  it("12: text frames instead of binary ones", async () => {
    const outcome = await execAgainst((peer) => {
      peer.send(success.toString());
      peer.close(1000);
    });
    expect(outcome).toEqual({ kind: "closed-without-status", code: 1000 });
  });
});

describe("a refused upgrade is explained", () => {
  const table: [string, string, string, object][] = [
    [
      "an empty 403",
      "403 Forbidden",
      "",
      { kind: "http", status: 403, message: expect.stringMatching(/not a missing right.*--exec-via=kubectl/) },
    ],
    [
      "a 403 of Kubernetes 1.35 without a reason",
      "403 Forbidden",
      statusBody(403, "Forbidden", 'pods "cilium-x2z" is forbidden: '),
      { kind: "http", status: 403, message: expect.stringMatching(/create on pods\/exec/) },
    ],
    [
      "a proxy's page",
      "200 OK",
      "<html>login</html>",
      { kind: "http", status: 200, message: expect.stringMatching(/--exec-via=kubectl/) },
    ],
    [
      "a redirect",
      "302 Found",
      "",
      { kind: "http", status: 302, message: expect.stringMatching(/--exec-via=kubectl/) },
    ],
    [
      "a proxy that drops the upgrade",
      "426 Upgrade Required",
      "",
      { kind: "http", status: 426, message: expect.stringMatching(/--exec-via=kubectl/) },
    ],
    [
      "an API server that saw no upgrade",
      "400 Bad Request",
      statusBody(400, "BadRequest", "Upgrade request required"),
      { kind: "http", status: 400, message: expect.stringMatching(/--exec-via=kubectl/) },
    ],
    [
      "a wrong container",
      "400 Bad Request",
      statusBody(400, "BadRequest", "container x is not valid for pod y"),
      { kind: "http", status: 400, message: "container x is not valid for pod y" },
    ],
    [
      "a Node object that is gone, which the API server calls a pod",
      "404 Not Found",
      statusBody(404, "NotFound", 'pods "node-0002" not found', { name: "node-0002", kind: "pods" }),
      { kind: "http", status: 404, message: 'the Node object "node-0002" of this pod does not exist any more' },
    ],
    [
      "a kubelet that cannot be reached, said before the upgrade",
      "500 Internal Server Error",
      statusBody(500, "InternalError", "error dialing backend: dial tcp 10.0.0.1:10250: i/o timeout"),
      { kind: "remote-error", message: "error dialing backend: dial tcp 10.0.0.1:10250: i/o timeout" },
    ],
    [
      "a gateway's page",
      "502 Bad Gateway",
      "<html>bad</html>",
      { kind: "http", status: 502, message: expect.stringMatching(/an error on the server/) },
    ],
  ];
  it.each(table)("%s", async (_name, line, body, expected) => {
    const api = await serve({ onUpgrade: answerUpgrade(line, [], body) });
    expect(await exec(wireTo(api))).toMatchObject(expected);
  });

  it("a kubelet that cannot be reached, said after the 101", async () => {
    const message = "error sending request: Post https://10.0.0.1:10250: dial tcp: i/o timeout";
    const outcome = await execAgainst((peer) => {
      peer.send(frame(2, "what it said"));
      peer.send(failure("InternalError", message));
    });
    expect(outcome).toEqual({ kind: "remote-error", message, stderr: "what it said" });
  });

  it("a 101 without a subprotocol", async () => {
    const api = await serve({
      onUpgrade: (sent, socket) => {
        const bytes = switchingProtocols(sent)
          .toString()
          .replace(/Sec-WebSocket-Protocol.*\r\n/, "");
        socket.on("error", () => {});
        socket.write(bytes);
      },
    });
    expect(await exec(wireTo(api))).toHaveProperty("message", expect.stringMatching(/--exec-via=kubectl/));
  });

  it("by its first 64 KiB when it does not end", async () => {
    const api = await serve({
      onUpgrade: (_sent, socket) => {
        socket.on("error", () => {});
        socket.write(`HTTP/1.1 403 Forbidden\r\nContent-Length: 99999999\r\n\r\n${"x".repeat(200_000)}`);
      },
    });
    expect(await exec(wireTo(api))).toMatchObject({ kind: "http", status: 403 });
    await api.idle();
  });

  it("by what has come of it when the rest does not come", async () => {
    const clock = new ManualClock();
    const api = await serve({
      onUpgrade: (_sent, socket) => {
        socket.on("error", () => {});
        socket.write("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\nContent-Length: 100\r\n\r\n{");
      },
    });
    const running = exec(wireTo(api, { clock }));
    while (!clock.waits.includes(2_000)) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(2_000);
    expect(await running).toMatchObject({ kind: "http", status: 429, retryAfterSeconds: 3 });
    expect(clock.pending).toBe(0);
  });
});

describe("limits", () => {
  it("drops a reply that is bigger than asked for", async () => {
    const outcome = await execAgainst(
      (peer) => {
        for (let i = 0; i < 200; i++) peer.send(frame(1, "x".repeat(32_768)));
      },
      { maxBytes: 1_000_000 },
    );
    expect(outcome).toEqual({ kind: "too-big", limitBytes: 1_000_000 });
  });

  it("takes no frame of more than 1 MiB", async () => {
    const outcome = await execAgainst((peer) => peer.send(frame(1, "x".repeat(1_048_576))), { maxBytes: 10_000_000 });
    expect(outcome).toEqual({ kind: "too-big", limitBytes: 1_048_576 });
  });

  it("ends a command that runs for longer than its time, even if it keeps writing", async () => {
    const clock = new ManualClock();
    const api = await serve({
      onUpgrade: (sent, socket, head) =>
        acceptExec(sent, socket, head, (peer) => {
          peer.on("ping", () => peer.send(frame(1, "more"), () => clock.advance(5_000)));
        }),
    });
    const trace = () => void setImmediate(() => clock.advance(5_000));
    const outcome = await exec(wireTo(api, { clock, trace }), { timeoutMs: 30_000 });
    expect(outcome).toEqual({ kind: "timeout", phase: "command", afterMs: 30_000 });
    await api.idle();
    expect(clock.pending).toBe(0);
  });

  it("counts --request-timeout for the handshake", async () => {
    const clock = new ManualClock();
    const api = await serve({ onUpgrade: () => clock.advance(3_000) });
    const outcome = await exec(wireTo(api, { clock, requestTimeoutMs: 3_000 }));
    expect(outcome).toEqual({ kind: "timeout", phase: "handshake", afterMs: 3_000 });
  });

  it("cuts the connection when the peer does not answer our close within half a second", async () => {
    const clock = new ManualClock();
    const api = await serve({
      onUpgrade: (sent, socket) => {
        socket.pause();
        socket.on("error", () => {});
        socket.write(Buffer.concat([switchingProtocols(sent), wireFrame(success)]));
      },
    });
    const live = new Set<WebSocket>();
    expect((await execInPod(wireTo(api, { clock }), live, request, never)).kind).toBe("ok");
    expect(clock.waits).toEqual([500]);
    const closed = new Promise((resolve) => [...live][0]?.once("close", resolve));
    clock.advance(500);
    await closed;
    expect([clock.pending, live.size]).toEqual([0, 0]);
  });
});

describe("faults at the socket", () => {
  it("reads bytes that arrive one by one", async () => {
    const api = await serve({
      onUpgrade: async (sent, socket) => {
        socket.on("error", () => {});
        const bytes = Buffer.concat([switchingProtocols(sent), wireFrame(frame(1, "drip")), wireFrame(success)]);
        for (const byte of bytes) await new Promise((resolve) => socket.write(Buffer.of(byte), resolve));
      },
    });
    expect(await exec(wireTo(api))).toMatchObject({ kind: "ok", stdout: Buffer.from("drip") });
  });

  it("names a reset after the upgrade", async () => {
    const api: ApiDouble = await serve({
      onUpgrade: (sent, socket, head) =>
        acceptExec(sent, socket, head, (peer) => {
          peer.send(frame(1, "half"), () => {
            for (const connection of api.open) connection.resetAndDestroy();
          });
        }),
    });
    expect(await exec(wireTo(api))).toEqual({ kind: "closed-without-status", code: 1006 });
  });

  it("names a reset before the upgrade", async () => {
    const api: ApiDouble = await serve({
      onUpgrade: () => {
        for (const connection of api.open) connection.resetAndDestroy();
      },
    });
    expect(await exec(wireTo(api))).toMatchObject({ kind: "network", code: "ECONNRESET" });
  });

  it.each([
    ["an operation code nobody knows", Buffer.from([0x8b, 0x05, 1, 2, 3, 4, 5])],
    ["reserved bits", Buffer.from([0xf2, 0x01, 1])],
    ["a masked frame, which no server may send", Buffer.from([0x82, 0x81, 0, 0, 0, 0, 1])],
    ["a length of 2^63", Buffer.from([0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255])],
  ])("survives %s", async (_name, bytes) => {
    const api = await serve({
      onUpgrade: (sent, socket) => {
        socket.on("error", () => {});
        socket.write(Buffer.concat([switchingProtocols(sent), bytes]));
      },
    });
    const outcome = await exec(wireTo(api));
    expect(["network", "too-big"]).toContain(outcome.kind);
    if (outcome.kind === "network") expect(outcome.code).toMatch(/^WS_ERR_/);
  });

  it("survives an answer that is no HTTP", async () => {
    const api = await serve({
      onUpgrade: (_sent, socket) => {
        socket.on("error", () => {});
        socket.write("\x00\x01garbage\r\n\r\n");
      },
    });
    expect((await exec(wireTo(api))).kind).toBe("network");
  });

  it("survives a credential that HTTP cannot carry, and does not repeat it", async () => {
    const api = await serve({});
    const wire = wireTo(api);
    const identity = await wire.identity();
    const headers = { Authorization: "Bearer se\ncret" };
    const outcome = await exec({ ...wire, identity: () => Promise.resolve({ ...identity, headers }) });
    expect(outcome.kind).toBe("network");
    expect(JSON.stringify(outcome)).not.toContain("cret");
  });
});

describe("a 401", () => {
  function refusingOnce(): ApiDoubleOptions {
    return {
      onUpgrade: (sent, socket, head) => {
        if (sent.headers.authorization === "Bearer new") {
          acceptExec(sent, socket, head, (peer) => peer.send(success));
        } else answerUpgrade("401 Unauthorized", [], statusBody(401, "Unauthorized", "Unauthorized"))(sent, socket);
      },
    };
  }

  it("gets the credentials refreshed, once, and the exec tried again", async () => {
    const api = await serve(refusingOnce());
    const wire = wireTo(api);
    const agents = await wire.identity();
    let token = "old";
    let refreshes = 0;
    const outcome = await exec({
      ...wire,
      identity: () => Promise.resolve({ ...agents, headers: { Authorization: `Bearer ${token}` } }),
      refresh: () => {
        refreshes += 1;
        token = "new";
        return Promise.resolve(true);
      },
    });
    expect([outcome.kind, refreshes]).toEqual(["ok", 1]);
  });

  it("stays one when there is nothing to refresh, or it does not help", async () => {
    const api = await serve(refusingOnce());
    const wire = wireTo(api);
    expect(await exec(wire)).toMatchObject({ kind: "http", status: 401 });
    expect(await exec({ ...wire, refresh: () => Promise.resolve(true) })).toMatchObject({ kind: "http", status: 401 });
    expect(api.connections).toBe(3);
  });
});

describe("an abort", () => {
  it("before the start opens no connection", async () => {
    const api = await serve({});
    expect(await exec(wireTo(api), {}, AbortSignal.abort())).toEqual({ kind: "aborted" });
    expect(api.connections).toBe(0);
  });

  it.each(["handshake", "command"])("during the %s ends it at once", async (phase) => {
    const control = new AbortController();
    const api = await serve({
      onUpgrade: (sent, socket, head) => {
        if (phase === "handshake") control.abort();
        else acceptExec(sent, socket, head, () => control.abort());
      },
    });
    expect(await exec(wireTo(api), {}, control.signal)).toEqual({ kind: "aborted" });
    await api.idle();
  });
});

describe("when execs have ended", () => {
  it("no timer, listener or socket is left, however they ended", async () => {
    const before = process.getActiveResourcesInfo().length;
    const clock = new ManualClock();
    const control = new AbortController();
    const endings: ((sent: IncomingMessage, socket: Duplex, head: Buffer) => void)[] = [
      (sent, socket, head) => acceptExec(sent, socket, head, (peer) => peer.send(success)),
      (sent, socket, head) => acceptExec(sent, socket, head, (peer) => peer.close(1011)),
      (sent, socket, head) => acceptExec(sent, socket, head, (peer) => peer.terminate()),
      (sent, socket, head) => acceptExec(sent, socket, head, (peer) => peer.send(frame(3, "text"))),
      answerUpgrade("403 Forbidden", [], statusBody(403, "Forbidden", "no")),
      (_sent, socket) => void socket.destroy(),
      () => control.abort(),
    ];
    let turn = 0;
    const api = await serve({ onUpgrade: (sent, socket, head) => endings[turn++]?.(sent, socket, head) });
    const wire = wireTo(api, { clock });
    const live = new Set<WebSocket>();
    const kinds: string[] = [];
    for (const _ of endings) kinds.push((await execInPod(wire, live, request, control.signal)).kind);
    expect(kinds).toEqual([
      "ok",
      "closed-without-status",
      "closed-without-status",
      "bad-status",
      "http",
      "network",
      "aborted",
    ]);
    await api.idle();
    await api.close();
    while (live.size > 0) await new Promise((resolve) => setImmediate(resolve));
    expect([clock.pending, getEventListeners(control.signal, "abort").length]).toEqual([0, 0]);
    wire.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
  });
});

describe("-v", () => {
  it("gets one entry for each exec, with how the upgrade was answered", async () => {
    const api = await serve({
      onUpgrade: (sent, socket, head) => acceptExec(sent, socket, head, (peer) => peer.send(success)),
    });
    const wire = wireTo(api);
    await exec(wire);
    expect(wire.traced).toMatchObject([{ method: "GET", outcome: "101 Switching Protocols" }]);
  });

  it.each<[string, string, Partial<ExecRequest>]>([
    ["plain names", "", { namespace: "kube-system", pod: "cilium-x2z" }],
    ["a server with a prefix", "/k8s/clusters/c-1/", { pod: "cilium-x2z" }],
    ["names that leave their place", "/k", { namespace: "..", pod: ".", container: "a&command=b" }],
    [
      "names that end the path",
      "",
      { namespace: "a/b?c#d", pod: "%2e%2e/x", container: "%", argv: ["a b", "#", "&x=1"] },
    ],
    ["names of other letters", "", { namespace: "ü\u202e", pod: "\ud800", argv: ["\r\nX: y", '{"\\t"}'] }],
  ])("names the address that was asked: %s", async (_what, prefix, asked) => {
    const seen: string[] = [];
    const api = await serve({
      onUpgrade: (sent, socket, head) => {
        seen.push(sent.url ?? "");
        acceptExec(sent, socket, head, (peer) => peer.send(success));
      },
    });
    const wire = wireTo(api, { server: new URL(prefix, api.url) });
    await exec(wire, asked);
    const { pathname, search } = new URL(wire.traced[0]?.url ?? "");
    expect(seen).toEqual([pathname + search]);
    const parts = pathname.slice(prefix.replace(/\/$/, "").length).split("/");
    expect(parts.slice(0, 4).concat(parts.slice(5, 6), parts.slice(7))).toEqual([
      "",
      "api",
      "v1",
      "namespaces",
      "pods",
      "exec",
    ]);
    expect(new URLSearchParams(search).getAll("command")).toEqual(asked.argv ?? request.argv);
  });
});
