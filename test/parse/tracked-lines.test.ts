import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readConntrackLine } from "../../src/parse/ct-lines.ts";
import { readNatLine } from "../../src/parse/nat-lines.ts";
import { textLines } from "../../src/parse/text-lines.ts";

const lab = new URL("../fixtures/lab-drops/conntrack/", import.meta.url);
const worker1 = readFileSync(new URL("worker-1.txt", lab), "utf8").trimEnd().split("\n");
const tuple = "TCP OUT 192.0.2.1:33000 -> 192.0.2.2:4240";
const side = (packets: number | null, flags: number, last: number | null) => ({ packets, flags, last });

describe("a line of a conntrack list", () => {
  it("as a real agent of 1.19 printed it", () => {
    expect(worker1.map(readConntrackLine)).not.toContain(null);
    expect(readConntrackLine(worker1[1] ?? "")).toEqual({
      protocol: "TCP",
      direction: "in",
      sourceIP: "10.244.2.173",
      sourcePort: 59904,
      destinationIP: "10.244.1.112",
      destinationPort: 4240,
      related: false,
      expires: 18520,
      requests: side(null, 2, 18460),
      answers: side(null, 2, 18460),
      packets: null,
      seenNonSyn: false,
      closing: false,
      sourceIdentity: 6,
    });
    expect(worker1.filter((line) => readConntrackLine(line)?.related).length).toBe(2);
  });

  it.each([
    [
      "1.8 to 1.15, which count each side",
      `${tuple} expires=90 RxPackets=3 RxBytes=9 RxFlagsSeen=0x1b LastRxReport=30 TxPackets=4 TxBytes=9 TxFlagsSeen=0x1b LastTxReport=31 Flags=0x0013 [ RxClosing TxClosing SeenNonSyn ] RevNAT=0 SourceSecurityID=1 IfIndex=0 `,
      { requests: side(4, 0x1b, 31), answers: side(3, 0x1b, 30), packets: 7, seenNonSyn: true, closing: true },
    ],
    [
      "1.4, which has neither flags nor times of a side",
      `${tuple} expires=90 RxPackets=0 RxBytes=0 TxPackets=2 TxBytes=9 Flags=10 RevNAT=0 SourceSecurityID=104`,
      { requests: side(2, 0, null), answers: side(0, 0, null), packets: 2, seenNonSyn: true, sourceIdentity: 104 },
    ],
    [
      "an agent that counts both sides together",
      `${tuple} expires=90 Packets=12 Bytes=800 RxFlagsSeen=0x02 LastRxReport=0 TxFlagsSeen=0x02 LastTxReport=31 Flags=0x0000 [ ] RevNAT=0 SourceSecurityID=1 BackendID=0 NatPort=0 `,
      { requests: side(null, 2, 31), answers: side(null, 2, 0), packets: 12 },
    ],
    [
      "IPv6, which has no brackets, with the time that is left",
      "ICMPv6 IN fd00::1:107 -> fd00::b7:0 expires=90 (remaining: 3 sec(s)) Packets=0 Bytes=0 SourceSecurityID=0 ",
      { protocol: "ICMPv6", sourceIP: "fd00::1", sourcePort: 107, destinationIP: "fd00::b7", destinationPort: 0 },
    ],
    ["a Service's own entry", "TCP SVC 10.96.0.1:443 -> 192.0.2.1:40000 expires=9 ", { direction: "service" }],
  ])("of %s", (_what, line, expected) => {
    expect(readConntrackLine(line)).toMatchObject(expected);
  });

  it.each([
    [""],
    ["Using config file: .cilium.yaml"],
    ["TCP IN 192.0.2.1:4240 -> 192.0.2.2:5"],
    [`${tuple} Packets=1 `],
    ["TCP IN 192.0.2.1:65536 -> 192.0.2.2:5 expires=3 "],
    ["TCP IN example.org:1 -> 192.0.2.2:5 expires=3 "],
    ["TCP AWAY 192.0.2.1:1 -> 192.0.2.2:5 expires=3 "],
  ])("that is none is not read: %j", (line) => {
    expect(readConntrackLine(line)).toBeNull();
  });
});

describe("a line of a NAT list", () => {
  it.each([
    [`${tuple} XLATE_SRC 192.0.2.9:1024 Created=7sec ago NeedsCT=1`, "source", "192.0.2.9", 7],
    [
      "TCP IN 192.0.2.2:4240 -> 192.0.2.9:1024 XLATE_DST 192.0.2.1:33000 Created=7sec ago NeedsCT=1",
      "destination",
      "192.0.2.1",
      7,
    ],
    ["ICMPv6 OUT fd00::1:7 -> fd00::2:0 XLATE_SRC fd00::9:7 Created=? (raw 9) NeedsCT=0", "source", "fd00::9", null],
    [`${tuple} XLATE_SRC 192.0.2.9:1024 Created=1234 HostLocal=1`, "source", "192.0.2.9", null],
  ])("%s", (line, translated, toIP, createdSecondsAgo) => {
    expect(readNatLine(line)).toMatchObject({ translated, toIP, createdSecondsAgo });
  });

  it.each([["x"], [tuple], [`${tuple} XLATE_BOTH 192.0.2.9:1 `], [`${tuple} XLATE_SRC 192.0.2.9 Created=1`]])(
    "that is none is not read: %j",
    (line) => {
      expect(readNatLine(line)).toBeNull();
    },
  );
});

describe("lines out of pieces", () => {
  it("are put together, and one that is too long is left out", () => {
    const lines = textLines();
    expect(lines.take(Buffer.from("a\nb"))).toEqual(["a"]);
    expect(lines.take(Buffer.from("c\n"))).toEqual(["bc"]);
    expect(lines.take(Buffer.alloc(70_000, "x"))).toEqual([]);
    expect(lines.take(Buffer.from("y\nz\n"))).toEqual([null, "z"]);
  });
});
