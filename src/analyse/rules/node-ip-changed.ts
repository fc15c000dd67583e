import { failingAmong, failingWhere, type PathCells, sinksOf, sourcesOf } from "../matrix/failing.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { isForeign, probedAddress } from "../settings/announced.ts";
import { isTunnel } from "../settings/wire.ts";

/** Agents that still use the address a node had before (cilium/cilium#31066, #15406). */
export const nodeIpChanged: Rule = {
  causes: [
    {
      id: "node-ip-changed",
      severity: "error",
      title: "a node's address has changed and others still use the old one",
      meaning:
        "The node has another InternalIP than the one some agents probe and send their tunnel packets to. Restarting an observer makes it learn the new one.",
      apart: "With wrong-node-ip-picked all agents and Kubernetes agree on the address, and it never changes.",
      confirm:
        "`cilium-dbg node list -o json` in an observing agent has another address for the node than the INTERNAL-IP of `kubectl get node NODE -o wide`.",
      fix: "restart the agents that use the old address, then the node's own; with IPsec the old address also leaves wrong XFRM state behind",
      docs: "ipsec",
    },
  ],
  find: (scene) => {
    const cells = failingWhere(scene, (from, to, target) => target === "host" && isElsewhere(scene, from, to));
    const changed = sinksOf(cells, scene.size);
    return changed.length * 2 > scene.size ? [] : changed.map((to) => claim(scene, to, cells));
  },
};

/** The address an agent probes is none that Kubernetes has for the node. */
function isElsewhere(scene: Scene, from: number, to: number): boolean {
  const own = scene.nodes[to]?.kube?.internalIPs ?? [];
  const positions = scene.facts.matrix.rows[from]?.host.positions.length ?? 0;
  return Array.from({ length: positions }, (_, at) => probedAddress(scene, from, to, "host", at)).some((ip) =>
    isForeign(ip, own),
  );
}

/** Through a tunnel the answers to what the node begins go to the address that the observer holds for it. */
function waysBack(scene: Scene, cells: readonly number[]): number[] {
  if (!isTunnel(scene)) return [];
  return cells.map((cell) => (cell % scene.size) * scene.size + Math.floor(cell / scene.size));
}

function claim(scene: Scene, to: number, all: PathCells): Claim {
  const name = nameOf(scene, to);
  const node = scene.nodes[to];
  const hosts = all.host.filter((cell) => cell % scene.size === to);
  const observers = sourcesOf({ host: hosts, endpoint: [] }, scene.size);
  const [first = 0] = observers;
  const old = probedAddress(scene, first, to, "host");
  const current = node?.kube?.internalIPs.join(", ") ?? "";
  const isAnnounced = node?.cilium?.internalIPs.includes(old) === true;
  return {
    id: "node-ip-changed",
    confidence: "confirmed",
    title: `${observers.length} agents still use an old address of ${name}, ${old}`,
    nodes: [name, ...observers.filter((from) => from !== to).map((from) => nameOf(scene, from))],
    host: hosts,
    endpoint: failingAmong(scene, [...hosts, ...waysBack(scene, hosts)]).endpoint,
    evidence: [
      {
        text: `${nameOf(scene, first)} probes ${old} for ${name}`,
        node: nameOf(scene, first),
        capture: "cilium-health-status.json",
      },
      { text: `Kubernetes has ${current} as InternalIP of ${name}`, node: name },
      ...(isAnnounced ? [{ text: `its own CiliumNode still announces ${old}`, node: name }] : []),
    ],
    confirm: [
      {
        node: nameOf(scene, first),
        argv: ["cilium-dbg", "node", "list", "-o", "json"],
        expect: `${old} as address of ${name}`,
      },
      { node: null, argv: ["get", "node", name, "-o", "wide"], expect: `INTERNAL-IP ${current}` },
    ],
    ...(isAnnounced ? { fix: `restart the agent of ${name}, so that it announces its new address` } : {}),
  };
}
