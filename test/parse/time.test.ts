import { describe, expect, it } from "vitest";
import { parseGoDuration, parseTime } from "../../src/parse/time.ts";

describe("a time", () => {
  it.each([
    "",
    "soon",
    "2031-05-02",
    "2031-05-02T09:14:30",
    "2031-13-02T09:14:30Z",
    "2031-05-02T09:14:30Z trailing",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00.000Z",
  ])("%j is none", (text) => {
    expect(parseTime(text)).toBe(0);
  });

  it("may be written in lower case or with a blank, as RFC 3339 allows", () => {
    const expected = Date.UTC(2031, 4, 2, 9, 14, 30);
    expect([parseTime("2031-05-02t09:14:30z"), parseTime("2031-05-02 09:14:30Z")]).toEqual([expected, expected]);
  });
});

describe("a Go duration", () => {
  it.each([
    ["0s", 0],
    ["0", 0],
    ["1m56.7546089s", 116_754_608_900],
    ["831.2µs", 831_200],
    ["831.2μs", 831_200],
    ["1.83ms", 1_830_000],
    ["12ns", 12],
    ["1h2m3s", 3_723_000_000_000],
  ])("%s is %d ns", (text, ns) => {
    expect(parseGoDuration(text)).toBe(ns);
  });

  it.each(["", "60", "1 m", "m", "-1s", "1m56", "sixty"])("%j is none", (text) => {
    expect(parseGoDuration(text)).toBeNull();
  });
});
