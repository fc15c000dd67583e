import { describe, expect, it } from "vitest";
import { adaptivePace, isTooMuch, mostAtOnce } from "../../src/collect/pace.ts";
import type { ExecOutcome } from "../../src/model/capture.ts";

const ok: ExecOutcome = { kind: "ok", stdout: new Uint8Array(), stderr: "" };
const busy: ExecOutcome = { kind: "http", status: 429, reason: "", message: "", retryAfterSeconds: null };

/** A server that ends `rateAt(width)` execs a millisecond; gives the width after each of so many ended execs. */
function widths(rateAt: (width: number) => number, count: number, most = 64): number[] {
  let time = 0;
  const pace = adaptivePace(most, () => time);
  return Array.from({ length: count }, () => {
    time += 1 / rateAt(pace.width());
    pace.heard(ok);
    return pace.width();
  });
}

function last(values: readonly number[]): number | undefined {
  return values.at(-1);
}

describe("the pace", () => {
  it.each([
    ["nothing said", null, 199, 20],
    ["nothing said of many agents", null, 200, 40],
    ["less", 5, 1000, 5],
    ["more", 200, 3, 200],
  ])("may ask so many at once: %s", (_what, said, agents, most) => {
    expect(mostAtOnce(said, agents)).toBe(most);
  });

  it("widens up to the bound while the server keeps up", () => {
    expect(last(widths((width) => width / 100, 600))).toBe(64);
  });

  it.each([
    ["as many a second however many are asked", () => 0.13, 20],
    ["fewer the more are asked", (width: number) => 2.6 / width, 20],
    ["more up to 30, and no more at 45", (width: number) => Math.min(width, 30) / 100, 30],
    ["a little more, not worth it", (width: number) => 0.12 + width / 2000, 20],
  ])("tries once and goes back to what helped: %s", (_what, rateAt, helped) => {
    const seen = widths(rateAt, 5000);
    expect(seen.filter((width) => width > helped).length).toBeLessThan(100);
    expect(last(seen)).toBe(helped);
  });

  it("never goes beyond the bound that was asked for", () => {
    expect(Math.max(...widths((width) => width, 500, 5))).toBe(5);
    expect(widths((width) => width, 10, 1)).toEqual(Array.from({ length: 10 }, () => 1));
  });

  it("halves once for all that are under way, again if it goes on, and never below one", () => {
    const pace = adaptivePace(64, () => 0);
    expect(pace.width()).toBe(20);
    pace.heard(busy);
    expect(pace.width()).toBe(10);
    for (let more = 0; more < 19; more++) pace.heard(busy);
    expect(pace.width()).toBe(10);
    pace.heard(busy);
    expect(pace.width()).toBe(5);
    for (let more = 0; more < 200; more++) pace.heard(busy);
    expect(pace.width()).toBe(1);
  });

  it("recovers one lane at a time", () => {
    let time = 0;
    const pace = adaptivePace(64, () => time++);
    pace.heard(busy);
    const seen = [pace.width()];
    for (let more = 0; more < 200; more++) {
      pace.heard(ok);
      if (pace.width() !== seen.at(-1)) seen.push(pace.width());
    }
    expect(seen.slice(0, 4)).toEqual([10, 11, 12, 13]);
  });

  it.each<[string, ExecOutcome, boolean]>([
    ["429", busy, true],
    ["503", { ...busy, status: 503 }, true],
    ["403", { ...busy, status: 403 }, false],
    ["a reset", { kind: "network", code: "ECONNRESET", message: "" }, true],
    ["too many open files", { kind: "network", code: "EMFILE", message: "" }, true],
    ["a refused connection", { kind: "network", code: "ECONNREFUSED", message: "" }, false],
    ["a handshake that takes too long", { kind: "timeout", phase: "handshake", afterMs: 10_000 }, true],
    ["a command that takes too long", { kind: "timeout", phase: "command", afterMs: 30_000 }, false],
    ["a command that fails", { kind: "exit", code: 1, stdout: new Uint8Array(), stderr: "" }, false],
    ["a good answer", ok, false],
  ])("takes %s for too much: %s", (_what, outcome, expected) => {
    expect(isTooMuch(outcome)).toBe(expected);
  });
});
