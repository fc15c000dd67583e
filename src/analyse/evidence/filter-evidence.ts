import { interfaceOf } from "../reads/ip-addr.ts";
import { readIptables } from "../reads/iptables.ts";
import { type Fate, fateOf, type Packet } from "../reads/packet-fate.ts";
import type { Claim } from "../rule.ts";
import { confirmingText, nameOf, type Scene } from "../scene.ts";
import { parseAddress } from "../settings/cidr.ts";
import type { Figure } from "../shapes/signature.ts";

/** A kind of packet between nodes that Cilium needs. `port` 0 where the protocol has none. */
export interface Needed {
  readonly protocol: Packet["protocol"];
  readonly port: number;
}

/** Captures from which `hostFilter` reads; a rule that uses it wants them from its suspects. */
export const filterCaptures = ["iptables.txt", "ip-addr.txt"] as const;

/**
 * What a node's own INPUT chain does with such a packet from another node; null when its rules were not read, or do not
 * decide for sure. nftables rules that iptables did not write are not seen.
 */
export function hostFilter(scene: Scene, node: number, from: number, needed: Needed): Fate | null {
  const text = confirmingText(scene.nodes[node], "iptables.txt");
  if (text === null) return null;
  const own = addressOf(scene, node);
  const fate = fateOf(readIptables(text), "INPUT", {
    ...needed,
    inInterface: interfaceOf(confirmingText(scene.nodes[node], "ip-addr.txt") ?? "", own),
    outInterface: "",
    source: parseAddress(addressOf(scene, from)),
    destination: parseAddress(own),
    state: "NEW",
    destinationPort: needed.port,
    mark: 0,
  });
  return fate?.certain === true ? fate : null;
}

/**
 * What a node's own OUTPUT chain does with such a packet to another node: one that begins something, or an answer. A
 * tunnel's answers are packets to the same port; of TCP's nothing is said. The agent marks some, which are not known here.
 */
function leavingFilter(scene: Scene, node: number, to: number, needed: Needed, isReply: boolean): Fate | null {
  const text = confirmingText(scene.nodes[node], "iptables.txt");
  if (text === null || (isReply && needed.protocol === "tcp")) return null;
  const own = addressOf(scene, node);
  const fate = fateOf(readIptables(text), "OUTPUT", {
    ...needed,
    isReply,
    inInterface: "",
    outInterface: interfaceOf(confirmingText(scene.nodes[node], "ip-addr.txt") ?? "", own),
    source: parseAddress(own),
    destination: parseAddress(addressOf(scene, to)),
    state: isReply && needed.protocol === "icmp" ? "ESTABLISHED" : "NEW",
    destinationPort: needed.port,
  });
  return fate?.certain === true ? fate : null;
}

export function addressOf(scene: Scene, node: number): string {
  const facts = scene.nodes[node];
  return facts?.kube?.internalIPs[0] ?? facts?.cilium?.internalIPs[0] ?? "";
}

export interface FilterEvidence {
  readonly evidence: Claim["evidence"];
  /** Filters that were read drop or reject what is needed, where the figure says it is lost. */
  readonly proven: boolean;
  /** Nodes whose own filter was read and lets it pass. */
  readonly open: readonly number[];
}

/** Sentences are for reading: so many nodes of many are enough. */
const mostQuoted = 4;

/** Reads the filters at the far ends of failing paths, one packet for each node that was read. */
export function filterEvidence(
  scene: Scene,
  figure: Pick<Figure, "kind" | "nodes" | "cells">,
  needed: Needed,
): FilterEvidence {
  const verdicts = new Map<number, Fate>();
  for (const cell of farEnds(scene, figure)) {
    const [from, to] = [Math.floor(cell / scene.size), cell % scene.size];
    if (verdicts.has(to) || confirmingText(scene.nodes[to], "iptables.txt") === null) continue;
    const fate = hostFilter(scene, to, from, needed);
    if (fate !== null) verdicts.set(to, fate);
  }
  const closed = [...verdicts].filter(([, fate]) => stops(fate));
  const open = [...verdicts].filter(([, { outcome }]) => outcome === "accept").map(([node]) => node);
  const evidence = sentences(scene, closed, describe(needed));
  return { evidence, proven: closed.length > 0 && closed.length >= open.length, open };
}

/**
 * The same, and where no filter drops what comes in, those at both ends that drop what leaves: the packet itself, or its
 * answer. One that lets them leave says nothing.
 */
export function filterEvidenceBothWays(
  scene: Scene,
  figure: Pick<Figure, "kind" | "nodes" | "cells">,
  needed: Needed,
): FilterEvidence {
  const incoming = filterEvidence(scene, figure, needed);
  if (incoming.proven) return incoming;
  const closed = new Map<number, Fate>();
  const tried = new Set<number>();
  const tryOnce = (node: number, to: number, isReply: boolean) => {
    const key = 2 * node + (isReply ? 1 : 0);
    if (tried.has(key)) return;
    tried.add(key);
    const fate = leavingFilter(scene, node, to, needed, isReply);
    if (fate !== null && stops(fate)) closed.set(node, fate);
  };
  for (const cell of farEnds(scene, figure)) {
    const [from, to] = [Math.floor(cell / scene.size), cell % scene.size];
    tryOnce(from, to, false);
    tryOnce(to, from, true);
  }
  if (closed.size === 0) return incoming;
  const evidence = sentences(scene, [...closed], `${describe(needed)} as it leaves`);
  return { evidence: [...incoming.evidence, ...evidence], proven: true, open: incoming.open };
}

function stops({ outcome }: Fate): boolean {
  return outcome === "drop" || outcome === "reject";
}

function sentences(scene: Scene, closed: readonly (readonly [number, Fate])[], what: string): Claim["evidence"] {
  return closed.slice(0, mostQuoted).map(([node, { outcome, by }]) => ({
    text: `the packet filter of ${nameOf(scene, node)} ${outcome === "drop" ? "drops" : "rejects"} ${what}: ${by}`,
    node: nameOf(scene, node),
    capture: "iptables.txt" as const,
  }));
}

/** Of a node that is cut off, its own filter counts; those of its peers explain one path each. */
function farEnds({ size }: Scene, { kind, nodes, cells }: Pick<Figure, "kind" | "nodes" | "cells">): readonly number[] {
  return kind === "cross" || kind === "column" ? cells.filter((cell) => nodes.includes(cell % size)) : cells;
}

/** `udp/8472`, `esp`, `icmp`. */
export function describe({ protocol, port }: Needed): string {
  return port === 0 ? protocol : `${protocol}/${port}`;
}

/** The sentence for filters that were read and are not to blame; none when there are none. */
export function openEvidence(scene: Scene, { open, proven }: FilterEvidence, needed: Needed): Claim["evidence"] {
  return (proven ? [] : open.slice(0, 1)).map((node) => ({
    text: `the packet filter of ${nameOf(scene, node)}, as iptables tells it, accepts ${describe(needed)}: the loss is before it, or in rules that iptables does not list`,
    node: nameOf(scene, node),
    capture: "iptables.txt" as const,
  }));
}
