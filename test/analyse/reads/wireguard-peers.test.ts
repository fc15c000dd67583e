import { describe, expect, it } from "vitest";
import { readWireguardPeers } from "../../../src/analyse/reads/wireguard-peers.ts";

/** As Cilium 1.19.3 printed it: the word before the form, quoted cells, a bare 0 for a missing number. */
const printed = `jsonpath=
AAA=\t172.31.0.12:51871\t"0001-01-01T00:00:00.000Z"\t0\t1480\t["10.244.2.0/24","172.31.0.12/32"]
BBB=\t[fd00::13]:51871\t"2026-11-20T18:47:32.000Z"\t99\t14\t["10.244.3.0/24"]

`;

describe("WireGuard peers", () => {
  it("are read with key, address, handshake, bytes and ranges", () => {
    expect(readWireguardPeers(printed)).toEqual([
      {
        publicKey: "AAA=",
        address: "172.31.0.12",
        lastHandshake: 0,
        receivedBytes: 0,
        sentBytes: 1480,
        allowed: ["10.244.2.0/24", "172.31.0.12/32"],
      },
      {
        publicKey: "BBB=",
        address: "fd00::13",
        lastHandshake: Date.parse("2026-11-20T18:47:32Z"),
        receivedBytes: 99,
        sentBytes: 14,
        allowed: ["10.244.3.0/24"],
      },
    ]);
  });

  it("may be none", () => {
    expect(readWireguardPeers("jsonpath=\n\n")).toEqual([]);
  });

  it("are read without quotes, as other releases print lists and times", () => {
    const [peer] = readWireguardPeers("K=\t10.0.0.2:51871\t2026-11-20T18:47:32.000Z\t\t\t[10.0.1.0/24 10.0.0.2/32]");
    expect(peer).toMatchObject({ receivedBytes: 0, allowed: ["10.0.1.0/24", "10.0.0.2/32"] });
    expect(peer?.lastHandshake).toBeGreaterThan(0);
  });
});
