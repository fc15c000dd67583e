import type { DropParty } from "../../model/drops.ts";
import type { Facts, NodeFacts } from "../../model/facts.ts";
import { type Cidr, contains, parseAddress, parseCidr } from "../settings/cidr.ts";

/** Says who has an address. */
export type AddressBook = (ip: string) => DropParty;

/** Pods that agents named: addresses and `namespace/name`. */
export interface KnownPod {
  readonly ips: readonly string[];
  readonly name: string;
  readonly node: string;
}

/**
 * From what nodes announce (CiliumNode, Node), from the agents' own health endpoints, and the pods that agents named. A
 * pod nobody named is still placed on a node by its range.
 */
export function addressBook(facts: Facts, pods: readonly KnownPod[]): AddressBook {
  const known = new Map<string, DropParty>();
  const add = (ip: string, party: Omit<DropParty, "ip">) => {
    const key = canonical(ip);
    if (key !== "" && !known.has(key)) known.set(key, { ip, ...party });
  };
  for (const node of facts.nodes) {
    for (const ip of healthIPs(node)) add(ip, { kind: "health", node: node.name, name: "" });
    for (const ip of nodeIPs(node)) add(ip, { kind: "node", node: node.name, name: "" });
  }
  for (const { ips, name, node } of pods) for (const ip of ips) add(ip, { kind: "pod", node, name });
  const ranges = facts.nodes.flatMap((node) => podRanges(node).map((range) => ({ range, node: node.name })));
  return (ip) => {
    const found = known.get(canonical(ip));
    return found === undefined ? byRange(ip, ranges) : { ...found, ip };
  };
}

function healthIPs({ cilium, agent }: NodeFacts): readonly string[] {
  return [...(cilium?.healthIPs ?? []), ...(agent?.endpoints?.health?.ips ?? []), ...(agent?.status?.healthIPs ?? [])];
}

/** The router address (CiliumInternalIP) is the node's too: probes of health endpoints leave with it. */
function nodeIPs({ cilium, kube }: NodeFacts): readonly string[] {
  return [...(cilium?.internalIPs ?? []), ...(kube?.internalIPs ?? []), ...(cilium?.ciliumInternalIPs ?? [])];
}

function podRanges({ cilium, kube }: NodeFacts): Cidr[] {
  const ranges = cilium?.podCIDRs.length ? cilium.podCIDRs : (kube?.podCIDRs ?? []);
  return ranges.map(parseCidr).filter((range) => range !== null);
}

function byRange(ip: string, ranges: readonly { readonly range: Cidr; readonly node: string }[]): DropParty {
  const address = parseAddress(ip);
  const home = address === null ? undefined : ranges.find(({ range }) => contains(range, address));
  return home === undefined
    ? { ip, kind: "outside", node: "", name: "" }
    : { ip, kind: "pod", node: home.node, name: "" };
}

/** One spelling for an address: agents and API write IPv6 in different ways. "" for what is none. */
function canonical(ip: string): string {
  const address = parseAddress(ip);
  return address === null ? "" : `${address.family}:${address.value}`;
}
