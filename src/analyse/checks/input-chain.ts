import type { Answer, Check, CheckScene } from "../check.ts";
import { namedFault, statusOf } from "../compare/named-faults.ts";
import { broken, doubtful, fine, perNode } from "../compare/per-node.ts";
import { textOf } from "../compare/readings.ts";
import { describe, hostFilter, type Needed } from "../evidence/filter-evidence.ts";
import { failed } from "../matrix/planes.ts";
import { healthPort, isTunnel, tunnelPort } from "../settings/wire.ts";
import { listNames, namesOf } from "../shapes/figure-words.ts";

/** Rules that name a filter on the node itself. */
const rules = [
  "host-input-drop",
  "host-firewall-reject",
  "vxlan-udp-blocked",
  "geneve-udp-blocked",
  "wireguard-udp-blocked",
  "ipsec-esp-blocked",
  "health-tcp-4240-blocked",
  "icmp-blocked",
];

export const inputChain: Check = {
  cause: {
    id: "input-chain",
    severity: "error",
    title: "whether a node's INPUT chain lets in what other nodes send",
    meaning:
      "A rule or the policy of the INPUT chain drops or rejects packets that Cilium needs between nodes: the health port, ping, the tunnel, WireGuard or ESP. Only what iptables lists is seen; rules that nft or a cloud holds are not.",
    apart:
      "Where probes fail by it the rule that names the port is shown. What an earlier rule may accept is not called dropped.",
    confirm: "`iptables -S INPUT` in the agent shows the rule or the policy DROP.",
    fix: "allow the health port, ICMP echo, the tunnel or WireGuard port and ESP from the other nodes, in both directions",
    docs: "firewall",
  },
  look: (checked) =>
    perNode(
      checked,
      (node) => textOf(checked, node, "iptables.txt"),
      (node) => judge(checked, node),
    ),
};

interface Closed {
  readonly from: number;
  readonly what: string;
  readonly by: string;
}

function judge(checked: CheckScene, node: number): Answer {
  const { scene } = checked;
  const closed = sources(checked, node).flatMap((from) => closedTo(checked, node, from));
  const [first] = closed;
  if (first === undefined) return fine(node);
  const whats = [...new Set(closed.map(({ what }) => what))];
  const froms = [...new Set(closed.map(({ from }) => from))];
  const whose = froms.length < sources(checked, node).length ? listNames(namesOf(scene, froms)) : "other nodes";
  const text = `the INPUT chain drops ${whats.join(", ")} from ${whose}: ${first.by}`;
  const fault = namedFault(checked, node, rules);
  if (fault !== null) return { node, status: statusOf(fault), text, id: fault.id, fix: fault.fix };
  return froms.some((from) => isLost(checked, from, node))
    ? broken(node, text)
    : doubtful(node, `${text}, though no probe fails by it`);
}

/** A rule may be about some senders alone; of a large cluster a few stand for all. */
const mostSources = 16;

function sources({ scene }: CheckScene, node: number): number[] {
  const others = scene.nodes.flatMap((other, at) => (at === node || other.remote || other.agent === null ? [] : [at]));
  const step = Math.max(1, Math.floor(others.length / mostSources));
  return others.filter((_, at) => at % step === 0).slice(0, mostSources);
}

function closedTo(checked: CheckScene, node: number, from: number): Closed[] {
  return needed(checked).flatMap((one) => {
    const fate = hostFilter(checked.scene, node, from, one);
    if (fate?.outcome !== "drop" && fate?.outcome !== "reject") return [];
    return [{ from, what: describe(one), by: fate.by }];
  });
}

/** Any probe of the path fails, of the node's address or its endpoint's. */
function isLost({ scene }: CheckScene, from: number, node: number): boolean {
  return Object.values(scene.planes.primary).some((plane) => failed(plane[from * scene.size + node]));
}

function needed({ scene }: CheckScene): Needed[] {
  const { encryption } = scene.settings;
  return [
    { protocol: "tcp", port: healthPort(scene) },
    { protocol: "icmp", port: 0 },
    ...(isTunnel(scene) ? [{ protocol: "udp", port: tunnelPort(scene).port } as const] : []),
    ...(encryption === "wireguard" ? [{ protocol: "udp", port: 51871 } as const] : []),
    ...(encryption === "ipsec" ? [{ protocol: "esp", port: 0 } as const] : []),
  ];
}
