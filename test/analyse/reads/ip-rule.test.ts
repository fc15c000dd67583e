import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cloudSetupRules, hasLocalLookup, readRoutingRules } from "../../../src/analyse/reads/ip-rule.ts";
import { recordedReply } from "../../recording.ts";
import { hostileTexts, shuffledWords } from "./hostile-texts.ts";

const usual = "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n";

describe("ip rule", () => {
  it("is read as recorded", () => {
    const rules = readRoutingRules(new TextDecoder().decode(recordedReply("healthy", "worker-1", "ip-rule.txt")));
    expect(rules.map(({ priority, table }) => [priority, table])).toEqual([
      [0, "local"],
      [32766, "main"],
      [32767, "default"],
    ]);
  });

  it.each([
    ["the usual ones", usual, true],
    [
      "Cilium's, with local moved to 100",
      `9:\tfrom all fwmark 0x200/0xf00 lookup 2004\n100:\tfrom all lookup local\n`,
      true,
    ],
    ["none for local", usual.replace("lookup local", "lookup main"), false],
    ["local for some packets alone", "0:\tfrom all fwmark 0x1 lookup local\n32766:\tfrom all lookup main\n", false],
    ["no rules at all", "Dump terminated", null],
  ])("looks up local addresses or not: %s", (_what, text, expected) => {
    expect(hasLocalLookup(readRoutingRules(text))).toBe(expected);
  });

  it("tells nm-cloud-setup's rules from others", () => {
    const text = `${usual}30200:\tfrom all lookup main suppress_prefixlength 0\n30350:\tfrom 10.0.0.5 lookup 30400\n110:\tfrom 10.0.0.5 to 10.0.0.0/8 lookup 11\n`;
    expect(cloudSetupRules(readRoutingRules(text)).map(({ priority }) => priority)).toEqual([30200, 30350]);
    expect(cloudSetupRules(readRoutingRules(usual))).toEqual([]);
  });

  it("takes no harm from any text", () => {
    for (const text of hostileTexts) expect(() => cloudSetupRules(readRoutingRules(text))).not.toThrow();
    fc.assert(fc.property(fc.oneof(fc.string(), shuffledWords), (text) => Array.isArray(readRoutingRules(text))));
  });
});
