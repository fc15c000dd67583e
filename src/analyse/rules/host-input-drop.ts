import {
  describe,
  type FilterEvidence,
  filterCaptures,
  filterEvidence,
  type Needed,
  openEvidence,
} from "../evidence/filter-evidence.ts";
import { blank, failed, fine, silent } from "../matrix/planes.ts";
import type { Claim, ConfirmStep, Rule } from "../rule.ts";
import { columnCells, confirmingText, nameOf, rowCells, type Scene, wantFrom } from "../scene.ts";
import { healthPort, isHeard, isTunnel, tunnelPort } from "../settings/wire.ts";
import { countEvidence, suspectsOf, wantFromFigures } from "../shapes/figure-facts.ts";
import { namesOf } from "../shapes/figure-words.ts";
import { allDead, type Figure, figuresOf, type Judge } from "../shapes/signature.ts";

/** A node drops what comes in while it runs on: a hardening script, a default-deny filter (cilium/cilium#30791). */
export const hostInputDrop: Rule = {
  causes: [
    {
      id: "host-input-drop",
      severity: "error",
      title: "a node drops what other nodes send it",
      meaning:
        "The node is ready by Kubernetes and its agent answers, so that its own connections work, but nothing that another node begins arrives there. A packet filter on the host drops incoming packets, as hardening scripts and benchmarks set it up, or a filter right before the node does, as a security group without a rule for its peers.",
      apart:
        "node-down has an agent that cannot be asked and a node that is not ready; with a cut between groups several nodes fail together; a firewall that rejects answers at once.",
      confirm:
        "`iptables -S INPUT` in the agent shows a policy DROP, or rules that drop Cilium's ports; `nft list ruleset` on the host shows those that iptables does not.",
      fix: "let the health port, ICMP echo, the tunnel port and, with encryption, WireGuard or ESP in from the other nodes' addresses",
      docs: "firewall",
    },
  ],
  find: (scene) => suspects(scene).map((suspect) => claim(scene, suspect)),
  wants: (scene) => {
    const asked = suspects(scene).flatMap(({ figure, nodes }) =>
      nodes.length > 0 ? nodes : suspectsOf(scene, figure),
    );
    const between = figuresOf(scene, allDead).filter(isBetweenTwo);
    return [
      ...wantFrom(scene, asked, [...filterCaptures, "ip-rule.txt"]),
      ...wantFromFigures(scene, between, [...filterCaptures]),
    ];
  },
};

interface Suspect {
  /** Empty where every node is one. */
  readonly nodes: readonly number[];
  readonly figure: Figure;
  /** Ping still passes: the usual default of such filters. */
  readonly pingPasses: boolean;
  /** Whose packets alone are dropped; all others' where it is missing. */
  readonly sender?: number;
}

/** In a tunnel both the health port and the tunnel are lost, while ping passes. */
const dropsButPing: Judge = (ni, nh, ei, eh) => {
  if (nh === fine || eh === fine || ei === fine) return fine;
  return ni === fine && nh === silent && failed(ei) && eh === silent ? silent : blank;
};

/** Without a tunnel, packets to pods never come to the host's INPUT. */
const hostAloneDead: Judge = (ni, nh, _ei, eh) => {
  if (ni === fine || nh === fine) return fine;
  return failed(ni) && nh === silent && eh === fine ? silent : blank;
};

function suspects(scene: Scene): Suspect[] {
  const dead = figuresOf(scene, allDead);
  const found = [
    ...dead.filter((figure) => figure.kind === "all").map((figure) => ({ nodes: [], figure, pingPasses: false })),
    ...lines(scene, dead).map((figure) => ({ nodes: figure.nodes, figure, pingPasses: false })),
    ...lines(scene, figuresOf(scene, isTunnel(scene) ? dropsButPing : hostAloneDead)).map((figure) => ({
      nodes: figure.nodes,
      figure,
      pingPasses: isTunnel(scene),
    })),
    ...pairs(scene, dead),
    ...provenPairs(scene, dead),
  ];
  return found.filter((one, at) => found.findIndex((other) => isSame(one, other)) === at);
}

function isSame(one: Suspect, other: Suspect): boolean {
  return one.nodes.length === other.nodes.length && one.nodes.every((node) => other.nodes.includes(node));
}

function lines(scene: Scene, figures: readonly Figure[]): Figure[] {
  const isLine = ({ kind }: Figure) => kind === "cross" || kind === "column";
  return figures.filter((figure) => isLine(figure) && figure.nodes.every((node) => isAlive(scene, node)));
}

/** Two nodes alone, of which one drops what the other sends. */
function pairs(scene: Scene, figures: readonly Figure[]): Suspect[] {
  if (scene.size !== 2) return [];
  return figures.flatMap((figure) => {
    const cell = figure.cells.find((one) => filterEvidence(scene, oneWay(one), ping).proven);
    const sink = figure.kind === "one-way" ? figure.nodes[1] : cell === undefined ? undefined : cell % scene.size;
    if (sink === undefined || !isAlive(scene, sink)) return [];
    return [{ nodes: [sink], figure, pingPasses: false }];
  });
}

function isBetweenTwo({ kind }: Figure): boolean {
  return kind === "pair" || kind === "one-way";
}

/** Of two nodes among others, one of which drops what the other sends; which, its own filter alone can tell. */
function provenPairs(scene: Scene, figures: readonly Figure[]): Suspect[] {
  if (scene.size === 2) return [];
  return figures.filter(isBetweenTwo).flatMap((figure) => {
    const cell = figure.cells.find((one) => filterEvidence(scene, oneWay(one), ping).proven);
    if (cell === undefined) return [];
    const [sender, sink] = [Math.floor(cell / scene.size), cell % scene.size];
    return [{ nodes: [sink], figure, pingPasses: false, sender }];
  });
}

function oneWay(cell: number): Pick<Figure, "kind" | "nodes" | "cells"> {
  return { kind: "one-way", nodes: [], cells: [cell] };
}

/**
 * Ready, its agent answers, and nothing said against it that another cause explains: where the rule that looks up local
 * addresses is gone, the node does not know its own packets (networkd-foreign-rules).
 */
function isAlive({ nodes }: Scene, node: number): boolean {
  const facts = nodes[node];
  if (!isHeard(facts) || facts?.kube?.ready !== "True") return false;
  const rules = confirmingText(facts, "ip-rule.txt");
  return rules === null || /lookup\s+(?:local|255)\b/.test(rules);
}

const ping: Needed = { protocol: "icmp", port: 0 };

function claim(scene: Scene, suspect: Suspect): Claim {
  const { figure, nodes, pingPasses, sender } = suspect;
  const needed = neededOf(scene, suspect);
  const filters = needed.map((one) => filterEvidence(scene, figure, one));
  const isRead = filters.some(({ proven }) => proven);
  const names = namesOf(scene, nodes);
  const who = nodes.length === 0 ? "every node" : names.join(", ");
  return {
    id: "host-input-drop",
    confidence: isRead ? "confirmed" : nodes.length > 0 && scene.size > 2 ? "likely" : "possible",
    title: `${who} drops what ${sender === undefined ? "other nodes send" : `${nameOf(scene, sender)} sends`}${pingPasses ? ", but for ping" : ""}`,
    nodes: nodes.length === 0 ? scene.nodes.flatMap((node) => (node.agent === null ? [] : [node.name])) : names,
    ...claimedCells(scene, suspect),
    evidence: [
      ...countEvidence(
        scene,
        figure,
        pingPasses
          ? "every probe but ping to the node fails"
          : `every probe ${sender === undefined ? "of the node " : ""}fails`,
      ),
      ...aliveEvidence(scene, nodes),
      ...filters.flatMap(({ evidence }) => evidence),
      ...(isRead ? [] : openOf(scene, filters, needed)),
    ],
    alternatives: isRead ? [] : alternatives(scene, suspect),
    confirm: confirmSteps(scene, suspect),
  };
}

function neededOf(scene: Scene, { pingPasses }: Suspect): Needed[] {
  const health: Needed = { protocol: "tcp", port: healthPort(scene) };
  const tunnel: Needed[] = isTunnel(scene) ? [{ protocol: "udp", port: tunnelPort(scene).port }] : [];
  return [...(pingPasses ? [] : [ping]), health, ...tunnel];
}

function openOf(scene: Scene, filters: readonly FilterEvidence[], needed: readonly Needed[]): Claim["evidence"] {
  const [filter] = filters;
  const [one] = needed;
  return filter === undefined || one === undefined ? [] : openEvidence(scene, filter, one);
}

/** Its own probes fail too where replies, or the tunnel's flows, are dropped as they come in. */
function claimedCells(scene: Scene, { nodes, figure, sender }: Suspect): Pick<Claim, "host" | "endpoint"> {
  if (nodes.length === 0 || sender !== undefined) return { host: figure.cells, endpoint: figure.cells };
  const { "host-icmp": ni, "host-http": nh, "endpoint-icmp": ei, "endpoint-http": eh } = scene.planes.primary;
  const cells = nodes.flatMap((node) => [...columnCells(scene, node), ...rowCells(scene, node)]);
  const others = cells.filter((cell) => cell % (scene.size + 1) !== 0);
  const isHostDead = (cell: number) => nh[cell] === silent && (failed(ni[cell]) || figure.cells.includes(cell));
  return {
    host: others.filter((cell) => isHostDead(cell)),
    endpoint: others.filter((cell) => failed(eh[cell]) && failed(ei[cell])),
  };
}

function aliveEvidence(scene: Scene, nodes: readonly number[]): Claim["evidence"] {
  return namesOf(scene, nodes.slice(0, 4)).map((node) => ({
    text: `${node} is ready by Kubernetes, and its agent answers`,
    node,
  }));
}

function alternatives(scene: Scene, { nodes, pingPasses }: Suspect): readonly { id: string; why: string }[] {
  const partition = {
    id: "underlay-partition",
    why: "the network before the node may be cut instead; a capture on its interface shows whether the packets come in",
  };
  const address = {
    id: "wrong-node-ip-picked",
    why: "an address of a network that the others cannot reach fails the same way; ip -br addr on the node would tell",
  };
  const networkd = {
    id: "networkd-foreign-rules",
    why: "after a link event systemd-networkd may have removed Cilium's routes and rules; ip rule on the node would tell",
  };
  const policy = {
    id: "host-policy-blocks-probes",
    why: "with the host firewall on, a policy for nodes drops likewise; the enforcement of reserved:host would tell",
  };
  const port = {
    id: `${tunnelPort(scene).protocol}-udp-blocked`,
    why: "two filters, one for the health port and one for the tunnel, give the same picture",
  };
  const isFirewalled = nodes.some((node) => isHostFirewalled(scene, node));
  return [...(isFirewalled ? [policy] : []), ...(pingPasses ? [port] : [partition, address, networkd])];
}

function isHostFirewalled({ nodes, facts }: Scene, node: number): boolean {
  const mode = nodes[node]?.agent?.status?.hostFirewall.toLowerCase() ?? "";
  return facts.config?.get("enable-host-firewall") === "true" || mode === "enabled";
}

function confirmSteps(scene: Scene, suspect: Suspect): ConfirmStep[] {
  const asked = suspect.nodes.length > 0 ? suspect.nodes : suspectsOf(scene, suspect.figure);
  const node = asked.find((one) => isHeard(scene.nodes[one]));
  if (node === undefined) return [];
  const what = neededOf(scene, suspect).map(describe).join(", ");
  return [
    {
      node: nameOf(scene, node),
      argv: ["iptables", "-S", "INPUT"],
      expect: `a policy DROP, or rules that drop ${what}; nft list ruleset on the host shows those that iptables does not`,
    },
  ];
}
