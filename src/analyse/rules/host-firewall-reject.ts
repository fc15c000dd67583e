import { filterCaptures, filterEvidence, type Needed } from "../evidence/filter-evidence.ts";
import { blank, failed, fine, silent, unroutable } from "../matrix/planes.ts";
import type { Claim, ConfirmStep, Rule } from "../rule.ts";
import { columnCells, nameOf, rowCells, type Scene } from "../scene.ts";
import { healthPort, isHeard, isTunnel } from "../settings/wire.ts";
import { countEvidence, wantFromFigures } from "../shapes/figure-facts.ts";
import { membersOf, namesOf, placeOf } from "../shapes/figure-words.ts";
import { type Figure, figuresOf, type Judge, joinAlike } from "../shapes/signature.ts";

/** A host filter answers with an ICMP prohibition, which the caller's kernel reports as "no route to host". */
export const hostFirewallReject: Rule = {
  causes: [
    {
      id: "host-firewall-reject",
      severity: "error",
      title: "a host firewall rejects Cilium's ports",
      meaning:
        "Ping reaches the node, and its kernel turns the connection to the health port away at once, with an ICMP message that reads as no route to host. That is how firewalld, and REJECT rules that say host-prohibited, refuse. Other Cilium ports may be refused likewise; then the pod path to the node is lost as well.",
      apart:
        "A filter in the cloud drops in silence, so that the probe times out; a dead neighbor fails ping too; with a stopped agent the connection is refused.",
      confirm:
        "`iptables -S` in the agent shows REJECT rules, usually the last of INPUT or of a firewalld chain; `nft list ruleset` on the host shows those that iptables does not.",
      fix: "open Cilium's ports in the host firewall of these nodes, or stop it: the health port and the tunnel port are the least",
      docs: "firewall",
    },
  ],
  find: (scene) => figures(scene).map((figure) => claim(scene, figure)),
  wants: (scene) => wantFromFigures(scene, figures(scene), [...filterCaptures]),
};

const rejected: Judge = (ni, nh) => {
  if (nh === unroutable && ni === fine) return silent;
  return nh === fine ? fine : blank;
};

/** Ping is rejected as well: the same as a dead neighbor, but for the node's own agent, which answers. */
const allRejected: Judge = (ni, nh) => {
  if (nh === unroutable && failed(ni)) return silent;
  return nh === fine || ni === fine ? fine : blank;
};

function figures(scene: Scene): Figure[] {
  const whole = figuresOf(scene, allRejected).filter(
    ({ kind, nodes }) =>
      (kind === "column" || kind === "cross") && nodes.every((node) => isAlive(scene, node) && !failsAll(scene, node)),
  );
  return joinAlike([...figuresOf(scene, rejected), ...whole]);
}

function isAlive({ nodes }: Scene, node: number): boolean {
  return isHeard(nodes[node]) && nodes[node]?.kube?.ready === "True";
}

/** It reaches nobody's node address itself: then it is cut off, and no filter of its own. */
function failsAll({ planes, size }: Scene, node: number): boolean {
  const plane = planes.primary["host-http"];
  for (let to = 0; to < size; to++) if (to !== node && plane[node * size + to] === fine) return false;
  return true;
}

function claim(scene: Scene, figure: Figure): Claim {
  const needed: Needed = { protocol: "tcp", port: healthPort(scene) };
  const filters = filterEvidence(scene, figure, needed);
  const lost = lostPodPaths(scene, figure);
  return {
    id: "host-firewall-reject",
    confidence: filters.proven ? "confirmed" : figure.kind === "row" ? "possible" : "likely",
    title: `tcp/${needed.port} is rejected ${placeOf(scene, figure)}: a host firewall`,
    nodes: namesOf(scene, membersOf(scene, figure)),
    host: figure.cells,
    endpoint: lost,
    evidence: [
      ...countEvidence(scene, figure, `tcp/${needed.port} ends at once with "no route to host"`),
      ...(lost.length === 0 ? [] : [{ text: `the pod path fails too on ${lost.length} of the paths from or to them` }]),
      ...filters.evidence,
    ],
    alternatives: filters.proven ? [] : alternatives(figure),
    confirm: confirmSteps(scene, figure),
  };
}

/** Where the filter rejects the tunnel port too, the pod path is lost from and to its node. */
function lostPodPaths(scene: Scene, figure: Figure): number[] {
  const { "endpoint-icmp": ei, "endpoint-http": eh } = scene.planes.primary;
  const isLost = (cell: number) => failed(ei[cell]) && failed(eh[cell]);
  if (!isTunnel(scene) || figure.nodes.length === 0) return figure.cells.filter(isLost);
  const lines = figure.nodes.flatMap((node) => [...columnCells(scene, node), ...rowCells(scene, node)]);
  const lost = new Set(lines.filter((cell) => isLost(cell) && cell % (scene.size + 1) !== 0));
  return [...lost].sort((a, b) => a - b);
}

function alternatives(figure: Figure): readonly { id: string; why: string }[] {
  const neighbor = {
    id: "neighbor-stale",
    why: "a neighbor entry that fails gives the same text, but ping would fail with it; ip neigh on a node that complains would tell",
  };
  const blackhole = {
    id: "node-ip-changed",
    why: "an address that nobody has any more gives the same text once the ping result is old; compare it with kubectl get node -o wide",
  };
  const own = {
    id: "pod-cidr-overlaps-nodes",
    why: "a route of the calling node itself, as for a pod CIDR that holds the address, gives the same text; ip route get would tell",
  };
  return figure.kind === "row" ? [own, neighbor] : [neighbor, blackhole, own];
}

function confirmSteps(scene: Scene, figure: Figure): ConfirmStep[] {
  const far = figure.cells.find((cell) => isHeard(scene.nodes[cell % scene.size]));
  if (far === undefined) return [];
  return [
    {
      node: nameOf(scene, far % scene.size),
      argv: ["iptables", "-S"],
      expect:
        "REJECT rules, usually the last of INPUT or of a firewalld chain; nft list ruleset on the host shows those that iptables does not",
    },
  ];
}
