import { filterCaptures, filterEvidence, type Needed, openEvidence } from "../evidence/filter-evidence.ts";
import { ipsecFigures, needsFact, stateErrorsOf } from "../evidence/ipsec-figures.ts";
import type { Claim, ConfirmStep, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { isTunnel, tunnelPort } from "../settings/wire.ts";
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

/** IP protocol 50 is lost on the way (cilium/cilium#18678). */
export const ipsecEspBlocked: Rule = {
  causes: [
    {
      id: "ipsec-esp-blocked",
      severity: "error",
      title: "IPsec packets between nodes are lost",
      meaning:
        "Pod traffic between nodes is encrypted with IPsec, whose packets are a protocol of their own, ESP, and no TCP or UDP: filters and security groups that list ports let none of it through. Pods on different nodes cannot talk to each other from the moment encryption was switched on.",
      apart:
        "Keys that do not fit count errors at the receiver, ipsec-state-mismatch; with ESP blocked nothing arrives there to be counted.",
      confirm:
        "`cilium-dbg encrypt status` in the receiver's agent shows Errors: 0 that does not grow: nothing arrives to fail. `iptables -S INPUT` shows whether the node itself lets only ports and not the protocol esp in.",
      fix: "allow ESP, IP protocol 50, between all nodes in host filters and in the cloud's; security groups of AWS do not by default",
      docs: "ipsec",
    },
  ],
  find: (scene) => joinAlike(ipsecFigures(scene)).flatMap((figure) => claim(scene, figure)),
  wants: (scene) =>
    wantFromFigures(scene, ipsecFigures(scene), ["xfrm_stat.txt", "encrypt-status.json", ...filterCaptures]),
};

const needed: Needed = { protocol: "esp", port: 0 };

function claim(scene: Scene, figure: Figure): Claim[] {
  const filters = filterEvidence(scene, figure, needed);
  if (!filters.proven && needsFact(scene)) return [];
  const quiet = stateErrorsOf(scene, figure).filter(({ errors }) => errors.size === 0);
  const isLikely = quiet.length > 0 && !isHalfSeen(figure);
  return [
    {
      id: "ipsec-esp-blocked",
      confidence: filters.proven ? "confirmed" : isLikely ? "likely" : "possible",
      title: `IPsec, IP protocol 50 (ESP), is lost ${placeOf(scene, figure)}`,
      nodes: namesOf(scene, membersOf(scene, figure)),
      host: [],
      endpoint: figure.cells,
      evidence: [
        ...countEvidence(scene, figure, "node addresses answer and health endpoints are silent"),
        { text: "pod traffic between nodes is encrypted with IPsec" },
        ...quiet.slice(0, 1).map(({ node, capture }) => ({
          text: `${nameOf(scene, node)} has counted no packet that it could not decrypt: nothing arrives`,
          node: nameOf(scene, node),
          capture,
        })),
        ...filters.evidence,
        ...openEvidence(scene, filters, needed),
        ...enforcementEvidence(scene, enforcementOf(scene, figure)),
      ],
      alternatives: filters.proven ? [] : alternatives(scene, quiet.length > 0),
      confirm: confirmSteps(scene, figure),
      fix: `allow ESP, IP protocol 50, ${placeOf(scene, figure)}, in both directions, in host filters and in the cloud's`,
    },
  ];
}

function alternatives(scene: Scene, isQuiet: boolean): readonly { id: string; why: string }[] {
  const { protocol, port } = tunnelPort(scene);
  const state = {
    id: "ipsec-state-mismatch",
    why: "packets that arrive and do not open would be counted; /proc/net/xfrm_stat of both ends, twice around a probe, would tell",
  };
  const tunnel = {
    id: `${protocol}-udp-blocked`,
    why: `the encrypted packet travels inside the tunnel in some releases, so that udp/${port} may be what is blocked; a capture on the node's interface would tell`,
  };
  const skew = {
    id: "config-skew",
    why: "agents that have not taken over the encryption setting fail likewise; cilium-dbg encrypt status on both ends would tell",
  };
  const others = [...(isTunnel(scene) ? [tunnel] : []), skew];
  return isQuiet ? [...others, state] : [state, ...others];
}

function confirmSteps(scene: Scene, figure: Figure): ConfirmStep[] {
  const node = askedNode(scene, figure);
  if (node === null) return [];
  return [
    { node, argv: ["cilium-dbg", "encrypt", "status"], expect: "Errors: 0, and not growing: nothing arrives to fail" },
    {
      node,
      argv: ["iptables", "-S", "INPUT"],
      expect: "a policy DROP, or rules that accept ports and not the protocol esp",
    },
  ];
}
