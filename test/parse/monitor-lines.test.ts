import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { monitorReader, readMonitorLine } from "../../src/parse/monitor-lines.ts";
import { bytes } from "../views.ts";

const scenario = new URL("../../src/demo/scenarios/policy-blocks-health/nodes/worker-1/", import.meta.url);
const recorded = readFileSync(new URL("monitor-drop.jsonl", scenario));
const event = (more: object) => JSON.stringify({ type: "drop", reason: "Policy denied", ...more });

describe("the lines of a drop monitor", () => {
  it("as a real agent printed them: its own notice, then probes that a policy denied", () => {
    const lines = monitorReader().take(recorded);
    expect(lines[0]).toMatchObject({ kind: "notice", text: expect.stringContaining("Initializing dissection cache") });
    expect(lines.length).toBe(25);
    expect(lines[1]).toEqual({
      kind: "drop",
      drop: {
        reason: "Policy denied",
        bytes: expect.any(Number),
        sourceIP: expect.stringMatching(/^10\.244\.[2-5]\.\d+$/),
        destinationIP: "10.244.1.243",
        sourcePort: expect.any(Number),
        destinationPort: 4240,
        protocol: "TCP",
        icmpType: "",
        sourceIdentity: 6,
        destinationIdentity: 4,
        endpoint: expect.any(Number),
      },
    });
    const drops = lines.flatMap((line) => (line.kind === "drop" ? [line.drop] : []));
    expect(drops.some(({ protocol, icmpType }) => protocol === "ICMP" && icmpType === "EchoRequest")).toBe(true);
  });

  it("a stream of broken events is not parsed for ever, and every line of it counts as unread", () => {
    const reader = monitorReader();
    const broken = reader.take(bytes("{\n".repeat(1_000)));
    expect(broken).toEqual(Array.from({ length: 1_000 }, () => ({ kind: "unread" })));
    expect(reader.take(bytes(`${event({})}\n\n{\n`))).toEqual([{ kind: "unread" }, { kind: "unread" }]);
  });

  it("a few broken events among many cost none of the others", () => {
    const reader = monitorReader();
    const lines = reader.take(bytes(`{\n${event({})}\n`.repeat(900)));
    expect(lines.filter(({ kind }) => kind === "drop").length).toBe(900);
  });

  it.each([
    ["CPU 01: Lost 5 events", { kind: "lost", events: 5 }],
    ["Unknown payload type: 9, CPU 03: Lost 17 events", { kind: "lost", events: 17 }],
    ["", null],
    ["   ", null],
    ['{"type":"trace"}', null],
    ["{", { kind: "unread" }],
    ["{}", { kind: "unread" }],
    ['{"type":7}', { kind: "unread" }],
    ["Press Ctrl-C to quit", { kind: "notice", text: "Press Ctrl-C to quit" }],
  ])("%s", (line, expected) => {
    expect(readMonitorLine(line)).toEqual(expected);
  });

  it.each([
    ["a packet that could not be dissected", {}, { sourceIP: "", destinationPort: 0, protocol: "" }],
    [
      "a port that gopacket knows a name for",
      { summary: { udp: "UDP", l4: { src: "53(domain)", dst: "40000" } } },
      { sourcePort: 53, destinationPort: 40_000, protocol: "UDP" },
    ],
    [
      "a protocol without ports, from the IP header",
      { summary: { ipv4: "IPv4\t{Version=4 Protocol=ESP SrcIP=192.0.2.1}" } },
      { protocol: "ESP" },
    ],
    [
      "ICMP of IPv6",
      { summary: { icmpv6: "ICMPv6\t{TypeCode=EchoRequest}", l3: { src: "fd00::1", dst: "fd00::2" } } },
      { protocol: "ICMPv6", icmpType: "EchoRequest", sourceIP: "fd00::1" },
    ],
    ["numbers that are none", { bytes: -1, srcLabel: "6", dstLabel: 1e99 }, { bytes: 0, sourceIdentity: 0 }],
    ["a port that is none", { summary: { l4: { src: "99999", dst: "4240x" } } }, { sourcePort: 0, destinationPort: 0 }],
  ])("%s", (_what, more, expected) => {
    expect(readMonitorLine(event(more))).toMatchObject({ kind: "drop", drop: expected });
  });
});

describe("a stream of events", () => {
  it("is the same wherever it is cut", () => {
    const whole = monitorReader().take(recorded);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: recorded.length }), { maxLength: 20 }), (cuts) => {
        const reader = monitorReader();
        const at = [0, ...cuts.sort((a, b) => a - b), recorded.length];
        const lines = at.slice(1).flatMap((end, index) => reader.take(recorded.subarray(at[index], end)));
        expect(lines).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  it("may hold anything: a line of its own for each line, or none, and never an error", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.json(),
      fc.json().map((json) => `{"type":"drop","summary":${json}}`),
      fc.constantFrom(
        '{"type":"drop","__proto__":{"reason":"x"}}',
        `${"[".repeat(5000)}`,
        `{"type":"${"x".repeat(70_000)}`,
      ),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), fc.nat({ max: 40 }), (lines, step) => {
        const input = bytes(lines.map((line) => `${line.replaceAll("\n", " ")}\n`).join(""));
        const reader = monitorReader();
        const read = [];
        for (let at = 0; at < input.length; at += step * 100 + 1) {
          read.push(...reader.take(input.subarray(at, at + step * 100 + 1)));
        }
        expect(read.length).toBeLessThanOrEqual(lines.length);
        for (const line of read) {
          if (line.kind !== "drop") continue;
          expect(Number.isSafeInteger(line.drop.bytes)).toBe(true);
          expect(line.drop.destinationPort).toBeLessThanOrEqual(65_535);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("keeps no line that has no end", () => {
    const reader = monitorReader();
    for (let count = 0; count < 200; count++) expect(reader.take(bytes("x".repeat(10_000)))).toEqual([]);
    expect(reader.take(bytes(`\n${event({})}\n`)).map(({ kind }) => kind)).toEqual(["unread", "drop"]);
  });
});
