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
  const closed = [...verdicts].filter(([, { outcome }]) => outcome === "drop" || outcome === "reject");
  const open = [...verdicts].filter(([, { outcome }]) => outcome === "accept").map(([node]) => node);
  const evidence = closed.slice(0, mostQuoted).map(([node, fate]) => ({
    text: `the packet filter of ${nameOf(scene, node)} ${fate.outcome === "drop" ? "drops" : "rejects"} ${describe(needed)}: ${fate.by}`,
    node: nameOf(scene, node),
    capture: "iptables.txt" as const,
  }));
  return { evidence, proven: closed.length > 0 && closed.length >= open.length, open };
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
