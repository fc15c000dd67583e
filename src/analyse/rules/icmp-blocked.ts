import { filterCaptures, filterEvidenceBothWays, type Needed, openEvidence } from "../evidence/filter-evidence.ts";
import { blank, failed, fine, silent } from "../matrix/planes.ts";
import type { Claim, Rule } from "../rule.ts";
import type { Scene } from "../scene.ts";
import { isTunnel, trustsPing } from "../settings/wire.ts";
import { countEvidence, wantFromFigures } from "../shapes/figure-facts.ts";
import { isRectangle, listNames, membersOf, namesOf, placeOf, sinksOf, sourcesOf } from "../shapes/figure-words.ts";
import { type Figure, figuresOf, type Judge, joinAlike } from "../shapes/signature.ts";

/** Ping alone is filtered; a health check complains, pods do not (kubernetes/kops#15329, #9457, #11787). */
export const icmpBlocked: Rule = {
  causes: [
    {
      id: "icmp-blocked",
      severity: "warning",
      title: "ping between nodes is filtered",
      meaning:
        "TCP reaches the nodes and ping does not: a host filter or security group drops ICMP echo, or answers are limited in rate. Pod traffic is not harmed. Cilium calls a node unreachable on ping alone, so that a real failure would go unnoticed.",
      apart:
        "Nothing else loses ping and keeps TCP to the same address. Before Cilium 1.15 a ping result is reset by any change of a node and may be a leftover.",
      confirm:
        "No command is needed: TCP reaches the very address that ping does not. `iptables -S INPUT` in the agent shows whether the node itself drops ICMP echo.",
      fix: "allow ICMP echo request and reply between all nodes, or live with it and ignore this rule",
      docs: "firewall",
    },
  ],
  find: (scene) => figures(scene).map((figure) => claim(scene, figure)),
  wants: (scene) => wantFromFigures(scene, figures(scene), [...filterCaptures]),
};

const pingLost: Judge = (ni, nh) => {
  if (ni === fine) return fine;
  return failed(ni) && nh === fine ? silent : blank;
};

function figures(scene: Scene): Figure[] {
  return joinAlike(figuresOf(scene, pingLost));
}

const needed: Needed = { protocol: "icmp", port: 0 };

function claim(scene: Scene, figure: Figure): Claim {
  const filters = filterEvidenceBothWays(scene, figure, needed);
  const pods = podPathsToo(scene, figure);
  return {
    id: "icmp-blocked",
    confidence: filters.proven ? "confirmed" : isClear(scene, figure) ? "likely" : "possible",
    title: `ping is filtered ${placeOf(scene, figure)}; TCP passes`,
    nodes: namesOf(scene, membersOf(scene, figure)),
    host: [...figure.cells, ...ownPings(scene, figure)],
    endpoint: pods,
    evidence: [
      ...countEvidence(scene, figure, "ping fails and TCP to the same address passes"),
      ...directionEvidence(scene, figure),
      ...(pods.length === 0 ? [] : [{ text: podSentence(scene, pods) }]),
      ...filters.evidence,
      ...openEvidence(scene, filters, needed),
    ],
  };
}

/** One path in one direction may be a lost answer that heals; pings of old agents may be leftovers. */
function isClear(scene: Scene, figure: Figure): boolean {
  return trustsPing(scene) && (figure.kind !== "one-way" || figure.cells.length > 2);
}

function directionEvidence(scene: Scene, figure: Figure): Claim["evidence"] {
  if (figure.kind !== "one-way") return [];
  if (!isRectangle(scene, figure)) return [{ text: "no node or group in common: answers may be limited in rate" }];
  const [sources, sinks] = [sourcesOf(scene, figure.cells), sinksOf(scene, figure.cells)];
  return [
    {
      text: `all from ${listNames(namesOf(scene, sources))} to ${listNames(namesOf(scene, sinks))}, no other way round`,
    },
  ];
}

function podSentence(scene: Scene, pods: readonly number[]): string {
  const how = isTunnel(scene) ? "the callers lose the replies" : "with native routing the filter sees pod traffic too";
  return `ping to the health endpoint fails on ${pods.length} of the same pairs, TCP to it passes: ${how}`;
}

/** What drops the answers as they leave drops those to the node itself. */
function ownPings(scene: Scene, figure: Figure): number[] {
  const { "host-icmp": ni, "host-http": nh } = scene.planes.primary;
  return sinksOf(scene, figure.cells)
    .map((node) => node * scene.size + node)
    .filter((cell) => failed(ni[cell]) && nh[cell] === fine);
}

function podPathsToo(scene: Scene, figure: Figure): number[] {
  const { "endpoint-icmp": ei, "endpoint-http": eh } = scene.planes.primary;
  return figure.cells.filter((cell) => failed(ei[cell]) && eh[cell] === fine);
}
