import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { WebSocket } from "ws";
import { generateMesh } from "../../src/demo/index.ts";
import { acceptExec, failure, frame, statusBody, success, switchingProtocols } from "../cluster/api-double.ts";
import { expectNothingInvented, runUpgrading } from "./run-through.ts";
import type { UpgradeFate } from "./upgrade-way.ts";

/** The API server's answer to the upgrade, with its Status, and a Retry-After of nothing where it takes one. */
function refuse(code: number, reason: string, message: string) {
  return (_request: IncomingMessage, socket: Duplex) => {
    const body = code === 502 ? "<html>bad gateway</html>" : statusBody(code, reason, message);
    const lines = [`HTTP/1.1 ${code} No`, `Content-Length: ${Buffer.byteLength(body)}`, "Retry-After: 0"];
    socket.end([...lines, "", body].join("\r\n"));
  };
}

const nodes = 4;
const victim = (pod: string) => pod === podOf("node-3");
const scenario = generateMesh({ nodes });
function podOf(node: string): string {
  const pods = scenario.objects("pods") ?? [];
  return pods.find(({ spec }) => spec?.["nodeName"] === node)?.metadata.name ?? "";
}

describe("an upgrade that is refused, for one agent of four,", () => {
  it.each([
    [401, "Unauthorized", "Unauthorized", 1, /Unauthorized/],
    [403, "Forbidden", 'pods "x" is forbidden: not this one', 1, /is forbidden: not this one/],
    [404, "NotFound", 'pods "x" not found', 1, /x.* does not exist|not found/],
    [409, "Conflict", "the object has been modified", 1, /the object has been modified/],
    [410, "Gone", "it is gone", 1, /it is gone/],
    [429, "TooManyRequests", "too many requests", 2, /too many requests/],
    [500, "InternalError", "etcdserver: leader changed", 1, /etcdserver: leader changed/],
    [502, "", "", 2, /an error on the server/],
    [503, "ServiceUnavailable", "apiserver is shutting down", 2, /apiserver is shutting down/],
    [504, "Timeout", "context deadline exceeded", 2, /context deadline exceeded/],
  ])(
    "with %i %s is named in the server's words, and tried once more where that can help",
    async (code, reason, message, tries, said) => {
      const run = await runUpgrading({ scenario }, (pod) => (victim(pod) ? refuse(code, reason, message) : "pass"));
      expectNothingInvented(run, nodes);
      expect(run.report.coverage).toMatchObject({ answered: nodes - 1, failed: [{ node: "node-3" }] });
      expect(run.report.coverage.failed[0]?.message).toMatch(said);
      expect(run.way.upgrades.get(podOf("node-3"))).toBe(tries);
    },
  );
});

type Play = Exclude<UpgradeFate, "pass">;

/** After the 101: the first, empty frame, and whatever `run` does. */
function upgraded(run: (peer: WebSocket, socket: Duplex) => void): Play {
  return (request, socket, head) => acceptExec(request, socket, head, (peer) => run(peer, socket));
}

/** WebSocket messages written by hand, whole or not. */
function raw(...bytes: readonly number[]): Play {
  return upgraded((_peer, socket) => void socket.write(Buffer.from(bytes)));
}

const half = frame(1, '{"local":{"name":"demo/');
const reset: Play = (request, socket, head, resetConnection) =>
  acceptExec(request, socket, head, (peer) => peer.send(half, resetConnection));
const cut = upgraded((peer) => {
  peer.send(half);
  peer.send(success);
});

describe("a command that goes wrong after its upgrade, for one agent of four,", () => {
  const table: readonly (readonly [what: string, fate: Play, tries: number, said: RegExp])[] = [
    ["is reset", reset, 10, /code 1006/],
    ["is closed without a status", upgraded((peer) => peer.close(1000)), 10, /closed \(code 1000\) before/],
    ["is closed with a server's error", upgraded((peer) => peer.close(1011)), 10, /closed \(code 1011\) before/],
    ["has garbage for a status", upgraded((peer) => peer.send(frame(3, "v1: exec failed"))), 5, /v1: exec failed/],
    [
      "has a status that stops early",
      upgraded((peer) => peer.send(frame(3, '{"status":'), () => peer.close(1000))),
      5,
      /status/,
    ],
    ["has frames of no kind", raw(0x8b, 5, 1, 2, 3, 4, 5), 1, /no valid WebSocket frame/],
    [
      "has a frame of 2^63 bytes",
      raw(0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255),
      1,
      /WebSocket frame|MiB|bytes/,
    ],
    ["has masked frames", raw(0x82, 0x81, 0, 0, 0, 0, 1), 1, /no valid WebSocket frame/],
    [
      "has nothing to say but that it failed",
      upgraded((peer) => peer.send(failure("InternalError", "container not found"))),
      1,
      /container not found/,
    ],
  ];
  it.each(table)("%s", async (_what, fate, tries, said) => {
    const run = await runUpgrading({ scenario }, (pod) => (victim(pod) ? fate : "pass"));
    expectNothingInvented(run, nodes);
    expect(run.report.coverage).toMatchObject({ answered: nodes - 1, failed: [{ node: "node-3" }] });
    expect(run.report.coverage.failed[0]?.message).toMatch(said);
    expect(run.way.upgrades.get(podOf("node-3"))).toBe(tries);
  });

  it("whose reply is cut is tried once more, and named with its bytes, command by command", async () => {
    const run = await runUpgrading({ scenario }, (pod) => (victim(pod) ? cut : "pass"));
    expectNothingInvented(run, nodes);
    expect(run.report.coverage.failed[0]).toMatchObject({
      node: "node-3",
      message: expect.stringMatching(/cut after \d+ bytes/),
    });
  });
});

describe("a command that goes wrong once", () => {
  it.each([
    ["is reset", reset],
    ["is closed without a status", upgraded((peer) => peer.close(1000))],
    ["has its reply cut", cut],
    ["has an empty reply", upgraded((peer) => peer.send(success))],
    ["is refused with 429", refuse(429, "TooManyRequests", "later")],
    ["is refused with 502", refuse(502, "", "")],
    ["is refused with 503", refuse(503, "ServiceUnavailable", "starting")],
    ["is refused with 504", refuse(504, "Timeout", "late")],
  ])("%s: the second time it is heard", async (_what, fate) => {
    const run = await runUpgrading({ scenario }, (pod, nth) => (victim(pod) && nth === 1 ? fate : "pass"));
    expectNothingInvented(run, nodes);
    expect([run.code, run.report.coverage.answered]).toEqual([0, nodes]);
  });
});

describe("a command whose connection stands, and is silent,", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const alone = ["--parallel", "1"];

  it("half open: nobody answers our pings, and it is given up after the fourth", async () => {
    const deaf: Play = (request, socket) => {
      socket.write(switchingProtocols(request));
      socket.resume();
      passTime(socket);
    };
    const run = await runUpgrading({ scenario }, (pod) => (victim(pod) ? deaf : "pass"), alone);
    expectNothingInvented(run, nodes);
    expect(run.report.coverage.failed).toMatchObject([{ node: "node-3", message: expect.stringMatching(/20 ?s/) }]);
    expect(run.way.upgrades.get(podOf("node-3"))).toBe(1);
  });

  it("stalled: pings are answered, and it is given up after --timeout", async () => {
    const stalled = upgraded((_peer, socket) => passTime(socket));
    const flags = [...alone, "--timeout", "60s"];
    const run = await runUpgrading({ scenario }, (pod) => (victim(pod) ? stalled : "pass"), flags);
    expectNothingInvented(run, nodes);
    expect(run.report.coverage.failed).toMatchObject([{ node: "node-3", message: expect.stringMatching(/60 ?s/) }]);
    expect(run.way.upgrades.get(podOf("node-3"))).toBe(1);
  });

  it("a handshake that is never answered is tried once more, and given up after --request-timeout", async () => {
    const mute: Play = (_request, socket) => passTime(socket);
    const run = await runUpgrading({ scenario }, (pod) => (victim(pod) ? mute : "pass"), alone);
    expectNothingInvented(run, nodes);
    expect(run.report.coverage.failed).toMatchObject([{ node: "node-3", message: expect.stringMatching(/10 ?s/) }]);
    expect(run.way.upgrades.get(podOf("node-3"))).toBe(2);
  });
});

/** A quarter of a second of the faked time each turn of the event loop, for as long as the connection stands. */
function passTime(socket: Duplex): void {
  setImmediate(() => {
    if (socket.destroyed) return;
    vi.advanceTimersByTime(250);
    passTime(socket);
  });
}
