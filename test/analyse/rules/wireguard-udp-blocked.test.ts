import { describe, expect, it } from "vitest";
import { wants } from "../../../src/analyse/analyse.ts";
import { findingsOf, idsOf } from "../findings.ts";
import { type MeshOptions, mesh } from "../mesh.ts";
import { justNow, keyOf, never, peers, wireguard, wireguardAgents } from "./encrypted-mesh.ts";
import * as lost from "./filter-mesh.ts";

const of = (where: lost.Where, more: Partial<MeshOptions> = {}): MeshOptions => ({
  size: 5,
  zone: lost.twoZones,
  config: wireguard,
  patch: wireguardAgents(),
  probes: lost.failing(where, lost.podPath),
  ...more,
});
const noHandshake = (where: lost.Where) =>
  peers(5, (node, peer) => (where(node, peer) ? { handshake: never, received: 0, sent: 1480 } : {}));
const nodeEncryption = { ...wireguard, "encrypt-node": "true" };

describe("wireguard-udp-blocked fires", () => {
  it.each<[string, lost.Where, string, number]>([
    ["everywhere", lost.everywhere, "likely", 20],
    ["between zones", lost.betweenZones, "likely", 12],
    ["at one node", lost.around(2), "possible", 8],
    ["between two nodes", lost.onlyBetween(1, 2), "possible", 2],
  ])("%s, before keys and handshakes were read", (_where, where, confidence, pathCount) => {
    const [first, ...others] = findingsOf(mesh(of(where)));
    expect(first).toMatchObject({ id: "wireguard-udp-blocked", severity: "error", confidence, pathCount });
    expect(first?.alternatives.map(({ id }) => id)).toContain("vxlan-udp-blocked");
    expect(others).toEqual([]);
  });

  it("at one node with the keys compared: they fit, and no handshake ever came about", () => {
    const [first] = findingsOf(mesh(of(lost.around(2), { confirming: noHandshake(lost.around(2)) })));
    expect(first).toMatchObject({ id: "wireguard-udp-blocked", confidence: "likely", nodes: ["worker-2"] });
    expect(first?.evidence.map(({ text }) => text)).toContain(
      "worker-1 never had a handshake with worker-2 (1480 bytes sent, 0 received); 8 of 8 links that were read never had one",
    );
  });

  it("confirmed by the rule that drops udp/51871", () => {
    const rules = `${lost.accepting}-A INPUT -p udp -m udp --dport 51871 -j DROP\n`;
    const [first] = findingsOf(mesh(of(lost.around(2), { confirming: lost.filterAt(2, rules) })));
    expect(first).toMatchObject({ id: "wireguard-udp-blocked", confidence: "confirmed", alternatives: [] });
  });

  it("confirmed by that rule with node encryption too, where ping and the health port may come in", () => {
    const rules = `${lost.accepting}-A INPUT -p icmp -j ACCEPT\n-A INPUT -p tcp --dport 4240 -j ACCEPT\n-A INPUT -i eth0 -j DROP\n`;
    const facts = mesh(
      of(lost.around(2), {
        config: nodeEncryption,
        probes: lost.failing(lost.around(2), lost.everything),
        confirming: lost.filterAt(2, rules),
      }),
    );
    expect(findingsOf(facts)).toMatchObject([{ id: "wireguard-udp-blocked", confidence: "confirmed" }]);
  });

  it("with node encryption on every path but those of control planes, which keep outside of it", () => {
    const isControlPlane = (node: number) => node === 1;
    const node = (at: number) =>
      isControlPlane(at) ? { metadata: { labels: { "node-role.kubernetes.io/control-plane": "" } } } : undefined;
    const bare: lost.Where = (from, to) => isControlPlane(from) || isControlPlane(to);
    const probes = lost.both(
      lost.failing((from, to) => !bare(from, to), lost.everything),
      lost.failing(bare, lost.podPath),
    );
    const [first, ...others] = findingsOf(
      mesh(of(lost.everywhere, { config: nodeEncryption, patch: { ...wireguardAgents(), node }, probes })),
    );
    expect(first).toMatchObject({ id: "wireguard-udp-blocked", confidence: "likely", pathCount: 20 + 12 });
    expect(others).toEqual([]);
  });

  it("with node encryption and native routing, where probes go through WireGuard as well", () => {
    const facts = mesh(
      of(lost.around(2), {
        config: { ...nodeEncryption, ...lost.native },
        probes: lost.failing(lost.around(2), lost.everything),
      }),
    );
    expect(findingsOf(facts)).toMatchObject([{ id: "wireguard-udp-blocked", confidence: "possible", pathCount: 16 }]);
    expect(findingsOf(facts)[0]?.alternatives.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["host-input-drop", "underlay-partition", "wireguard-peer-mismatch"]),
    );
  });

  it("asks the suspects for their peers", () => {
    const asked = wants(mesh(of(lost.around(2))), { nodes: [], zones: [], target: null, protocol: null });
    expect(asked).toContainEqual({ node: "worker-2", capture: "wireguard-peers.txt" });
  });
});

describe("wireguard-udp-blocked stays quiet", () => {
  const quiet = (options: MeshOptions) => idsOf(mesh(options));

  it.each<[string, MeshOptions, string]>([
    ["without encryption, the same matrix", of(lost.around(2), { config: {}, patch: {} }), "vxlan-udp-blocked"],
    [
      "where a key does not fit",
      of(lost.around(2), { confirming: peers(5, (_node, peer) => (peer === 2 ? { key: keyOf(9) } : {})) }),
      "wireguard-peer-mismatch",
    ],
    [
      "where handshakes ran a moment ago",
      of(lost.around(2), { confirming: peers(5, () => ({ handshake: justNow })) }),
      "vxlan-udp-blocked",
    ],
    [
      "before 1.15, where probes stay outside of it",
      of(lost.around(2), {
        patch: { ...wireguardAgents(), status: () => ({ cilium: { state: "Ok", msg: "1.14.2 (v1.14.2-ab12cd34)" } }) },
      }),
      "vxlan-udp-blocked",
    ],
    [
      "where nothing passes between zones with node encryption",
      of(lost.betweenZones, { config: nodeEncryption, probes: lost.failing(lost.betweenZones, lost.everything) }),
      "underlay-partition",
    ],
    [
      "where a rule drops whatever comes in with node encryption, and names no port",
      of(lost.around(2), {
        config: nodeEncryption,
        probes: lost.failing(lost.around(2), lost.everything),
        confirming: lost.filterAt(2, `${lost.accepting}-A INPUT -j DROP\n`),
      }),
      "host-input-drop",
    ],
    [
      "where a sender gets no link-layer address for the other with node encryption",
      of(lost.onlyBetween(1, 4), {
        config: nodeEncryption,
        probes: lost.failing(lost.onlyBetween(1, 4), lost.everything),
        confirming: (node) => (node === 1 ? { "ip-neigh.txt": "172.31.0.14 dev eth0  FAILED\n" } : {}),
      }),
      "neighbor-stale",
    ],
    [
      "where node addresses fail without node encryption",
      of(lost.around(2), { probes: lost.failing(lost.around(2), lost.everything) }),
      "host-input-drop",
    ],
  ])("%s: %s", (_what, options, id) => {
    expect(quiet(options)[0]).toBe(id);
    expect(quiet(options)).not.toContain("wireguard-udp-blocked");
  });

  it("with native routing and without node encryption, where probes do not use it (cilium/cilium#20751)", () => {
    expect(quiet(of(lost.around(2), { config: { ...wireguard, ...lost.native } }))).not.toContain(
      "wireguard-udp-blocked",
    );
  });

  it("where one direction alone fails", () => {
    expect(quiet(of(lost.to(2)))).not.toContain("wireguard-udp-blocked");
  });
});
