import type { Facts } from "../../model/facts.ts";
import { type Cidr, contains, parseAddress, parseCidr } from "../settings/cidr.ts";

/** Who owns an address, by Node and CiliumNode; by name. */
export interface Owners {
  /** The node's own addresses. */
  readonly addressesOf: (node: string) => ReadonlySet<string>;
  /** Whether a prefix lies in the node's pod ranges, or is one of its addresses. */
  readonly owns: (node: string, prefix: string) => boolean;
}

export function ownersOf({ nodes }: Facts): Owners {
  const addresses = new Map<string, ReadonlySet<string>>();
  const ranges = new Map<string, readonly Cidr[]>();
  for (const { name, kube, cilium } of nodes) {
    const own = [
      ...(kube?.internalIPs ?? []),
      ...(cilium?.internalIPs ?? []),
      ...(cilium?.ciliumInternalIPs ?? []),
      ...(cilium?.healthIPs ?? []),
    ];
    addresses.set(name, new Set(own));
    ranges.set(
      name,
      (cilium?.podCIDRs ?? []).flatMap((text) => parseCidr(text) ?? []),
    );
  }
  return {
    addressesOf: (node) => addresses.get(node) ?? new Set(),
    owns: (node, prefix) => {
      const [start = ""] = prefix.split("/");
      if (addresses.get(node)?.has(start) === true) return true;
      const address = parseAddress(start);
      return address !== null && ranges.get(node)?.some((range) => contains(range, address)) === true;
    },
  };
}
