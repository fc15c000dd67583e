import { wireguardPeersArgv } from "../evidence/wireguard-peers-argv.ts";
import type { Claim, Rule } from "../rule.ts";
import type { Scene } from "../scene.ts";
import { encryptsNodes, isTunnel } from "../settings/wire.ts";
import { compareNames } from "../summary/coverage.ts";

/** Green probes beside dead WireGuard: cilium/cilium#20751. */
export const wireguardUnprobed: Rule = {
  causes: [
    {
      id: "wireguard-unprobed",
      severity: "info",
      title: "probes do not pass through WireGuard, pods do",
      meaning:
        "With native routing and without node encryption, WireGuard carries traffic between pods alone. Probes leave from the host and travel unencrypted, so they stay green when WireGuard is dead and pods are cut off from each other.",
      apart: "In tunnel mode, or with node encryption, the probes go through WireGuard and show its failures.",
      confirm:
        "`cilium-dbg encrypt status` in the agent counts as many peers as there are other nodes; `cilium-dbg debuginfo --output 'jsonpath={.encryption.wireguard.interfaces}'` shows a handshake of the last three minutes for every peer that pods talk to.",
      fix: "nothing is wrong by this alone; when pods fail while probes pass, look at the last handshake of each peer",
      docs: "wireguard",
    },
  ],
  find: (scene) => {
    const { settings, nodes } = scene;
    if (settings.encryption !== "wireguard" || isTunnel(scene) || encryptsNodes(scene)) return [];
    const agents = nodes.filter((node) => node.agent?.health != null).map((node) => node.name);
    const [first] = [...agents].sort(compareNames);
    if (agents.length < 2) return [];
    return [
      {
        id: "wireguard-unprobed",
        confidence: "confirmed",
        title: "WireGuard between pods is not probed: green says nothing about it",
        nodes: agents,
        host: [],
        endpoint: [],
        evidence: [
          { text: "routing is native, encryption wireguard, node encryption off: probes travel unencrypted" },
          ...fewPeers(scene),
        ],
        confirm: [
          {
            node: first ?? null,
            argv: ["cilium-dbg", "encrypt", "status"],
            expect: "as many peers as there are other nodes",
          },
          {
            node: first ?? null,
            argv: wireguardPeersArgv,
            expect: "a handshake of the last three minutes for every peer that pods talk to",
          },
        ],
      },
    ];
  },
};

/** An agent with fewer peers than most others have cannot reach the pods of the rest. */
function fewPeers({ nodes }: Scene): Claim["evidence"] {
  const counted = nodes.flatMap(({ name, agent }) => {
    const peers = agent?.status?.wireguardPeers ?? null;
    return peers === null ? [] : [{ name, peers }];
  });
  const sorted = counted.map(({ peers }) => peers).sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return counted
    .filter(({ peers }) => peers < middle)
    .slice(0, 3)
    .map(({ name, peers }) => ({
      text: `${name} has ${peers} WireGuard peers, most others ${middle}`,
      node: name,
      capture: "cilium-status.json",
    }));
}
