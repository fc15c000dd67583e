import { describe, expect, it } from "vitest";
import { deviceMtu } from "../../../src/analyse/checks/device-mtu.ts";
import { said } from "./checked.ts";

interface Mtus {
  readonly eth0: number;
  readonly cilium_host: number;
}

const links = (mtus: Mtus) =>
  JSON.stringify(
    Object.entries(mtus).map(([ifname, mtu]) => ({ ifname, mtu, flags: ["UP"], link_type: "ether", stats64: {} })),
  );
const routes = (mtu: number) =>
  `default via 172.31.0.1 dev eth0\n10.244.9.0/24 via 10.244.1.1 dev cilium_host mtu ${mtu}\n`;
const usual: readonly [Mtus, number] = [{ eth0: 1500, cilium_host: 1500 }, 1450];

const around = (odd: Readonly<Record<number, readonly [Mtus, number]>>) => ({
  size: 4,
  confirming: (node: number) => {
    const [mtus, route] = odd[node] ?? usual;
    return { "ip-link.json": links(mtus), "ip-route.txt": routes(route) };
  },
});

describe("device-mtu", () => {
  it("is quiet where the tunnel's headers fit", () => {
    expect(said(deviceMtu, around({}))).toEqual([]);
  });

  it("warns where they do not fit (cilium/cilium#14339)", () => {
    expect(said(deviceMtu, around({ 2: [{ eth0: 1400, cilium_host: 1500 }, 1450] }))).toEqual([
      "worker-2 warning mtu-too-large: routes to pods have MTU 1450, headers add 50, up to 1500 bytes on the wire; eth0 carries 1400, 1500 on 3 others",
    ]);
  });

  it("warns of a node that carries less than the others' pods send", () => {
    expect(said(deviceMtu, around({ 2: [{ eth0: 1400, cilium_host: 1500 }, 1350] }))).toEqual([
      "worker-2 warning mtu-too-large: eth0 carries 1400 bytes, and pods of 3 other nodes may send larger packets",
    ]);
  });

  it("warns of a device that differs where nothing else is known", () => {
    const only = (cilium_host: number) => links({ eth0: 9000, cilium_host });
    const confirming = (node: number) => ({ "ip-link.json": only(node === 3 ? 1400 : 1500) });
    expect(said(deviceMtu, { size: 4, confirming })).toEqual([
      "worker-3 warning device-mtu: cilium_host has MTU 1400 (1500 on 3 others)",
    ]);
  });
});
