import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ipForwardOf, reversePathFilters, strictInterfaces } from "../../../src/analyse/reads/sysctl.ts";
import { recordedReply } from "../../recording.ts";
import { hostileTexts, shuffledWords } from "./hostile-texts.ts";

describe("ip_forward", () => {
  it.each([
    ["1\n", true],
    ["0\n", false],
    ["", null],
    ["2", null],
    ["cat: /proc/sys/net/ipv4/ip_forward: No such file or directory", null],
  ])("of %j is %j", (text, expected) => {
    expect(ipForwardOf(text)).toBe(expected);
  });
});

describe("rp_filter", () => {
  it("is read as recorded, all of it off", () => {
    const values = reversePathFilters(new TextDecoder().decode(recordedReply("healthy", "worker-1", "rp_filter.txt")));
    expect(values.get("lxc_health")).toBe(0);
    expect(values.size).toBe(8);
    expect(strictInterfaces(values)).toEqual([]);
  });

  it.each([
    ["its own value is strict", 0, 1, true],
    ["all is strict", 1, 0, true],
    ["all is loose, the larger value counts", 2, 1, false],
    ["its own value is loose", 1, 2, false],
    ["both are off", 0, 0, false],
  ])("is strict or not where %s", (_when, all, own, strict) => {
    const text = `net.ipv4.conf.all.rp_filter = ${all}\nnet.ipv4.conf.eth0.100.rp_filter = ${own}\n`;
    expect(strictInterfaces(reversePathFilters(text))).toEqual(strict ? ["eth0.100"] : []);
  });

  it("takes no harm from any text", () => {
    for (const text of hostileTexts) {
      expect(strictInterfaces(reversePathFilters(text)).length).toBeLessThan(2);
      expect(ipForwardOf(text)).toBeNull();
    }
    fc.assert(fc.property(shuffledWords, (text) => reversePathFilters(text).size === 0));
  });
});
