import { describe, expect, it } from "vitest";
import { wants } from "../../../src/analyse/analyse.ts";
import { findingsOf, idsOf } from "../findings.ts";
import { type MeshOptions, mesh } from "../mesh.ts";
import { keyOf, never, type Peer, peers, wireguard, wireguardAgents } from "./encrypted-mesh.ts";
import * as lost from "./filter-mesh.ts";

const of = (where: lost.Where, more: Partial<MeshOptions> = {}): MeshOptions => ({
  size: 5,
  config: wireguard,
  patch: wireguardAgents(),
  probes: lost.failing(where, lost.podPath),
  ...more,
});
const stuck: Peer = { handshake: never, received: 0, sent: 1480 };

describe("wireguard-peer-mismatch fires", () => {
  it("where the peers keep the key that a node had before its restart (cilium/cilium#20925)", () => {
    const confirming = peers(5, (_node, peer) => (peer === 2 ? { ...stuck, key: keyOf(9) } : {}));
    const [first, ...others] = findingsOf(mesh(of(lost.around(2), { confirming })));
    expect(first).toMatchObject({
      id: "wireguard-peer-mismatch",
      severity: "error",
      confidence: "confirmed",
      nodes: ["worker-2"],
      pathCount: 8,
    });
    expect(first?.evidence).toContainEqual({
      text: "worker-1 holds the key 99999999… for worker-2, whose key is 22222222…",
      node: "worker-1",
      capture: "wireguard-peers.txt",
    });
    expect(others).toEqual([]);
  });

  it("asks the node's peers for what they hold: its own device knows nothing of an old key there", () => {
    const asked = wants(mesh(of(lost.around(2))), { nodes: [], zones: [], target: null, protocol: null });
    const nodes = asked.filter(({ capture }) => capture === "wireguard-peers.txt").map(({ node }) => node);
    expect(nodes).toEqual(["worker-1", "worker-2", "worker-3"]);
  });

  it("before the second round where a device uses another key than its node announces (cilium/cilium#25492)", () => {
    const patch = wireguardAgents({ used: (node) => keyOf(node === 2 ? 7 : node) });
    const [first] = findingsOf(mesh(of(lost.around(2), { patch })));
    expect(first).toMatchObject({ id: "wireguard-peer-mismatch", confidence: "confirmed", nodes: ["worker-2"] });
    expect(first?.evidence.map(({ text }) => text)).toContain(
      "worker-2 uses the WireGuard key 77777777… and announces 22222222… in its CiliumNode",
    );
  });

  it.each<[string, lost.Where, (node: number, peer: number) => Peer | null, string]>([
    [
      "one of a pair lacks the peer (cilium/cilium#35644)",
      lost.onlyBetween(1, 4),
      (node, peer) => (node === 1 && peer === 4 ? null : {}),
      "worker-1 has no WireGuard peer for worker-4",
    ],
    [
      "a peer is not good for the other's addresses (cilium/cilium#35750)",
      lost.onlyBetween(1, 4),
      (node, peer) => (node === 1 && peer === 4 ? { allowed: '["10.244.7.0/24"]' } : {}),
      "worker-1 does not send 10.244.4.9 to its peer worker-4: not among the addresses allowed",
    ],
  ])("where %s", (_what, where, peer, text) => {
    const [first] = findingsOf(mesh(of(where, { confirming: peers(5, peer) })));
    expect(first).toMatchObject({ id: "wireguard-peer-mismatch", confidence: "confirmed" });
    expect(first?.evidence.map((one) => one.text)).toContain(text);
  });
});

describe("wireguard-peer-mismatch stays quiet", () => {
  it.each<[string, MeshOptions]>([
    ["where keys fit and handshakes fail: the port", of(lost.around(2), { confirming: peers(5, () => stuck) })],
    [
      "where one odd key cannot explain a whole mesh",
      of(lost.everywhere, { patch: wireguardAgents({ used: (node) => keyOf(node === 2 ? 7 : node) }) }),
    ],
    [
      "where an odd key does no harm",
      {
        ...of(lost.everywhere, { patch: wireguardAgents({ used: (node) => keyOf(node === 2 ? 7 : node) }) }),
        probes: () => null,
      },
    ],
    [
      "at a node that is cut off for another reason and holds one odd key",
      of(lost.around(2), {
        confirming: peers(5, (node, peer) => (node === 2 && peer === 4 ? { ...stuck, key: keyOf(9) } : stuck)),
      }),
    ],
    [
      "where no peers were read at all",
      of(lost.around(2), { confirming: () => ({ "wireguard-peers.txt": "jsonpath=\n\n" }) }),
    ],
  ])("%s", (_what, options) => {
    expect(idsOf(mesh(options))).not.toContain("wireguard-peer-mismatch");
  });
});
