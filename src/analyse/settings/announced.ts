import type { NodeFacts } from "../../model/facts.ts";
import type { Target } from "../../model/matrix.ts";
import type { Members, Scene } from "../scene.ts";
import { parseAddress } from "./cidr.ts";

/** The address an agent probes for a target of a node; "" when it knows none at this position. */
export function probedAddress(scene: Scene, from: number, to: number, target: Target, position = 0): string {
  const { matrix } = scene.facts;
  const row = matrix.rows[from];
  return row == null ? "" : (matrix.addresses[row[target].positions[position]?.ip[to] ?? 0] ?? "");
}

/** Every address an agent probes for a target of a node, primary first. */
export function probedAddresses(scene: Scene, from: number, to: number, target: Target): string[] {
  const positions = scene.facts.matrix.rows[from]?.[target].positions.length ?? 0;
  return Array.from({ length: positions }, (_, at) => probedAddress(scene, from, to, target, at)).filter(
    (ip) => ip !== "",
  );
}

/**
 * Whether an address is surely none of a node's own: the node has addresses of that family, and this is not one.
 * Texts that are no address prove nothing.
 */
export function isForeign(ip: string, own: readonly string[]): boolean {
  const address = own.length === 0 ? null : parseAddress(ip);
  if (address === null) return false;
  const sameFamily = own.map(parseAddress).filter((one) => one?.family === address.family);
  return sameFamily.length > 0 && !sameFamily.some((one) => one?.value === address.value);
}

/** A node's own health addresses: what it announces, and what its agent gave its health endpoint. */
export function ownHealthIPs(node: NodeFacts | undefined): string[] {
  return [...new Set([...(node?.cilium?.healthIPs ?? []), ...(node?.agent?.endpoints?.health?.ips ?? [])])];
}

/** A CiliumNode or a list entry of a node that Kubernetes, whose nodes could be read, does not know. */
export function isGhost({ facts }: Members, node: NodeFacts): boolean {
  return node.kube === null && !node.remote && !facts.absent.has("nodes") && node.agent?.health == null;
}

/** fe80::/10 */
export function isLinkLocal(ip: string): boolean {
  const address = parseAddress(ip);
  return address?.family === 6 && address.value >> 118n === 0x3fan;
}
