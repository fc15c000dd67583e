import { describe, expect, it } from "vitest";
import type { Capture, CaptureId, CaptureOutcome } from "../../src/model/capture.ts";
import { pulseReducer } from "../../src/parse/agent-pulse.ts";
import { parseHealthHead } from "../../src/parse/health-head.ts";

const ok = (stdout: string): CaptureOutcome => ({ kind: "ok", stdout: Buffer.from(stdout), stderr: "" });
const captured = (id: CaptureId, outcome: CaptureOutcome): Capture => ({ node: "n", pod: "p", id, argv: [], outcome });
const health = (stdout: string) => captured("cilium-health-status.json", ok(stdout));

function pulseOf(...captures: readonly Capture[]) {
  const reducer = pulseReducer();
  for (const capture of captures) reducer.add(capture);
  return reducer.pulse("n");
}

const head = "head\t2031-05-02T09:14:30Z\torchard/pear-1\t1m56.5s\n...\nend\n";

describe("the head of a health report", () => {
  it("is read whole", () => {
    expect(parseHealthHead(head)).toEqual({
      ok: true,
      value: {
        localName: "orchard/pear-1",
        timestamp: Date.parse("2031-05-02T09:14:30Z"),
        probeIntervalNs: 116.5e9,
        hasNodes: true,
        hasProbeTimes: true,
      },
    });
  });

  it("tells an agent before 1.18, and one that lists nobody yet", () => {
    const old = parseHealthHead("head\t2031-05-02T09:14:30Z\t\t\n\nend\n");
    expect(old).toMatchObject({ ok: true, value: { probeIntervalNs: null, hasNodes: false, hasProbeTimes: false } });
  });

  it.each([
    "head\t2031-05-02T09:14:30Z\tpear",
    "head\t2031-05-02T09:14:30Z\tpear\t1m\n...\n",
    "head\t2031-05-02T09:14:30Z\tpear\tone\tmore\n...\nend\n",
    "head\t2031-05-02T09:14:30Z\tpear\t1m\n..x\nend\n",
    "head\t2031-05-02T09:14:30Z\tpe\nar\t1m\n...\nend\n",
  ])("is never guessed: %j", (text) => {
    expect(parseHealthHead(text)).toMatchObject({ ok: false, reason: "wrong-shape" });
  });
});

describe("an agent's pulse", () => {
  const view = JSON.stringify({
    local: { name: "pear" },
    timestamp: "2031-05-02T09:14:30Z",
    probeInterval: "24s",
    nodes: [
      {
        name: "plum",
        host: {
          "primary-address": {
            ip: "192.0.2.12",
            icmp: { lastProbed: "2031-05-02T09:14:31Z" },
            http: { lastProbed: "2031-05-02T09:14:40Z", status: "context deadline exceeded" },
          },
        },
        endpoint: { ip: "10.1.0.7", icmp: { lastProbed: "2031-05-02T09:14:22Z" } },
      },
    ],
  });

  it("keeps of a whole view when and how it was probed", () => {
    expect(pulseOf(health(view))?.probes).toEqual({
      oldest: Date.parse("2031-05-02T09:14:22Z"),
      newest: Date.parse("2031-05-02T09:14:40Z"),
      addresses: 2,
      silent: 1,
    });
  });

  it("is of the last report: a head replaces a view, a failure replaces both", () => {
    expect(pulseOf(health(view), health(head))).toMatchObject({
      health: { localName: "orchard/pear-1" },
      probes: null,
    });
    const exit: CaptureOutcome = { kind: "exit", code: 1, stdout: Buffer.alloc(0), stderr: "Error: no socket" };
    const pulse = pulseOf(health(view), captured("cilium-health-status.json", exit));
    expect(pulse).toMatchObject({ health: null, probes: null });
    expect(pulse?.failures).toEqual([
      { id: "cilium-health-status.json", reason: "exit-1", message: "exited with code 1: Error: no socket" },
    ]);
    expect(pulseOf(captured("cilium-health-status.json", exit), health(view))?.failures).toEqual([]);
  });

  it("knows a clock and a version, and says what made no sense", () => {
    const pulse = pulseOf(
      captured("date.txt", ok("2031-05-02T09:15:00.5Z\n")),
      captured("cilium-status.json", ok('{"cilium":{"msg":"1.19.3 (v1.19.3-ab)"}}')),
    );
    expect(pulse).toMatchObject({ clock: Date.parse("2031-05-02T09:15:00.500Z"), version: "1.19.3", failures: [] });
    expect(pulseOf(captured("date.txt", ok("soon")))?.failures).toMatchObject([{ id: "date.txt" }]);
  });

  it("is none where nothing was started", () => {
    expect(pulseOf(captured("date.txt", { kind: "not-run", message: "" }))).toBe(null);
  });
});
