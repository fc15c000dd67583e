import { hidesHosts, wireguardFigures } from "../evidence/wireguard-figures.ts";
import { mismatches } from "../evidence/wireguard-links.ts";
import { wireguardPeersArgv } from "../evidence/wireguard-peers-argv.ts";
import type { Claim, ConfirmStep, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { isHeard } from "../settings/wire.ts";
import { askedNode, countEvidence, wantFromFigures } from "../shapes/figure-facts.ts";
import { membersOf, namesOf, placeOf, sourcesOf } from "../shapes/figure-words.ts";
import type { Figure } from "../shapes/signature.ts";

/** Both ends hold keys that do not fit, after a restart or node churn (cilium/cilium#20925, #25492, #35644, #35750). */
export const wireguardPeerMismatch: Rule = {
  causes: [
    {
      id: "wireguard-peer-mismatch",
      severity: "error",
      title: "WireGuard peers do not fit together",
      meaning:
        "A node encrypts for a key that the other end does not hold, or has no peer for it at all. The kernel throws such packets away without a word, in both directions. The key of a node changes when its device is made anew; agents that miss the announcement keep the old one.",
      apart:
        "Where the keys fit and no handshake comes about, the port is blocked: wireguard-udp-blocked. Where the node addresses fail too, without node encryption, it is no matter of encryption.",
      confirm:
        "`cilium-dbg debuginfo --output 'jsonpath={.encryption.wireguard.interfaces}'` in the agent shows a peer's key that is not the annotation network.cilium.io/wg-pub-key of that peer's CiliumNode.",
      fix: "restart the agent that holds the wrong key, then the one whose key it is; if that does not heal it, remove cilium_wg0 on the node and restart its agent",
      docs: "wireguard",
    },
  ],
  find: (scene) => wireguardFigures(scene).flatMap((figure) => claim(scene, figure)),
  wants: (scene) => {
    const figures = wireguardFigures(scene);
    return [
      ...wantFromFigures(scene, figures, ["wireguard-peers.txt"]),
      ...figures.flatMap((figure) =>
        witnesses(scene, figure).map((node) => ({
          node: nameOf(scene, node),
          capture: "wireguard-peers.txt" as const,
        })),
      ),
    ];
  },
};

/** Of a node that is cut off, what a few of its peers hold for it: an old key there is not seen from the node itself. */
function witnesses(scene: Scene, figure: Figure): number[] {
  if (figure.kind !== "cross" && figure.kind !== "column") return [];
  return sourcesOf(scene, figure.cells)
    .filter((node) => !figure.nodes.includes(node) && isHeard(scene.nodes[node]))
    .slice(0, mostWitnesses);
}

const mostWitnesses = 2;
const mostQuoted = 5;

function claim(scene: Scene, figure: Figure): Claim[] {
  const isWide = figure.kind === "all" || figure.kind === "block";
  const found = mismatches(scene, figure.cells, membersOf(scene, figure), isWide);
  if (found.length === 0) return [];
  const place = placeOf(scene, figure);
  return [
    {
      id: "wireguard-peer-mismatch",
      confidence: "confirmed",
      title: `WireGuard keys or peers do not fit ${place}`,
      nodes: namesOf(scene, membersOf(scene, figure)),
      host: hidesHosts(scene, figure) ? figure.cells : [],
      endpoint: figure.cells,
      evidence: [...countEvidence(scene, figure, "the encrypted path is silent"), ...found.slice(0, mostQuoted)],
      confirm: confirmSteps(scene, figure),
    },
  ];
}

function confirmSteps(scene: Scene, figure: Figure): ConfirmStep[] {
  const node = askedNode(scene, figure);
  if (node === null) return [];
  return [
    { node, argv: wireguardPeersArgv, expect: "a peer's key is not the one in the other node's CiliumNode annotation" },
    {
      node: null,
      argv: ["get", "ciliumnodes", "-o", "yaml"],
      expect: "the annotation network.cilium.io/wg-pub-key of each node: the key that its peers must hold",
    },
  ];
}
