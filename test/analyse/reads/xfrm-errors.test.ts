import { describe, expect, it } from "vitest";
import { readEncryptErrors, readXfrmStat } from "../../../src/analyse/reads/xfrm-errors.ts";

describe("IPsec error counters", () => {
  it("of the kernel are those above 0", () => {
    const text = "XfrmInError             \t0\nXfrmInStateProtoError   \t12\nXfrmOutStateSeqError    \t3\n";
    expect(readXfrmStat(text)).toEqual(
      new Map([
        ["XfrmInStateProtoError", 12],
        ["XfrmOutStateSeqError", 3],
      ]),
    );
  });

  it("are unknown on a kernel without them", () => {
    expect(readXfrmStat("")).toBeNull();
  });

  it.each<[string, string, Map<string, number> | null]>([
    [
      "by name",
      '{"mode":"IPsec","ipsec":{"error-count":2,"xfrm-errors":{"XfrmInNoStates":2}}}',
      new Map([["XfrmInNoStates", 2]]),
    ],
    ["none", '{"mode":"IPsec","ipsec":{"keys-in-use":2}}', new Map()],
    ["unknown without IPsec", '{"mode":"Disabled"}', null],
    ["unknown from a broken reply", "Cannot get daemon encryption status", null],
  ])("of the agent are %s", (_what, text, errors) => {
    expect(readEncryptErrors(text)).toEqual(errors);
  });
});
