import { describe, expect, it } from "vitest";
import { contains, overlaps, parseAddress, parseCidr } from "../../../src/analyse/settings/cidr.ts";

const range = (text: string) => {
  const parsed = parseCidr(text);
  if (parsed === null) throw new Error(`${text} is no range`);
  return parsed;
};

describe("an address", () => {
  it.each([
    ["10.0.0.1", 4, 0x0a000001n],
    ["255.255.255.255", 4, 0xffffffffn],
    ["::", 6, 0n],
    ["::1", 6, 1n],
    ["fe80::1%eth0", 6, 0xfe800000000000000000000000000001n],
    ["2001:db8::a:b", 6, 0x20010db80000000000000000000a000bn],
    ["::ffff:10.0.0.1", 6, 0xffff0a000001n],
    ["1:2:3:4:5:6:7:8", 6, 0x00010002000300040005000600070008n],
  ])("%s is of family %i", (text, family, value) => {
    expect(parseAddress(text)).toEqual({ family, value });
  });

  it.each([
    "",
    "10.0.0",
    "10.0.0.256",
    "10.0.0.1/8",
    "::1::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8::",
    "g::",
    "<nil>",
    "localhost",
  ])("is not %j", (text) => {
    expect(parseAddress(text)).toBeNull();
  });
});

describe("a range", () => {
  it("leaves host bits out", () => {
    expect(parseCidr("10.244.3.9/24")).toEqual({ family: 4, prefix: 24, low: 0x0af40300n, high: 0x0af403ffn });
    expect(parseCidr("10.244.3.9")).toMatchObject({ prefix: 32 });
    expect(parseCidr("::/0")).toMatchObject({ low: 0n, high: 2n ** 128n - 1n });
  });

  it.each(["", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/a", "10.0.0.0/8/8", "::/129"])("is not %j", (text) => {
    expect(parseCidr(text)).toBeNull();
  });

  it.each([
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.0", false],
    ["0.0.0.0/0", "::1", false],
    ["2001:db8::/32", "2001:db8:ffff::1", true],
  ])("%s holds %s: %s", (text, address, expected) => {
    const parsed = parseAddress(address);
    expect(parsed !== null && contains(range(text), parsed)).toBe(expected);
  });

  it.each([
    ["10.244.0.0/16", "10.244.3.0/24", true],
    ["10.244.3.0/24", "10.244.0.0/16", true],
    ["10.244.3.0/24", "10.244.4.0/24", false],
    ["10.244.3.0/24", "10.244.3.0/24", true],
    ["::/0", "0.0.0.0/0", false],
  ])("%s shares addresses with %s: %s", (one, other, expected) => {
    expect(overlaps(range(one), range(other))).toBe(expected);
  });
});
