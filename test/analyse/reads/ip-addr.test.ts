import { describe, expect, it } from "vitest";
import { interfaceOf } from "../../../src/analyse/reads/ip-addr.ts";

const text = `lo               UNKNOWN        127.0.0.1/8 ::1/128
eth0@if12        UP             172.31.0.11/24 fd00::11/64
cilium_host@cilium_net UP             10.244.1.239/32
`;

describe("the interface of an address", () => {
  it.each([
    ["172.31.0.11", "eth0"],
    ["fd00::11", "eth0"],
    ["10.244.1.239", "cilium_host"],
    ["172.31.0.1", ""],
  ])("%s is %s", (ip, name) => {
    expect(interfaceOf(text, ip)).toBe(name);
  });
});
