import { addressOf, filterCaptures, filterEvidence, type Needed } from "../evidence/filter-evidence.ts";
import { partitionOf } from "../matrix/components.ts";
import { failed } from "../matrix/planes.ts";
import type { Claim, ConfirmStep, Rule } from "../rule.ts";
import { nameOf, type Scene, wantFrom } from "../scene.ts";
import { encryptsNodes, isHeard } from "../settings/wire.ts";
import { type DirectedBlock, directedBlocks } from "../shapes/directed-block.ts";
import { countEvidence, wantFromFigures } from "../shapes/figure-facts.ts";
import { groupName, listNames, membersOf, namesOf } from "../shapes/figure-words.ts";
import { allDead, type Figure, figuresOf, readPicture } from "../shapes/signature.ts";

/** Nothing passes between groups of nodes, all is well inside them: zones, subnets, sites (cilium/cilium#27159). */
export const underlayPartition: Rule = {
  causes: [
    {
      id: "underlay-partition",
      severity: "error",
      title: "groups of nodes are cut off from each other",
      meaning:
        "Inside each group of nodes every probe passes; between the groups neither ping nor TCP arrives, on the nodes' own addresses as on the pod path. The network under the cluster is cut there: a VPN or peering that is down, an access list, a security group, or host filters that name the other side's addresses.",
      apart:
        "node-down and host-input-drop concern one node; clustermesh-underlay cuts whole clusters; a blocked tunnel port leaves the node addresses reachable.",
      confirm:
        "`ip route get ADDRESS` for a node of the other group shows the gateway and interface of the way that is cut; `iptables -S INPUT` shows no rule that drops the other group's addresses, else it is this.",
      fix: "restore the link between the groups: routing, VPN or peering, access lists and security groups",
      docs: "firewall",
    },
  ],
  find: (scene) => {
    const cuts = partitions(scene);
    if (cuts.length > 0) return cuts.map((figure) => claim(scene, figure));
    return oneWayCuts(scene).map((block) => oneWayClaim(scene, block));
  },
  wants: (scene) => [
    ...wantFromFigures(scene, partitions(scene), [...filterCaptures]),
    ...oneWayCuts(scene).flatMap(({ to }) => wantFrom(scene, to, [...filterCaptures])),
  ],
};

/** A cut between whole clusters of a mesh is another cause's matter. */
function partitions(scene: Scene): Figure[] {
  const figures = figuresOf(scene, allDead);
  if (figures.length === 0) return [];
  const blocks = figures.filter((figure) => figure.kind === "block");
  if (blocks.length > 0) return blocks.filter((figure) => figure.by !== "cluster");
  const hidden = partitionOf(scene, readPicture(scene, allDead));
  if (hidden !== null) return hidden.by === "cluster" ? [] : [hidden];
  return figures.filter((figure) => figure.kind === "pair").filter((figure) => isPairOfPlaces(scene, figure));
}

/** Two nodes in unlike places with nobody else there to tell a cut of the places from one of the nodes. */
function isPairOfPlaces(scene: Scene, figure: Figure): boolean {
  const [one = -1, other = -1] = figure.nodes;
  if (!figure.nodes.every((node) => isHeard(scene.nodes[node]))) return false;
  if (filterEvidence(scene, figure, ping).proven) return false;
  if (scene.size === 2) return true;
  return scene.groupings.some(({ by, groups }) => {
    const places = [one, other].map((node) => groups.find((group) => group.includes(node)));
    const isAlone = places.every((place) => place?.length === 1);
    return isAlone && (by === "subnet" || by.startsWith("topology.kubernetes.io/"));
  });
}

function oneWayCuts(scene: Scene): DirectedBlock[] {
  if (figuresOf(scene, allDead).length === 0) return [];
  return directedBlocks(scene, readPicture(scene, allDead)).filter(({ by }) => by !== "cluster");
}

const ping: Needed = { protocol: "icmp", port: 0 };

function claim(scene: Scene, figure: Figure): Claim {
  const filters = filterEvidence(scene, figure, ping);
  const groups = figure.kind === "pair" ? figure.nodes.map((node) => [node]) : figure.groups;
  return {
    id: "underlay-partition",
    confidence: filters.proven ? "confirmed" : figure.kind === "pair" ? "possible" : "likely",
    title: `nothing passes between ${groups.map((group) => groupName(scene, group, figure.by)).join(" and ")}${figure.by === "" ? "" : `, groups by ${figure.by}`}`,
    nodes: namesOf(scene, membersOf(scene, figure)),
    host: figure.cells,
    endpoint: figure.cells,
    evidence: [
      ...countEvidence(scene, figure, "every probe fails"),
      ...(figure.by === "" ? [] : [{ text: `the groups differ in ${figure.by}` }]),
      ...groups.map((group) => ({ text: groupSentence(scene, group, figure.by) })),
      ...filters.evidence,
    ],
    alternatives: filters.proven ? [] : alternatives(scene, figure),
    confirm: confirmSteps(scene, figure),
  };
}

function groupSentence(scene: Scene, group: readonly number[], by: string): string {
  const names = listNames(namesOf(scene, group));
  const name = groupName(scene, group, by);
  return `${name === names ? "" : `${name}: `}${names}${group.length > 1 ? " reach each other" : " has nobody beside it"}`;
}

function alternatives(scene: Scene, figure: Figure): readonly { id: string; why: string }[] {
  const wireguard = {
    id: "wireguard-udp-blocked",
    why: "with node encryption everything between nodes travels in WireGuard; the last handshakes, and a ping from a machine without it, would tell",
  };
  const host = {
    id: "host-input-drop",
    why: "a host filter of one of the two that drops what comes in looks the same; iptables -S INPUT on both would tell",
  };
  const neighbor = {
    id: "neighbor-stale",
    why: "an old neighbor entry for the other's address fails likewise; ip neigh on both would tell",
  };
  const config = {
    id: "config-skew",
    why: "agents that started before and after a change of encryption do not understand each other; their settings would tell",
  };
  return [
    ...(encryptsNodes(scene) ? [wireguard, config] : []),
    ...(figure.kind === "pair" ? [host, neighbor] : [{ ...host, why: groupHostWhy }]),
  ];
}

const groupHostWhy =
  "host filters of every node of a group that name the other group's addresses look the same; iptables -S INPUT on one node of each would tell";

function confirmSteps(scene: Scene, figure: Figure): ConfirmStep[] {
  const asked = figure.cells.find((cell) => isHeard(scene.nodes[Math.floor(cell / scene.size)]));
  if (asked === undefined) return [];
  const [from, to] = [Math.floor(asked / scene.size), asked % scene.size];
  const node = nameOf(scene, from);
  return [
    {
      node,
      argv: ["ip", "route", "get", addressOf(scene, to)],
      expect: `the gateway and interface that lead to ${nameOf(scene, to)}: that way is cut`,
    },
    {
      node,
      argv: ["iptables", "-S", "INPUT"],
      expect: "no rule that drops the other group's addresses; else it is this",
    },
  ];
}

function oneWayClaim(scene: Scene, { from, to, by, cells }: DirectedBlock): Claim {
  const filters = filterEvidence(scene, { kind: "block", nodes: [], cells }, ping);
  const [source, sink] = [groupName(scene, from, by), groupName(scene, to, by)];
  const figure: Figure = { kind: "block", nodes: [], groups: [from, to], by, cells };
  const back = cells.map((cell) => (cell % scene.size) * scene.size + Math.floor(cell / scene.size));
  return {
    id: "underlay-partition",
    confidence: filters.proven ? "confirmed" : "likely",
    title: `nothing passes from ${source} to ${sink}, groups by ${by}; the nodes' own addresses answer the other way`,
    nodes: namesOf(scene, membersOf(scene, figure)),
    host: cells,
    endpoint: [...cells, ...back.filter((cell) => isPodPathDead(scene, cell))],
    evidence: [
      ...countEvidence(scene, figure, "every probe fails"),
      { text: `${sink} reaches node addresses of ${source}: a filter between them lets answers through` },
      ...filters.evidence,
    ],
    alternatives: filters.proven ? [] : alternatives(scene, figure),
    confirm: confirmSteps(scene, figure),
  };
}

/** In a tunnel the reply is a flow of its own, which the filter drops: the way back loses its pod path too. */
function isPodPathDead({ planes }: Scene, cell: number): boolean {
  const { "endpoint-icmp": ei, "endpoint-http": eh } = planes.primary;
  return failed(ei[cell]) && failed(eh[cell]);
}
