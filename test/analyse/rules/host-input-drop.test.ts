import { describe, expect, it } from "vitest";
import { wants } from "../../../src/analyse/analyse.ts";
import { findingsOf, idsOf } from "../findings.ts";
import { hostIP, hostSilent, type MeshOptions, mesh } from "../mesh.ts";
import * as lost from "./filter-mesh.ts";

/** Everything that comes in is dropped, answers too: own probes get none, the tunnel's flows neither. */
const dropsAll = (node: number) => lost.failing(lost.around(node), lost.everything);
/** Answers pass, so that own probes of node addresses succeed; the tunnel's replies are flows of their own. */
const dropsNew = (node: number) =>
  lost.both(lost.failing(lost.to(node), lost.everything), lost.failing(lost.from(node), lost.podPath));
const of = (probes: NonNullable<MeshOptions["probes"]>, more: Partial<MeshOptions> = {}) =>
  mesh({ size: 5, zone: lost.twoZones, probes, ...more });

const everything = { nodes: [], zones: [], target: null, protocol: null };

describe("host-input-drop fires", () => {
  it.each<[string, NonNullable<MeshOptions["probes"]>, Partial<MeshOptions>, number]>([
    ["drops everything", dropsAll(2), {}, 16],
    ["lets answers in (cilium/cilium#30791)", dropsNew(2), {}, 12],
    [
      "lets ping in",
      lost.both(
        lost.failing(lost.to(2), (to) => ({ ...lost.hostPort(to), ...lost.podPath(to) })),
        lost.failing(lost.from(2), lost.podPath),
      ),
      {},
      12,
    ],
    ["drops everything, with native routing", dropsAll(2), { config: lost.native }, 16],
    [
      "drops what is for the host alone, with native routing",
      lost.failing(lost.to(2), hostSilent),
      { config: lost.native },
      4,
    ],
    ["drops everything, one of three nodes", dropsAll(2), { size: 3 }, 8],
  ])("at a node that %s", (_what, probes, more, pathCount) => {
    expect(findingsOf(of(probes, more))).toMatchObject([
      { id: "host-input-drop", severity: "error", confidence: "likely", nodes: ["worker-2"], pathCount },
    ]);
  });

  it("with the policy that was read, as confirmed and without alternatives", () => {
    const [first] = findingsOf(of(dropsNew(2), { confirming: lost.filterAt(2, lost.hardened) }));
    expect(first).toMatchObject({ id: "host-input-drop", confidence: "confirmed", alternatives: [] });
    expect(first?.evidence.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        "worker-2 is ready by Kubernetes, and its agent answers",
        "the packet filter of worker-2 drops icmp: -P INPUT DROP",
        "the packet filter of worker-2 drops tcp/4240: -P INPUT DROP",
        "the packet filter of worker-2 drops udp/8472: -P INPUT DROP",
      ]),
    );
  });

  it("with WireGuard between nodes, whose port a rule for everything does not name", () => {
    const facts = of(dropsAll(2), {
      config: { "enable-wireguard": "true", "encrypt-node": "true" },
      confirming: lost.filterAt(2, `${lost.accepting}-A INPUT -j DROP\n`),
    });
    expect(findingsOf(facts)).toMatchObject([
      { id: "host-input-drop", confidence: "confirmed", nodes: ["worker-2"], pathCount: 16 },
    ]);
  });

  it("where the filter that was read lets all in, says so and keeps its neighbours in mind", () => {
    const [first] = findingsOf(of(dropsAll(2), { confirming: lost.filterAt(2, lost.accepting) }));
    expect(first).toMatchObject({ id: "host-input-drop", confidence: "likely" });
    expect(first?.evidence.some(({ text }) => text.includes("accepts icmp"))).toBe(true);
    expect(first?.alternatives.map(({ id }) => id)).toEqual([
      "underlay-partition",
      "wrong-node-ip-picked",
      "networkd-foreign-rules",
    ]);
  });

  it("at every node of the mesh, confirmed by a hardening script on all of them", () => {
    const [first] = findingsOf(
      of(lost.failing(lost.everywhere, lost.everything), { confirming: lost.filter(lost.hardened) }),
    );
    expect(first).toMatchObject({ id: "host-input-drop", confidence: "confirmed", pathCount: 40 });
  });

  it("at one of two nodes, by its filter", () => {
    const facts = of(lost.failing(lost.everywhere, lost.everything), {
      size: 2,
      confirming: lost.filterAt(2, lost.hardened),
    });
    expect(findingsOf(facts)).toMatchObject([{ id: "host-input-drop", confidence: "confirmed", nodes: ["worker-2"] }]);
  });

  it("between two of five nodes, once the filter of one of them was read", () => {
    const cut = lost.failing(lost.onlyBetween(1, 4), lost.everything);
    expect(idsOf(of(cut))).toEqual(["broken-pair"]);
    expect(wants(of(cut), everything)).toEqual(
      expect.arrayContaining(["worker-1", "worker-4"].map((node) => ({ node, capture: "iptables.txt" }))),
    );
    const rule = `-A INPUT -s ${hostIP(4)}/32 -j DROP\n`;
    const found = findingsOf(of(cut, { confirming: lost.filterAt(1, `${lost.accepting}${rule}`) }));
    expect(found).toMatchObject([
      { id: "host-input-drop", confidence: "confirmed", nodes: ["worker-1"], pathCount: 4, alternatives: [] },
    ]);
    expect(found[0]?.title).toBe("worker-1 drops what worker-4 sends");
    expect(found[0]?.evidence.map(({ text }) => text)).toContain(
      `the packet filter of worker-1 drops udp/8472: ${rule.trim()}`,
    );
  });

  it("at two nodes, each by itself", () => {
    const facts = of(lost.failing(lost.around(2, 4), lost.everything), { size: 8 });
    expect(findingsOf(facts).map(({ id, nodes }) => [id, ...nodes])).toEqual([
      ["host-input-drop", "worker-2"],
      ["host-input-drop", "worker-4"],
    ]);
  });
});

describe("host-input-drop stays quiet", () => {
  const notReady = (node: number) =>
    node === 2 ? { status: { conditions: [{ type: "Ready", status: "Unknown", message: "" }] } } : undefined;

  it.each<[string, string, NonNullable<MeshOptions["probes"]>, Partial<MeshOptions>]>([
    [
      "the node is not ready and silent",
      "node-down",
      lost.failing(lost.to(2), lost.everything),
      { patch: { node: notReady }, outOfReach: { 2: "no route to host" } },
    ],
    ["node addresses answer", "vxlan-udp-blocked", lost.failing(lost.around(2), lost.podPath), {}],
    ["the pod path through the tunnel answers", "health-tcp-4240-blocked", lost.failing(lost.to(2), hostSilent), {}],
    ["groups are cut off from each other", "underlay-partition", lost.failing(lost.betweenZones, lost.everything), {}],
    [
      "the rule for local addresses is gone",
      "networkd-foreign-rules",
      dropsAll(2),
      {
        confirming: () => ({
          "ip-rule.txt": "9:\tfrom all fwmark 0x200/0xf00 lookup 2004\n32766:\tfrom all lookup main\n",
        }),
      },
    ],
    [
      "the agent of a ready node cannot be asked either",
      "node-down",
      lost.failing(lost.to(2), lost.everything),
      { outOfReach: { 2: "i/o timeout" } },
    ],
  ])("where %s: %s", (_what, id, probes, more) => {
    expect(idsOf(of(probes, more))[0]).toBe(id);
    expect(idsOf(of(probes, more))).not.toContain("host-input-drop");
  });
});
