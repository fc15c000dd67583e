import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { conntrackTally } from "../../../src/analyse/drops/conntrack-tally.ts";
import { natTally } from "../../../src/analyse/drops/nat-tally.ts";
import type { DropParty } from "../../../src/model/drops.ts";
import { readConntrackLine } from "../../../src/parse/ct-lines.ts";
import { readNatLine } from "../../../src/parse/nat-lines.ts";

const lab = new URL("../../fixtures/lab-drops/conntrack/", import.meta.url);
const health = new Set(["10.244.1.112", "10.244.2.172"]);

/** The lab's addresses: 10.244.N.0/24 is worker-N's. */
function book(ip: string): DropParty {
  const node = /^10\.244\.(\d)\./.exec(ip)?.[1];
  if (node === undefined) return { ip, kind: "outside", node: "", name: "" };
  return { ip, kind: health.has(ip) ? "health" : "node", node: `worker-${node}`, name: "" };
}
const world = {
  book,
  healthPort: 4240,
  failing: (one: string, other: string) => one !== other && (one === "worker-2" || other === "worker-2"),
};

function rowsOf(node: string, lines: readonly string[]) {
  const tally = conntrackTally(world);
  for (const line of lines) {
    const entry = readConntrackLine(line);
    if (entry !== null) tally.add(node, entry);
  }
  return tally.rows().map((row) => [row.from.node, row.protocol, row.state, row.entries, row.age, row.failing]);
}

const recorded = (node: string) => readFileSync(new URL(`${node}.txt`, lab), "utf8").split("\n");

describe("conntrack entries of probes while worker-2 hears nothing through the tunnel", () => {
  it("worker-1 answers worker-2, and what it answers is never confirmed", () => {
    expect(rowsOf("worker-1", recorded("worker-1")).slice(0, 3)).toEqual([
      ["worker-2", "TCP", "half-open", 2, 3, true],
      ["worker-2", "ICMP", "answered", 1, 208, true],
      ["worker-2", "TCP", "answered", 1, 17, true],
    ]);
  });

  it("at worker-2 the requests of all others stopped, its own go on", () => {
    expect(rowsOf("worker-2", recorded("worker-2"))).toEqual([
      ["worker-1", "TCP", "requests-stopped", 1, 6, true],
      ["worker-3", "TCP", "requests-stopped", 1, 0, true],
      ["worker-4", "TCP", "requests-stopped", 1, 1, true],
      ["worker-5", "TCP", "requests-stopped", 1, 4, true],
      ["worker-2", "TCP", "answered", 1, 9, false],
    ]);
  });
});

const sent = "TCP OUT 10.244.1.44:33000 -> 10.244.2.172:4240 expires=99";

describe("the state of a tracked connection", () => {
  it.each([
    ["unanswered", `${sent} LastRxReport=0 RxFlagsSeen=0x00 LastTxReport=50 TxFlagsSeen=0x02 Flags=0x0000 `],
    ["unanswered", `${sent} RxPackets=0 TxPackets=3 Flags=0 `],
    ["answered", `${sent} RxPackets=2 TxPackets=3 Flags=0 `],
    ["answered", `${sent} LastRxReport=20 LastTxReport=50 Flags=0x0013 `],
    ["answers-stopped", `${sent} LastRxReport=20 LastTxReport=50 Flags=0x0010 `],
    ["unknown", sent],
    ["service", "TCP SVC 10.244.1.44:33000 -> 10.244.2.172:4240 expires=99 LastTxReport=3 "],
  ])("%s: %s", (state, line) => {
    expect(rowsOf("worker-1", [line]).map((row) => row[2])).toEqual([state]);
  });

  it.each([
    ["another port", "TCP IN 10.244.2.173:1 -> 10.244.1.112:443 expires=1 "],
    ["somebody else", "TCP IN 192.0.2.1:1 -> 10.244.1.112:4240 expires=1 "],
    ["another connection's ICMP errors", "ICMP IN 10.244.2.173:0 -> 10.244.1.112:0 related expires=1 "],
    ["another protocol", "UDP IN 10.244.2.173:4240 -> 10.244.1.112:4240 expires=1 "],
  ])("is not looked at of %s", (_what, line) => {
    expect(rowsOf("worker-1", [line])).toEqual([]);
  });
});

describe("NAT entries of probes", () => {
  it("are joined but for their ports, the newest counts", () => {
    const tally = natTally(world);
    const line = (port: number, ago: string) =>
      `TCP OUT 10.244.1.44:${port} -> 10.244.2.172:4240 XLATE_SRC 10.244.1.44:${port} Created=${ago} NeedsCT=1`;
    for (const text of [line(1, "9sec ago"), line(2, "4sec ago"), line(3, "? (raw 7)")]) {
      const entry = readNatLine(text);
      if (entry !== null) expect(tally.add("worker-1", entry)).toBe(true);
    }
    expect(tally.rows()).toMatchObject([
      { entries: 3, createdSecondsAgo: 4, toIP: "10.244.1.44", translated: "source", failing: true },
    ]);
  });
});
