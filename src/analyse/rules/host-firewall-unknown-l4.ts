import { cellsTo, isWhole, joined, judgeAll, podPathFails } from "../matrix/judged-cells.ts";
import { packetsBecause, readBpfMetrics } from "../reads/bpf-metrics.ts";
import type { Claim, Rule } from "../rule.ts";
import { confirmingText, nameOf, type Scene, wantFrom } from "../scene.ts";
import { listNames } from "../shapes/figure-words.ts";

/** The host firewall does not know ESP or IPIP: cilium/cilium#20419, #34036, #41854. */
export const hostFirewallUnknownL4: Rule = {
  causes: [
    {
      id: "host-firewall-unknown-l4",
      severity: "error",
      title: "the host firewall drops a protocol it does not track",
      meaning:
        "Cilium's host firewall is on, and the pod path travels in a protocol whose connections it cannot track: ESP of IPsec, or IPIP of another router. Every such packet is dropped as CT: Unknown L4 protocol, from the moment the firewall was switched on.",
      apart: "ipsec-esp-blocked is a filter outside of Cilium: no agent counts packets under CT: Unknown L4 protocol.",
      confirm: "CT: Unknown L4 protocol in `cilium-dbg bpf metrics list` grows between two reads a minute apart.",
      fix: "do not combine the host firewall with IPsec or IPIP, or set enable-extended-ip-protocols where the release has it",
      docs: "ipsec",
    },
  ],
  wants: (scene) => (isPossible(scene) ? wantFrom(scene, columnsOf(scene), ["bpf-metrics.json"]) : []),
  find: (scene) => (isPossible(scene) ? claims(scene) : []),
};

function isPossible({ shapes, facts, nodes }: Scene): boolean {
  if (shapes.length === 0 || facts.config?.get("enable-extended-ip-protocols") === "true") return false;
  if (facts.config?.get("enable-host-firewall") === "true") return true;
  return nodes.some((node) => node.agent?.status?.hostFirewall.toLowerCase() === "enabled");
}

/** Every path that is judged must fail on the pod path alone: the firewall was switched on for all. */
function columnsOf(scene: Scene): number[] {
  const judge = podPathFails(scene);
  const columns = scene.nodes.map((_node, node) => judgeAll(cellsTo(scene, node), judge));
  if (!isWhole(joined(columns))) return [];
  return columns.flatMap((column, node) => (isWhole(column) ? [node] : []));
}

/** Packets counted under the reason, null when the counters were not read. */
function unknownPackets(scene: Scene, node: number): number | null {
  const text = confirmingText(scene.nodes[node], "bpf-metrics.json");
  const counts = text === null ? null : readBpfMetrics(text);
  return counts === null ? null : packetsBecause(counts, /unknown l4 protocol/i);
}

function claims(scene: Scene): Claim[] {
  const columns = columnsOf(scene);
  const counted = columns.map((node) => ({ node, packets: unknownPackets(scene, node) }));
  const seen = counted.filter(({ packets }) => (packets ?? 0) > 0);
  const isRead = counted.some(({ packets }) => packets !== null);
  if (columns.length === 0 || (seen.length === 0 && (isRead || scene.settings.encryption !== "ipsec"))) return [];
  const judge = podPathFails(scene);
  const names = columns.map((node) => nameOf(scene, node));
  return [
    {
      id: "host-firewall-unknown-l4",
      confidence: seen.length > 0 ? "confirmed" : "likely",
      title: `the host firewall drops the pod path between nodes, to ${listNames(names)}`,
      nodes: names,
      host: [],
      endpoint: columns.flatMap((node) => [...judgeAll(cellsTo(scene, node), judge).cells]),
      evidence: [
        { text: `the host firewall is on, encryption is ${scene.settings.encryption}` },
        ...seen.slice(0, 3).map(({ node, packets }) => ({
          text: `${nameOf(scene, node)} has counted ${packets} packets dropped as CT: Unknown L4 protocol`,
          node: nameOf(scene, node),
          capture: "bpf-metrics.json" as const,
        })),
        { text: `the pod path fails between all ${names.length} nodes, the node path does not` },
      ],
      ...(seen.length > 0
        ? {}
        : { alternatives: [{ id: "ipsec-esp-blocked", why: "if no drops are counted as CT: Unknown L4 protocol" }] }),
      confirm: [
        {
          node: names[0] ?? null,
          argv: ["cilium-dbg", "bpf", "metrics", "list"],
          expect: "CT: Unknown L4 protocol: the count grows between two reads a minute apart",
        },
      ],
    },
  ];
}
