import { addressOf, healthAddress } from "../evidence/native-routing.ts";
import { blank, failed, fine, refused } from "../matrix/planes.ts";
import { readIptables } from "../reads/iptables.ts";
import { type Fate, fateOf, type Packet } from "../reads/packet-fate.ts";
import type { Claim, Rule } from "../rule.ts";
import { confirmingText, nameOf, type Scene } from "../scene.ts";
import { parseAddress } from "../settings/cidr.ts";
import { listNames, namesOf } from "../shapes/figure-words.ts";

const id = "foreign-snat";

/** Host-to-pod traffic is rewritten (cilium/cilium#16275; symptoms in #26897 and #18294). */
export const foreignSnat: Rule = {
  causes: [
    {
      id,
      severity: "error",
      title: "traffic from nodes to pods gets another source address on its way",
      meaning:
        "A NAT rule that is not Cilium's rewrites the sender of packets from a node to pods of other nodes: left-over chains of an earlier network plugin, or a masquerading rule whose exceptions miss the pod ranges. Replies then go astray, TCP first.",
      apart:
        "stale-health-endpoint-ip probes another address; a checksum fault shows in TCP's InCsumErrors. Here the rule stands in the POSTROUTING chain of the sending node.",
      confirm:
        "`iptables -t nat -S POSTROUTING` in the sender's agent shows SNAT or MASQUERADE rules, or chains, that are not Cilium's.",
      fix: "remove the left-over chains (a reboot does), or switch to BPF masquerading with the right native routing CIDR",
      docs: "routing",
    },
  ],
  wants: (scene) =>
    sourcesOf(scene, podPathCells(scene))
      .slice(0, 4)
      .flatMap((node) =>
        (["iptables-nat.txt", "ip-route.txt"] as const).map((capture) => ({ node: nameOf(scene, node), capture })),
      ),
  find: (scene) => {
    const cells = podPathCells(scene);
    if (cells.length === 0) return [];
    const rewriting = sourcesOf(scene, cells).filter((node) => suspicionOf(scene, node, cells) !== null);
    return rewriting.length === 0 ? [] : [claim(scene, cells, rewriting)];
  },
};

/**
 * Failing HTTP probes of health endpoints where the node answers; empty unless nearly all of the mesh fails so. A node
 * that is out of reach, or whose agent was away, tells nothing of it: only a pod that answers speaks against it.
 */
function podPathCells({ planes, shapes, size }: Scene): number[] {
  if (!shapes.some(({ probes }) => probes.includes("endpoint-http"))) return [];
  const [endpoint, host] = [planes.primary["endpoint-http"], planes.primary["host-http"]];
  const cells: number[] = [];
  let answered = 0;
  for (let cell = 0; cell < endpoint.length; cell++) {
    const value = endpoint[cell];
    if (value === blank) continue;
    if (cell % (size + 1) === 0) {
      if (failed(value)) return [];
      continue;
    }
    if (value === fine) answered++;
    else if (value !== refused && !failed(host[cell])) cells.push(cell);
  }
  return cells.length >= (cells.length + answered) * 0.95 && cells.length > 1 ? cells : [];
}

function sourcesOf({ size, nodes }: Scene, cells: readonly number[]): number[] {
  const sources = new Set(cells.map((cell) => Math.floor(cell / size)));
  return [...sources].filter((node) => nodes[node]?.agent?.health != null);
}

interface Suspicion {
  readonly text: string;
  /** The rule surely matches; else only a chain of another plugin is left. */
  readonly sure: boolean;
}

function suspicionOf(scene: Scene, node: number, cells: readonly number[]): Suspicion | null {
  const text = confirmingText(scene.nodes[node], "iptables-nat.txt");
  if (text === null) return null;
  const cell = cells.find((one) => Math.floor(one / scene.size) === node);
  if (cell === undefined) return null;
  const rules = readIptables(text);
  const fate: Fate | null = fateOf(rules, "POSTROUTING", probePacket(scene, node, cell));
  if (fate?.outcome === "rewrite") return { text: fate.by, sure: fate.certain };
  const chain = rules.chains.get("POSTROUTING")?.find(({ target }) => foreignChain.test(target));
  return chain === undefined ? null : { text: chain.text, sure: false };
}

/** Chains that other network plugins hang into POSTROUTING: AWS VPC CNI, flannel, Calico, Weave, ip-masq-agent. */
const foreignChain = /^(?:AWS-SNAT-CHAIN|FLANNEL-POSTRTG|cali-POSTROUTING|WEAVE$|IP-MASQ)/;

/** Through the tunnel it leaves by cilium_host with its address, in native mode by the NIC with the node's. */
function probePacket(scene: Scene, node: number, cell: number): Packet {
  const isNative = scene.settings.routingMode === "native";
  const inner = parseAddress(scene.nodes[node]?.cilium?.ciliumInternalIPs[0] ?? "");
  return {
    inInterface: "",
    outInterface: isNative ? "" : "cilium_host",
    source: isNative ? addressOf(scene, node) : inner,
    destination: parseAddress(healthAddress(scene, cell)),
    protocol: "tcp",
    state: "NEW",
    destinationPort: 4240,
  };
}

function claim(scene: Scene, cells: readonly number[], nodes: readonly number[]): Claim {
  const shown = nodes.map((node) => ({ node, suspicion: suspicionOf(scene, node, cells) }));
  return {
    id,
    confidence: shown.every(({ suspicion }) => suspicion?.sure === true) ? "likely" : "possible",
    title: `${listNames(namesOf(scene, nodes))} may rewrite the sender of packets for pods of other nodes`,
    nodes: namesOf(scene, nodes),
    host: [],
    endpoint: cells,
    evidence: [
      ...shown.map(({ node, suspicion }) => ({
        text:
          suspicion?.sure === true
            ? `POSTROUTING rewrites probes by "${suspicion.text}"`
            : `POSTROUTING holds "${suspicion?.text ?? ""}"`,
        node: nameOf(scene, node),
        capture: "iptables-nat.txt" as const,
      })),
      { text: `${cells.length} HTTP probes of health endpoints get no answer while the nodes and their own agents do` },
    ],
    alternatives: [{ id: "checksum-offload", why: "TCP InCsumErrors in /proc/net/snmp would grow on the receiver" }],
    confirm: nodes.slice(0, 2).map((node) => ({
      node: nameOf(scene, node),
      argv: ["iptables", "-t", "nat", "-S", "POSTROUTING"],
      expect: "SNAT or MASQUERADE rules, or chains, that are not Cilium's",
    })),
  };
}
