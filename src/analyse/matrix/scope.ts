import type { NodeFacts } from "../../model/facts.ts";
import type { Protocol, Target } from "../../model/matrix.ts";
import type { Scope } from "../../model/request.ts";

/** A scope made concrete for one set of nodes. */
export interface Lens {
  /** By node index: 1 when paths from or to this node are looked at. */
  readonly nodes: Uint8Array;
  readonly targets: readonly Target[];
  readonly protocols: readonly Protocol[];
}

export function lens(scope: Scope, nodes: readonly NodeFacts[]): Lens {
  const patterns = scope.nodes.map(globPattern);
  const zones = new Set(scope.zones);
  return {
    nodes: Uint8Array.from(nodes, (node) => {
      const named = patterns.length === 0 || patterns.some((pattern) => pattern.test(node.name));
      return named && (zones.size === 0 || zones.has(zoneOf(node))) ? 1 : 0;
    }),
    targets: scope.target === null ? ["host", "endpoint"] : [scope.target],
    protocols: scope.protocol === null ? ["icmp", "http"] : [scope.protocol],
  };
}

export function zoneOf(node: NodeFacts): string {
  const labels = node.kube?.labels;
  return labels?.get("topology.kubernetes.io/zone") ?? labels?.get("failure-domain.beta.kubernetes.io/zone") ?? "";
}

/** `*` and `?` as in a shell; everything else is meant as written. */
export function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`);
}

/** Patterns that match no node: a typing error that would otherwise look like a healthy cluster. */
export function unmatched(globs: readonly string[], nodes: readonly { readonly name: string }[]): string[] {
  return globs.filter((glob) => !nodes.some((node) => globPattern(glob).test(node.name)));
}
