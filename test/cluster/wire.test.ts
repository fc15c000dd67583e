import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { sleep, type TracedRequest, traceTo } from "../../src/cluster/wire.ts";
import { ManualClock } from "./manual-clock.ts";

const request: TracedRequest = {
  method: "GET",
  url: "https://api:6443/api/v1/pods",
  outcome: "200 OK",
  ms: 12.4,
  requestHeaders: { Authorization: "Bearer secret", "Impersonate-Group": ["g1", "g2"] },
  responseHeaders: { "content-type": "application/json", "set-cookie": ["secret=1"], "x-evil": "\u001b[2J\u202e" },
  bodyBytes: 17,
};

function traced(verbosity: number): string[] {
  const lines: string[] = [];
  traceTo((line) => lines.push(line), verbosity)(request);
  return lines;
}

describe("-v", () => {
  it("5 and less says nothing", () => expect(traced(5)).toEqual([]));

  it("6 names method, address, status and time", () => {
    expect(traced(6)).toEqual(["GET https://api:6443/api/v1/pods 200 OK in 12 milliseconds"]);
  });

  it("8 adds headers without what is secret, control characters made visible", () => {
    expect(traced(8).slice(1)).toEqual([
      "    > Authorization: <masked>",
      "    > Impersonate-Group: g1",
      "    > Impersonate-Group: g2",
      "    < content-type: application/json",
      "    < set-cookie: <masked>",
      "    < x-evil: \\u001b[2J\\u202e",
      "    body: 17 bytes",
    ]);
  });
});

describe("a sleep", () => {
  it("ends with its time, and leaves no listener", async () => {
    const clock = new ManualClock();
    const control = new AbortController();
    const sleeping = sleep(clock, 100, control.signal);
    clock.advance(100);
    await sleeping;
    expect(getEventListeners(control.signal, "abort")).toEqual([]);
  });

  it("ends with the signal, and leaves no timer", async () => {
    const clock = new ManualClock();
    const control = new AbortController();
    const sleeping = sleep(clock, 100, control.signal);
    control.abort();
    await sleeping;
    await sleep(clock, 100, control.signal);
    expect(clock.pending).toBe(0);
  });
});
