import { describe, expect, it } from "vitest";
import { foreignRouting } from "../../../src/analyse/checks/foreign-routing.ts";
import { nameOf } from "../mesh.ts";
import { said } from "./checked.ts";

const rules =
  "0:\tfrom all lookup local\n9:\tfrom all fwmark 0x200/0xf00 lookup 2004\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n";
const routes =
  "default via 172.31.0.1 dev eth0\n10.244.0.0/16 via 10.244.1.1 dev cilium_host\n172.31.0.0/24 dev eth0 scope link\n";

const around = (odd: Readonly<Record<number, readonly [rules: string, routes: string]>>) => ({
  size: 4,
  confirming: (node: number) => {
    const [own, table] = odd[node] ?? [rules, routes];
    return { "ip-rule.txt": own, "ip-route.txt": table };
  },
});

describe("foreign-routing", () => {
  it("is quiet on a node like the others, and of rules that Cilium or a cloud's interfaces bring", () => {
    const eni = `${rules}111:\tfrom 10.244.2.9 to 10.0.0.0/8 lookup 11\n`;
    expect(said(foreignRouting, around({ 2: [eni, routes] }))).toEqual([]);
  });

  it("fails where the rule for the node's own addresses is gone (cilium/cilium#18706)", () => {
    const lost = rules.replace("0:\tfrom all lookup local\n", "");
    expect(said(foreignRouting, around({ 2: [lost, routes] }))).toEqual([
      "worker-2 failed networkd-foreign-rules: no routing rule looks up the table local for all packets: the node takes no packet for its own",
    ]);
  });

  it("warns of a rule that most nodes do not have, wherever it leads", () => {
    const vpn = `${rules}5209:\tnot from all fwmark 0xca6c lookup 51820\n`;
    expect(said(foreignRouting, around({ 3: [vpn, routes] }))).toEqual([
      "worker-3 warning foreign-routing: a routing rule that most nodes do not have: 5209: not from all fwmark 0xca6c lookup 51820",
    ]);
    expect(said(foreignRouting, around({ 1: [vpn, routes], 2: [vpn, routes], 3: [vpn, routes] }))).toEqual([]);
  });

  it("warns of one that catches every packet, though its priority is as low as Cilium's own (test/fixtures/lab-check)", () => {
    const catchAll = `${rules}5:\tfrom all lookup 4242\n`;
    const disguised = `${rules}20:\tfrom all lookup 4242\n`;
    for (const odd of [catchAll, disguised]) {
      expect(said(foreignRouting, around({ 4: [odd, routes] }))).toEqual([
        `worker-4 warning foreign-routing: a routing rule that most nodes do not have: ${odd.trim().split("\n").at(-1)?.replace("\t", " ")}`,
      ]);
    }
    const moved = rules.replace("0:\tfrom all lookup local", "100:\tfrom all lookup local");
    expect(said(foreignRouting, around({ 4: [moved, routes] }))).toEqual([]);
  });

  it("names nm-cloud-setup by its priorities (rancher/rke2#1053)", () => {
    const cloud = `${rules}30400:\tfrom 172.31.0.12 lookup 30400\n`;
    expect(said(foreignRouting, around({ 2: [cloud, routes] }))).toEqual([
      "worker-2 warning nm-cloud-setup: a rule of nm-cloud-setup: 30400: from 172.31.0.12 lookup 30400",
    ]);
  });

  it("warns of a route that leads another node's pods past the tunnel", () => {
    const foreign = `${routes}10.244.3.0/24 via 172.31.0.1 dev eth0\n`;
    expect(said(foreignRouting, around({ 2: [rules, foreign] }))).toEqual([
      `worker-2 warning foreign-routing: the route 10.244.3.0/24 via 172.31.0.1 dev eth0 for pods of ${nameOf(3)}, where others send into the tunnel`,
    ]);
  });
});
