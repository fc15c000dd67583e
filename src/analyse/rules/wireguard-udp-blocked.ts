import {
  type FilterEvidence,
  filterCaptures,
  filterEvidence,
  type Needed,
  openEvidence,
} from "../evidence/filter-evidence.ts";
import { hidesHosts, spares, wireguardFigures } from "../evidence/wireguard-figures.ts";
import { type Handshakes, handshakeEvidence, handshakesOf } from "../evidence/wireguard-links.ts";
import { wireguardPeersArgv } from "../evidence/wireguard-peers-argv.ts";
import type { Claim, ConfirmStep, Rule } from "../rule.ts";
import type { Scene } from "../scene.ts";
import { healthPort, isTunnel, tunnelPort } from "../settings/wire.ts";
import { isHalfSeen } from "../shapes/both-ways.ts";
import {
  askedNode,
  countEvidence,
  enforcementEvidence,
  enforcementOf,
  wantFromFigures,
} from "../shapes/figure-facts.ts";
import { membersOf, namesOf, placeOf } from "../shapes/figure-words.ts";
import { type Figure, joinAlike } from "../shapes/signature.ts";
import { holdsWrongNeighbour } from "./neighbor-stale.ts";

/** WireGuard's port is lost on the way (Cilium's WireGuard guide; cilium/cilium#47565 shows the same picture). */
export const wireguardUdpBlocked: Rule = {
  causes: [
    {
      id: "wireguard-udp-blocked",
      severity: "error",
      title: "WireGuard packets between nodes are lost",
      meaning:
        "Traffic between nodes is encrypted with WireGuard, whose handshakes do not get through: a host filter or security group does not know udp/51871. Pods on the nodes concerned cannot talk to each other. With node encryption the nodes' own addresses are silent too, but for control-plane nodes, which keep outside of it.",
      apart:
        "With wrong keys the handshake fails as well, so the keys of both ends must be compared first: wireguard-peer-mismatch. A blocked tunnel port is the cause only where encryption is off.",
      confirm:
        "`cilium-dbg debuginfo --output 'jsonpath={.encryption.wireguard.interfaces}'` in the agent shows, for the peers concerned, no handshake or an old one, few bytes received and many sent, under the keys that their CiliumNodes announce; `iptables -S INPUT` shows whether the node itself drops the port.",
      fix: "allow udp/51871 between all nodes, in both directions, in host filters and in the cloud's",
      docs: "wireguard",
    },
  ],
  find: (scene) => figures(scene).map((figure) => claim(scene, figure)),
  wants: (scene) => wantFromFigures(scene, figures(scene), ["wireguard-peers.txt", ...filterCaptures]),
};

/** pkg/wireguard/types: the listen port is fixed. */
const needed: Needed = { protocol: "udp", port: 51871 };

/** Where a handshake ran a moment ago on every link that was read, the port is open and something else is wrong. */
function figures(scene: Scene): Figure[] {
  const found = wireguardFigures(scene).filter((figure) => {
    const { read, recent } = handshakesOf(scene, figure.cells);
    return (read.length === 0 || recent.length < read.length) && !isAnothers(scene, figure);
  });
  return joinAlike(found);
}

/** The port is lost with all else, by a cause that the node's own facts name. */
function isAnothers(scene: Scene, figure: Figure): boolean {
  return isRatherCut(scene, figure) || isShut(scene, figure) || holdsWrongNeighbour(scene, figure);
}

/** A filter that drops ping and the health port from the same peers drops whatever comes in: it names no port. */
function isShut(scene: Scene, figure: Figure): boolean {
  if (figure.kind !== "cross" && figure.kind !== "column" && figure.kind !== "all") return false;
  const usual: readonly Needed[] = [
    { protocol: "icmp", port: 0 },
    { protocol: "tcp", port: healthPort(scene) },
  ];
  return [needed, ...usual].every((one) => filterEvidence(scene, figure, one).proven);
}

/** Nothing answers between groups of nodes, and no node outside of encryption speaks for it: more likely a cut. */
function isRatherCut(scene: Scene, figure: Figure): boolean {
  return figure.kind === "block" && hidesHosts(scene, figure) && !spares(scene, figure);
}

function claim(scene: Scene, figure: Figure): Claim {
  const filters = filterEvidence(scene, figure, needed);
  const handshakes = handshakesOf(scene, figure.cells);
  const hosts = hidesHosts(scene, figure);
  return {
    id: "wireguard-udp-blocked",
    confidence: confidence(scene, figure, filters, handshakes),
    title: `WireGuard, udp/${needed.port}, is lost ${placeOf(scene, figure)}`,
    nodes: namesOf(scene, membersOf(scene, figure)),
    host: hosts ? figure.cells : [],
    endpoint: figure.cells,
    evidence: [
      ...countEvidence(
        scene,
        figure,
        hosts ? "every probe fails" : "node addresses answer and health endpoints are silent",
      ),
      {
        text: `traffic between nodes is encrypted with WireGuard${hosts ? ", that of the nodes themselves included" : ""}`,
      },
      ...handshakeEvidence(scene, handshakes),
      ...filters.evidence,
      ...openEvidence(scene, filters, needed),
      ...enforcementEvidence(scene, enforcementOf(scene, figure)),
    ],
    alternatives: filters.proven ? [] : alternatives(scene, figure, handshakes),
    confirm: confirmSteps(scene, figure),
    fix: `allow udp/${needed.port} ${placeOf(scene, figure)}, in both directions, in host filters and in the cloud's`,
  };
}

/** Keys that were compared and fit leave the port; a lone node or pair without them may have a wrong key as well. */
function confidence(
  scene: Scene,
  figure: Figure,
  filters: FilterEvidence,
  { read, never }: Handshakes,
): Claim["confidence"] {
  if (filters.proven) return "confirmed";
  if (isHalfSeen(figure) || (hidesHosts(scene, figure) && !spares(scene, figure))) return "possible";
  const isOfOne = figure.kind === "cross" || figure.kind === "pair";
  return never.length > 0 || read.length > 0 || !isOfOne ? "likely" : "possible";
}

function alternatives(scene: Scene, figure: Figure, { read }: Handshakes): readonly { id: string; why: string }[] {
  const { protocol } = tunnelPort(scene);
  const hosts = hidesHosts(scene, figure);
  const mismatch = {
    id: "wireguard-peer-mismatch",
    why: "a peer with a wrong key has no handshake either; the peers of both ends against the keys in their CiliumNodes would tell",
  };
  const input = {
    id: "host-input-drop",
    why: "a host that drops everything loses WireGuard with it; its INPUT rules would tell",
  };
  const cut = {
    id: "underlay-partition",
    why: "with node encryption a cut of the network looks the same; a ping from a machine without WireGuard would tell",
  };
  const tunnel = {
    id: `${protocol}-udp-blocked`,
    why: "the tunnel's packets may be dropped once they are decrypted, or are not encrypted at all; a handshake that is young would tell",
  };
  const skew = {
    id: "config-skew",
    why: "an agent that has not taken over the encryption setting fails likewise; cilium-dbg encrypt status on both ends would tell",
  };
  return [
    ...(read.length === 0 || figure.kind !== "all" ? [mismatch] : []),
    ...(hosts ? (figure.kind === "cross" || figure.kind === "column" ? [input, cut] : [cut, input]) : []),
    ...(isTunnel(scene) && !hosts ? [tunnel] : []),
    skew,
  ];
}

function confirmSteps(scene: Scene, figure: Figure): ConfirmStep[] {
  const node = askedNode(scene, figure);
  if (node === null) return [];
  return [
    {
      node,
      argv: wireguardPeersArgv,
      expect:
        "for the peers concerned: no handshake or an old one, few bytes received, many sent; their keys are those of the CiliumNodes",
    },
    {
      node,
      argv: ["cilium-dbg", "encrypt", "status"],
      expect: "Encryption: Wireguard, and as many peers as other nodes",
    },
    { node, argv: ["iptables", "-S", "INPUT"], expect: `a rule or policy that drops udp/${needed.port}` },
  ];
}
