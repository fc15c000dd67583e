import type { NodeFacts } from "../../model/facts.ts";
import { success } from "../../model/matrix.ts";
import { failingWhere, type PathCells, sinksOf, sourcesOf } from "../matrix/failing.ts";
import { fine } from "../matrix/planes.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { isForeign, ownHealthIPs, probedAddress, probedAddresses } from "../settings/announced.ts";
import { isHeard } from "../settings/wire.ts";

/**
 * An agent still probes the health address a node had before its agent restarted (cilium/cilium#18302, #24411, #30297).
 * Comes before every path fault, since those probe the right address.
 */
export const staleHealthEndpointIp: Rule = {
  causes: [
    {
      id: "stale-health-endpoint-ip",
      severity: "warning",
      title: "agents probe a health address that no longer exists",
      meaning:
        "A node's health endpoint has got a new address, and other agents still probe the old one. Pods are not affected: the view is wrong, not the path.",
      apart: "In every real path fault the probed address is the one the node's own agent and its CiliumNode name.",
      confirm:
        "`cilium-dbg node list -o json` in the observing agent has another health address for the node than the row reserved:health of `cilium-dbg endpoint list` in the node's own agent.",
      fix: "restart the observing agents, and upgrade where it returns (1.11.0, and meshes of 1.13 and 1.14, are known for it)",
      docs: "health",
    },
  ],
  find: (scene) => {
    const seen = seenAddresses(scene);
    const own = scene.nodes.map((node, at) => (isRead(node) ? trueHealthIPs(node) : (seen.get(at)?.ips ?? [])));
    const cells = failingWhere(scene, (from, to, target) => {
      if (target !== "endpoint" || from === to) return false;
      const probed = probedAddresses(scene, from, to, "endpoint");
      return probed.length > 0 && probed.every((ip) => isForeign(ip, own[to] ?? []));
    });
    return sinksOf(cells, scene.size).map((to) => claim(scene, to, cells, { bySelf: false, ips: [], ...seen.get(to) }));
  },
};

/** What its CiliumNode announces or its agent's endpoint list has, and it is of this cluster. */
function isRead(node: NodeFacts | undefined): boolean {
  return node?.remote === false && ownHealthIPs(node).length > 0;
}

/** Its agent's endpoint list has the endpoint as it is; the CiliumNode is what others are told, and may be old as well. */
function trueHealthIPs(node: NodeFacts | undefined): readonly string[] {
  const own = node?.agent?.endpoints?.health?.ips ?? [];
  return own.length > 0 ? own : (node?.cilium?.healthIPs ?? []);
}

/** Its CiliumNode sends the others to an address that its health endpoint does not have. */
function announcesOld(node: NodeFacts | undefined): boolean {
  const own = trueHealthIPs(node);
  return (node?.cilium?.healthIPs ?? []).some((ip) => isForeign(ip, own));
}

/** A node's health addresses by what agents see. */
interface Seen {
  /** Its own agent lists them: no other can know better. */
  readonly bySelf: boolean;
  readonly ips: readonly string[];
}

/**
 * A remote node cannot be asked, and a saved view may be all there is: its own view names its address, else what other
 * agents reach of it is. Only asked where one fails.
 */
function seenAddresses(scene: Scene): Map<number, Seen> {
  const failing = failingWhere(scene, (_from, to, target) => target === "endpoint" && !isRead(scene.nodes[to]));
  const isBroken = new Set(failing.endpoint);
  const seen = new Map<number, Seen>();
  for (const to of sinksOf(failing, scene.size)) {
    const self = isHeard(scene.nodes[to]) ? probedAddresses(scene, to, to, "endpoint") : [];
    const ips = new Set<string>(self);
    for (let from = 0; from < scene.size && self.length === 0; from++) {
      if (reaches(scene, from, to) && !isBroken.has(from * scene.size + to))
        ips.add(probedAddress(scene, from, to, "endpoint"));
    }
    seen.set(to, { bySelf: self.length > 0, ips: [...ips] });
  }
  return seen;
}

/** A result too old to trust counts only where the view never had a time, as one that was pasted without its head. */
function reaches(scene: Scene, from: number, to: number): boolean {
  if (scene.planes.primary["endpoint-http"][from * scene.size + to] === fine) return true;
  if (scene.nodes[from]?.agent?.health?.timestamp !== 0) return false;
  return scene.facts.matrix.rows[from]?.endpoint.positions[0]?.http.outcome[to] === success;
}

function claim(scene: Scene, to: number, all: PathCells, { bySelf, ips }: Seen): Claim {
  const node = scene.nodes[to];
  const name = nameOf(scene, to);
  const endpoint = all.endpoint.filter((cell) => cell % scene.size === to);
  const observers = sourcesOf({ host: [], endpoint }, scene.size);
  const [first = 0] = observers;
  const probed = probedAddress(scene, first, to, "endpoint");
  const isOwnRead = isRead(node);
  const own = isOwnRead ? trueHealthIPs(node) : ips;
  return {
    id: "stale-health-endpoint-ip",
    confidence: isOwnRead || bySelf ? "confirmed" : "likely",
    title: `${observers.length === 1 ? "an agent probes" : `${observers.length} agents probe`} an old health address of ${name}`,
    nodes: [name, ...observers.map((from) => nameOf(scene, from))],
    host: [],
    endpoint,
    evidence: [
      {
        text: `${nameOf(scene, first)} probes ${probed} for ${name}`,
        node: nameOf(scene, first),
        capture: "cilium-health-status.json",
      },
      isOwnRead || bySelf
        ? {
            text: `${isOwnRead ? ownSource(scene, to) : "its own agent probes itself at"} ${own.join(" and ")}`,
            node: name,
          }
        : { text: `other agents reach ${name} at ${own.join(" and ")}` },
    ],
    ...(announcesOld(node) ? { fix: `restart the agent of ${name}, which announces its health endpoint anew` } : {}),
    confirm: [
      {
        node: nameOf(scene, first),
        argv: ["cilium-dbg", "node", "list", "-o", "json"],
        expect: `${probed} as health endpoint of ${name}`,
      },
      ...(isOwnRead && node?.agent !== null
        ? [{ node: name, argv: ["cilium-dbg", "endpoint", "list"], expect: `reserved:health at ${own[0] ?? ""}` }]
        : []),
    ],
  };
}

function ownSource(scene: Scene, to: number): string {
  const node = scene.nodes[to];
  const announced = node?.cilium?.healthIPs ?? [];
  const own = node?.agent?.endpoints?.health?.ips ?? [];
  if (own.length === 0) return "its CiliumNode names";
  if (announcesOld(node)) return `its CiliumNode announces ${announced.join(" and ")}, its own endpoint list names`;
  return announced.length === 0 ? "its own endpoint list names" : "its CiliumNode and its own endpoint list name";
}
