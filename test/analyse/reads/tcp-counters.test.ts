import { describe, expect, it } from "vitest";
import { readTcpCounters } from "../../../src/analyse/reads/tcp-counters.ts";

describe("TCP counters", () => {
  it("are found by name, wherever they stand", () => {
    const text = "Udp: InDatagrams InCsumErrors\nUdp: 9 9\nTcp: InSegs InErrs OutRsts InCsumErrors\nTcp: 3950 4 28 3\n";
    expect(readTcpCounters(text)).toEqual({ checksumErrors: 3, receivedSegments: 3950 });
  });

  it.each(["", "Tcp: InSegs\nTcp: 3950\n", "Tcp: InSegs InCsumErrors\n"])("are unknown from %j", (text) => {
    expect(readTcpCounters(text)).toBeNull();
  });
});
