import type { Facts } from "../../model/facts.ts";
import { type OwnedRange, overlapping } from "../settings/address-ranges.ts";
import { type Address, type Cidr, contains, parseAddress, parseCidr } from "../settings/cidr.ts";

/** Who owns an address, by Node and CiliumNode; by name. */
export interface Owners {
  /** The node's own addresses. */
  readonly addressesOf: (node: string) => ReadonlySet<string>;
  /** The one node in whose pod ranges a prefix lies, "" where none or several hold it. */
  readonly ownerOf: (prefix: string) => string;
  /** Whether a prefix lies in the node's pod ranges, or is one of its addresses. */
  readonly owns: (node: string, prefix: string) => boolean;
}

export function ownersOf({ nodes }: Facts): Owners {
  const addresses = new Map<string, ReadonlySet<string>>();
  const ranges: OwnedRange<string>[] = [];
  const isLocated = new Set<string>();
  for (const { name, kube, cilium } of nodes) {
    const inner = [...(kube?.internalIPs ?? []), ...(cilium?.internalIPs ?? [])];
    addresses.set(name, new Set([...inner, ...(cilium?.ciliumInternalIPs ?? []), ...(cilium?.healthIPs ?? [])]));
    if (inner.length > 0) isLocated.add(name);
    for (const text of cilium?.podCIDRs ?? []) {
      const range = parseCidr(text);
      if (range !== null) ranges.push({ owner: name, range });
    }
  }
  const holderOf = onceEach(holders(ranges));
  return {
    addressesOf: (node) => addresses.get(node) ?? new Set(),
    ownerOf: (prefix) => {
      const owner = holderOf(prefix);
      return isLocated.has(owner) ? owner : "";
    },
    owns: (node, prefix) => addresses.get(node)?.has(prefix.split("/")[0] ?? "") === true || holderOf(prefix) === node,
  };
}

/** A list is asked for each of its entries once a node: each prefix is looked up once. */
function onceEach(find: (prefix: string) => string): (prefix: string) => string {
  const known = new Map<string, string>();
  return (prefix) => {
    const found = known.get(prefix) ?? find(prefix);
    known.set(prefix, found);
    return found;
  };
}

/** Ranges that several nodes hold are nobody's; what is left is apart, so that one step tells. */
function holders(ranges: readonly OwnedRange<string>[]): (prefix: string) => string {
  const shared = new Set(overlapping(ranges).flat());
  const sorted = ranges.filter((one) => !shared.has(one)).sort((a, b) => compare(a.range, b.range));
  return (prefix) => {
    const address = parseAddress(prefix.split("/")[0] ?? "");
    const last = address === null ? undefined : sorted[lastUpTo(sorted, address)];
    return address !== null && last !== undefined && contains(last.range, address) ? last.owner : "";
  };
}

/** Place of the last range that begins at an address or before it, -1 where none does. */
function lastUpTo(sorted: readonly OwnedRange<string>[], address: Address): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const range = sorted[middle]?.range;
    const isUpTo =
      range !== undefined &&
      (range.family < address.family || (range.family === address.family && range.low <= address.value));
    if (isUpTo) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function compare(one: Cidr, other: Cidr): number {
  if (one.family !== other.family) return one.family - other.family;
  return one.low < other.low ? -1 : one.low > other.low ? 1 : 0;
}
