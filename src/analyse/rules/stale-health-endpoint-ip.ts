import { failingWhere, type PathCells, sinksOf, sourcesOf } from "../matrix/failing.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { isForeign, ownHealthIPs, probedAddress, probedAddresses } from "../settings/announced.ts";

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
    const reached = reachedRemoteAddresses(scene);
    const own = scene.nodes.map((node, at) => (node.remote ? (reached.get(at) ?? []) : ownHealthIPs(node)));
    const cells = failingWhere(scene, (from, to, target) => {
      if (target !== "endpoint" || from === to) return false;
      const probed = probedAddresses(scene, from, to, "endpoint");
      return probed.length > 0 && probed.every((ip) => isForeign(ip, own[to] ?? []));
    });
    return sinksOf(cells, scene.size).map((to) => claim(scene, to, cells, own[to] ?? []));
  },
};

/** A remote node cannot be asked: what other agents here reach of it is its address. Only asked where one fails. */
function reachedRemoteAddresses(scene: Scene): Map<number, string[]> {
  const failing = failingWhere(scene, (_from, to, target) => target === "endpoint" && scene.nodes[to]?.remote === true);
  const reached = new Map<number, string[]>();
  const isBroken = new Set(failing.endpoint);
  for (const to of sinksOf(failing, scene.size)) {
    const addresses = new Set<string>();
    for (let from = 0; from < scene.size; from++) {
      const isFine = scene.planes.primary["endpoint-http"][from * scene.size + to] === 1;
      if (isFine && !isBroken.has(from * scene.size + to)) addresses.add(probedAddress(scene, from, to, "endpoint"));
    }
    reached.set(to, [...addresses]);
  }
  return reached;
}

function claim(scene: Scene, to: number, all: PathCells, own: readonly string[]): Claim {
  const node = scene.nodes[to];
  const name = nameOf(scene, to);
  const endpoint = all.endpoint.filter((cell) => cell % scene.size === to);
  const observers = sourcesOf({ host: [], endpoint }, scene.size);
  const [first = 0] = observers;
  const probed = probedAddress(scene, first, to, "endpoint");
  const isRead = node?.remote !== true;
  return {
    id: "stale-health-endpoint-ip",
    confidence: isRead ? "confirmed" : "likely",
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
      isRead
        ? { text: `${ownSource(scene, to)} ${own.join(" and ")}`, node: name }
        : { text: `other agents reach ${name} at ${own.join(" and ")}` },
    ],
    confirm: [
      {
        node: nameOf(scene, first),
        argv: ["cilium-dbg", "node", "list", "-o", "json"],
        expect: `${probed} as health endpoint of ${name}`,
      },
      ...(isRead && node?.agent !== null
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
  return announced.length === 0 ? "its own endpoint list names" : "its CiliumNode and its own endpoint list name";
}
