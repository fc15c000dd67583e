import { describe, expect, it } from "vitest";
import { freshInMs, isFresh, probesOnDemand } from "../../../src/analyse/summary/fresh.ts";
import type { AgentPulse } from "../../../src/model/pulse.ts";

const at = (seconds: number) => Date.parse("2031-05-02T09:00:00Z") + seconds * 1000;

/** A pulse at `clock`, of a cycle from `cycle` on; `oldest` null is a head alone. Seconds. */
function pulse(clock: number, cycle: number, oldest: number | null, intervalSeconds: number | null = 24): AgentPulse {
  const spread = intervalSeconds !== null;
  return {
    clock: at(clock),
    health: {
      localName: "",
      timestamp: at(cycle),
      probeIntervalNs: spread ? intervalSeconds * 1e9 : null,
      hasNodes: true,
      hasProbeTimes: spread,
    },
    probes: oldest === null ? null : { oldest: spread ? at(oldest) : 0, newest: at(clock), addresses: 10, silent: 0 },
    version: "",
    failures: [],
  };
}

describe("a report is fresh", () => {
  it.each([
    ["once its oldest probe is younger than the request", pulse(60, 48, 31), 30, true],
    ["not while one probe is older, whatever cycle it is of", pulse(60, 48, 29), 30, false],
    ["not by a probe of the very second, which may have been before", pulse(60, 48, 30), 30.5, false],
    ["by its head, when the cycle that it names has ended", pulse(70, 35, null), 30, true],
    ["not by the head of a cycle that may still run", pulse(60, 35, null), 30, false],
    ["by the head of the second cycle after the request", pulse(60, 55, null), 30, true],
    ["before 1.18 by the start of its cycle", pulse(100, 31, 0, null), 30, true],
    ["and not before that", pulse(100, 29, 0, null), 30, false],
  ])("%s", (_what, one, since, expected) => {
    expect(isFresh(one, "1.17.3", at(since))).toBe(expected);
  });

  it("never without a report, a node or a time", () => {
    const whole = pulse(60, 48, 31);
    const listless = whole.health === null ? null : { ...whole.health, hasNodes: false };
    expect(isFresh({ ...whole, health: null }, "", at(1))).toBe(false);
    expect(isFresh({ ...whole, health: listless }, "", at(1))).toBe(false);
    expect(isFresh(whole, "", 0)).toBe(false);
  });
});

describe("the next cycle ends", () => {
  it.each([
    // The cycle that runs began 10 s ago: 14 s, then a whole one, and a moment to publish it.
    [pulse(58, 48, 40), "1.19.3", 14 + 24 + 2],
    [pulse(82, 48, 40), "1.19.3", 14 + 24 + 2],
    // By the head it cannot be told whether the last probes of a cycle still wait for an answer.
    [pulse(58, 48, null), "1.19.3", 14 + 24 + 2 + 10],
    [pulse(70, 60, 0, null), "1.17.3", 50 + 60 + 2],
    [pulse(70, 60, 0, null), "1.14.0", 50 + 60 + 2],
  ])("%#", (one, version, seconds) => {
    expect(freshInMs(one, version)).toBe(seconds * 1000);
  });

  it("later where an agent up to 1.16 waits for silent addresses one by one", () => {
    const one = pulse(70, 60, 0, null);
    const silent = { ...one, probes: { oldest: 0, newest: 0, addresses: 10, silent: 2 } };
    expect(freshInMs(silent, "1.14.0")).toBe((110 + 120 + 2) * 1000);
    expect(freshInMs(silent, "1.17.3")).toBe((50 + 60 + 2) * 1000);
  });
});

describe("--probe probes", () => {
  it.each([
    ["1.8.0", true],
    ["1.16.19", true],
    ["1.17.0", false],
    ["1.20.2", false],
    ["", false],
  ])("at %s: %s", (version, probes) => {
    expect(probesOnDemand(version)).toBe(probes);
  });
});
