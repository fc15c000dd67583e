import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { halfOpenFrom } from "../../../src/analyse/reads/tcp-sockets.ts";

const heading =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     ";
const line = (local: string, remote: string, state: string) =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 2204251 2 00000000c21b868a`;
const table = (...lines: readonly string[]) => `${[heading, ...lines].join("\n")}\n`;

describe("half-open connections", () => {
  it.each([
    ["of the sender, as a little-endian kernel prints it", "0B001FAC:DADC", 1],
    ["of the sender, as a big-endian kernel prints it", "AC1F000B:DADC", 1],
    ["of somebody else", "0D001FAC:DADC", 0],
  ])("%s", (_what, remote, count) => {
    expect(halfOpenFrom(table(line("0E001FAC:1090", remote, "03")), ["172.31.0.11"], 4240)).toBe(count);
  });

  it.each([
    ["an open connection", "0E001FAC:1090", "01"],
    ["a listener", "0E001FAC:1090", "0A"],
    ["another port", "0E001FAC:1091", "03"],
  ])("not %s", (_what, local, state) => {
    expect(halfOpenFrom(table(line(local, "0B001FAC:DADC", state)), ["172.31.0.11"], 4240)).toBe(0);
  });

  it("over IPv6, and from an IPv4 sender to an IPv6 socket", () => {
    const local = "00000000000000000000000000000000:1090";
    const six = line(local, "B80D0120000000000000000001000000:DADC", "03");
    const mapped = line(local, "0000000000000000FFFF00000B001FAC:DADC", "03");
    expect(halfOpenFrom(table(six, mapped), ["2001:db8::1", "172.31.0.11"], 4240)).toBe(2);
  });

  it.each(["", "cat: /proc/net/tcp: No such file or directory", "{}"])("none of what is no table: %s", (text) => {
    expect(halfOpenFrom(text, ["172.31.0.11"], 4240)).toBeNull();
  });

  it("no more than there are lines, whatever stands in them and whoever is looked for", () => {
    const cell = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("0E001FAC:1090", "0B001FAC:DADC", "03", "__proto__"),
    );
    fc.assert(
      fc.property(fc.array(fc.array(cell, { maxLength: 6 })), fc.array(fc.string()), (lines, addresses) => {
        const text = table(...lines.map((cells) => cells.join(" ")));
        const count = halfOpenFrom(text, ["172.31.0.11", ...addresses], 4240) ?? 0;
        expect(count).toBeLessThanOrEqual(text.split("\n").length);
      }),
    );
  });
});
