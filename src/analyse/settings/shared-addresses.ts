import type { Members } from "../scene.ts";
import { isGhost } from "./announced.ts";
import { parseAddress } from "./cidr.ts";

/** One address that several nodes of this cluster announce. */
export interface SharedAddress {
  readonly ip: string;
  /** Ascending. */
  readonly nodes: readonly number[];
}

/**
 * By Node and CiliumNode alike. Leftovers of deleted nodes are a cause of their own, and virtual nodes often bear the
 * address of the machine they stand for: both are left out.
 */
export function sharedAddresses(scene: Members): SharedAddress[] {
  const owners = new Map<string, Set<number>>();
  scene.nodes.forEach((node, at) => {
    if (node.remote || node.agentNotDue !== "" || isGhost(scene, node)) return;
    for (const ip of [...(node.kube?.internalIPs ?? []), ...(node.cilium?.internalIPs ?? [])]) {
      if (ip === "") continue;
      const nodes = owners.get(ip) ?? new Set();
      owners.set(ip, nodes.add(at));
    }
  });
  return [...owners]
    .filter(([, nodes]) => nodes.size > 1)
    .map(([ip, nodes]) => ({ ip, nodes: [...nodes].sort((a, b) => a - b) }));
}

/**
 * Addresses that every machine of a kind has on its inner NIC: VirtualBox NAT gives each guest 10.0.2.15, docker0 is
 * 172.17.0.1, 169.254.0.0/16 is the link's own (cilium/cilium#18670).
 */
export function isInnerAddress(ip: string): boolean {
  return parseAddress(ip) !== null && /^(?:10\.0\.2\.15$|172\.17\.0\.1$|169\.254\.|127\.)/.test(ip);
}
