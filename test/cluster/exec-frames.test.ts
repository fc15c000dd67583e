import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteCollector } from "../../src/cluster/byte-collector.ts";
import { decodeCommandStatus, decodeFrame } from "../../src/cluster/exec-frames.ts";
import { ExecReply } from "../../src/cluster/exec-reply.ts";
import { failure, frame, success } from "./api-double.ts";

const utf8 = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("a frame of the channel protocol", () => {
  const table: [string, Uint8Array, string, string][] = [
    ["stdout", frame(1, "hello"), "stdout", "hello"],
    ["an empty stdout frame, the first that a server sends", frame(1, ""), "stdout", ""],
    ["stderr", frame(2, "oops"), "stderr", "oops"],
    ["the status", frame(3, "{}"), "status", "{}"],
    ["stdin, which only we could send", frame(0, "x"), "ignored", ""],
    ["resize, which only we could send", frame(4, "{}"), "ignored", ""],
    ["v5's close of a channel", frame(255, Uint8Array.of(1)), "ignored", ""],
    ["a channel nobody knows", frame(77, "x"), "ignored", ""],
    ["a message without a single byte", new Uint8Array(0), "ignored", ""],
  ];
  it.each(table)("%s", (_name, message, channel, data) => {
    const decoded = decodeFrame(message);
    expect(decoded.channel).toBe(channel);
    expect(decoded.channel === "ignored" ? "" : utf8(decoded.data)).toBe(data);
  });
});

describe("the status channel", () => {
  const exited = (message: string) => ({ causes: [{ reason: "ExitCode", message }] });
  const table: [string, Uint8Array, object][] = [
    ["success", success.subarray(1), { kind: "success" }],
    ["an exit code", failure("NonZeroExitCode", "x", exited("3")).subarray(1), { kind: "exit", code: 3 }],
    [
      "an exit code behind another cause",
      failure("NonZeroExitCode", "x", { causes: [null, 7, { reason: "Other" }, ...exited("255").causes] }).subarray(1),
      { kind: "exit", code: 255 },
    ],
    [
      "the kubelet's own trouble",
      failure("InternalError", "error dialing backend: EOF").subarray(1),
      { kind: "remote-error", message: "error dialing backend: EOF" },
    ],
    [
      "trouble without a text",
      failure("InternalError", "").subarray(1),
      { kind: "remote-error", message: "InternalError" },
    ],
    ["JSON that stops early", Buffer.from('{"status":"Succ'), { kind: "incomplete", text: '{"status":"Succ' }],
    ["plain text, as v1 sent it", Buffer.from("command not found"), { kind: "bad-status", text: "command not found" }],
    ["JSON that is no object", Buffer.from("[1]"), { kind: "bad-status", text: "[1]" }],
    ["an object without a status", Buffer.from('{"a":1}'), { kind: "bad-status", text: '{"a":1}' }],
  ];
  it.each(table)("%s", (_name, bytes, expected) => {
    expect(decodeCommandStatus(bytes)).toEqual(expected);
  });

  it.each([
    ["no causes", undefined],
    ["causes that are no list", { causes: "3" }],
    ["a code that is no number", exited("three")],
    ["a code out of range", exited("99999999999999999999")],
  ])("a non-zero exit with %s is a bad status", (_name, details) => {
    expect(decodeCommandStatus(failure("NonZeroExitCode", "x", details).subarray(1)).kind).toBe("bad-status");
  });
});

describe("bytes in pieces", () => {
  it("come back in order, whatever the pieces", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300_000 }), { maxLength: 6 }), (pieces) => {
        const bytes = new ByteCollector(Number.MAX_SAFE_INTEGER);
        for (const piece of pieces) expect(bytes.add(piece)).toBe(true);
        expect(bytes.bytes().equals(Buffer.concat(pieces))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it("stop at the limit and say so", () => {
    const bytes = new ByteCollector(5);
    expect([bytes.add(Buffer.from("abc")), bytes.add(Buffer.from("def")), bytes.add(Buffer.from("g"))]).toEqual([
      true,
      false,
      false,
    ]);
    expect(bytes.bytes().toString()).toBe("abcde");
  });

  it("hold no more memory when they come one by one", () => {
    const bytes = new ByteCollector(1_000_000);
    const before = process.memoryUsage();
    for (let i = 0; i < 500_000; i++) bytes.add(Uint8Array.of(i));
    const after = process.memoryUsage();
    expect(bytes.length).toBe(500_000);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(16_000_000);
  });
});

describe("a reply", () => {
  it("is stdout, stderr and the exit code", () => {
    const reply = new ExecReply(100);
    expect(reply.take(frame(1, "a"))).toBeNull();
    expect(reply.take(frame(2, "warning"))).toBeNull();
    expect(reply.take(frame(1, "b"))).toBeNull();
    expect(reply.take(frame(3, ""))).toBeNull();
    expect(reply.take(success)).toEqual({ kind: "ok", stdout: Buffer.from("ab"), stderr: "warning" });
  });

  it("keeps the first 64 KiB of stderr, and says what it left out", () => {
    const reply = new ExecReply(10);
    for (let i = 0; i < 100; i++) reply.take(frame(2, "x".repeat(1000)));
    expect(reply.take(success)).toMatchObject({
      kind: "ok",
      stderr: `${"x".repeat(65536)}\n(cut: the first 65536 of 100000 bytes)\n`,
    });
  });

  it("is too big one byte after its limit", () => {
    const reply = new ExecReply(4);
    expect(reply.take(frame(1, "1234"))).toBeNull();
    expect(reply.take(frame(1, "5"))).toEqual({ kind: "too-big", limitBytes: 4 });
  });

  it("puts a status of two frames together", () => {
    const reply = new ExecReply(10);
    expect(reply.take(frame(3, '{"status":"Suc'))).toBeNull();
    expect(reply.take(frame(3, 'cess"}'))).toMatchObject({ kind: "ok" });
  });

  it("gives up on a status that never ends", () => {
    const reply = new ExecReply(10);
    const outcomes = Array.from({ length: 64 }, () => reply.take(frame(3, "{")));
    expect(outcomes.findIndex((outcome) => outcome?.kind === "bad-status")).toBe(63);
  });

  it("takes an exit code that came in words", () => {
    const reply = new ExecReply(10);
    reply.take(frame(2, "no socket"));
    const status = failure("InternalError", "error executing command in container: exit status 3");
    expect(reply.take(status)).toEqual({ kind: "exit", code: 3, stdout: Buffer.alloc(0), stderr: "no socket" });
  });

  it("has a bad status when the connection closes in the middle of it", () => {
    const reply = new ExecReply(10);
    reply.take(frame(3, '{"status":'));
    expect(reply.closed(1006)).toEqual({ kind: "bad-status", text: '{"status":' });
  });

  it("never throws and never keeps more than its limit, whatever is sent", () => {
    const message = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(fc.constantFrom(1, 2, 3, 255), fc.string()).map(([channel, text]) => frame(channel, text)),
      fc.tuple(fc.constant(3), fc.json()).map(([channel, text]) => frame(channel, text)),
      fc
        .record({ status: fc.constantFrom("Success", "Failure", "x"), reason: fc.string(), details: fc.jsonValue() })
        .map((status) => frame(3, JSON.stringify(status))),
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 20 }), fc.integer({ min: 0, max: 60 }), (messages, limit) => {
        const reply = new ExecReply(limit);
        for (const one of messages) {
          const outcome = reply.take(one);
          if (outcome === null) continue;
          expect(["ok", "exit", "remote-error", "bad-status", "too-big"]).toContain(outcome.kind);
          if (outcome.kind === "ok") expect(outcome.stdout.length).toBeLessThanOrEqual(limit);
          break;
        }
        expect(["closed-without-status", "bad-status"]).toContain(reply.closed(1006).kind);
      }),
      { numRuns: 10_000 },
    );
  });
});
