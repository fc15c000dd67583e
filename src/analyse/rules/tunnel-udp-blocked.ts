import {
  type FilterEvidence,
  filterCaptures,
  filterEvidenceBothWays,
  type Needed,
  openEvidence,
} from "../evidence/filter-evidence.ts";
import { packetsBecause, policyDenied, readBpfMetrics } from "../reads/bpf-metrics.ts";
import { readLinks } from "../reads/ip-link.ts";
import type { Cause, Claim, ConfirmStep, Rule } from "../rule.ts";
import { confirmingText, healthyControl, nameOf, type Scene } from "../scene.ts";
import { toldTunnelPort } from "../settings/tunnel-ports.ts";
import { isOnVmware } from "../settings/vmware.ts";
import {
  isRoutingUnknown,
  isTunnel,
  settingsAgree,
  type TunnelPort,
  trustsPing,
  tunnelPort,
} from "../settings/wire.ts";
import { failsBothWays, isHalfSeen } from "../shapes/both-ways.ts";
import {
  askedNode,
  countEvidence,
  type Enforcement,
  enforcementEvidence,
  enforcementOf,
  suspectsOf,
  wantFromFigures,
} from "../shapes/figure-facts.ts";
import { membersOf, namesOf, placeOf } from "../shapes/figure-words.ts";
import { type Figure, figuresOf, joinAlike, podPathDead } from "../shapes/signature.ts";

/**
 * The tunnel's UDP port is lost on the way. Probe and reply are two flows to that port, so that one node's filter, in
 * either direction, cuts it off both ways (cilium/cilium#372, #40167).
 */
export const tunnelUdpBlocked: Rule = {
  causes: [blockedCause("vxlan", "VXLAN", 8472), blockedCause("geneve", "Geneve", 6081)],
  find: (scene) => figures(scene).map((figure) => claim(scene, figure)),
  wants: (scene) => wantFromFigures(scene, figures(scene), [...filterCaptures, "ip-link.json", "bpf-metrics.json"]),
};

function blockedCause(protocol: string, name: string, port: number): Cause {
  return {
    id: `${protocol}-udp-blocked`,
    severity: "error",
    title: `${name} packets between nodes are lost`,
    meaning: `Nodes reach each other's own addresses, but nothing that is wrapped in ${name} arrives: pods on the nodes concerned cannot talk to pods elsewhere. A packet filter of a host, a security group or a network policy of the cloud lets the nodes talk and forgets udp/${port}.`,
    apart: `A policy on the health endpoint shows as enforcement there and counts drops; a host that does not forward is not reached, but reaches the others, while a lost tunnel port cuts a node off both ways; a broken checksum offload still lets ping cross; with encryption on, it is the encrypted packet that is lost.`,
    confirm: `\`ip -s link show cilium_${protocol}\` in the agent, run twice, a minute apart, shows TX packets growing and RX packets standing nearly still, where both grow on a node that works; \`iptables -S\` shows whether a rule or policy of the node's own INPUT or OUTPUT drops the port.`,
    fix: `allow udp/${port} (or the port set as tunnel-port) from and to every node, in both directions, in host filters and in the cloud's`,
    docs: "firewall",
  };
}

function figures(scene: Scene): Figure[] {
  if (!isTunnel(scene)) return [];
  const own = figuresOf(scene, podPathDead).filter((figure) => failsBothWays(scene, figure));
  return joinAlike(own).filter((figure) => settingsAgree(scene, sides(scene, figure)));
}

/** Who must agree on the settings: the nodes of a group or pair, and everybody where one node is cut off. */
function sides(scene: Scene, figure: Figure): number[] {
  if (figure.kind === "block" || figure.kind === "pair") return membersOf(scene, figure);
  return scene.nodes.map((_, node) => node);
}

function claim(scene: Scene, figure: Figure): Claim {
  const tunnel = tunnelPort(scene);
  const needed: Needed = { protocol: "udp", port: tunnel.port };
  const filters = filterEvidenceBothWays(scene, figure, needed);
  const enforcement = enforcementOf(scene, figure);
  return {
    id: `${tunnel.protocol}-udp-blocked`,
    confidence: confidence(scene, figure, filters, enforcement),
    title: `${nameOfProtocol(tunnel)}, udp/${tunnel.port}, is lost ${placeOf(scene, figure)}`,
    nodes: namesOf(scene, membersOf(scene, figure)),
    host: [],
    endpoint: figure.cells,
    evidence: [
      ...countEvidence(scene, figure, "node addresses answer and health endpoints are silent"),
      ...filters.evidence,
      ...openEvidence(scene, filters, needed),
      ...enforcementEvidence(scene, enforcement),
      ...deniedEvidence(scene, figure),
      ...deviceEvidence(scene, figure, tunnel),
    ],
    alternatives: filters.proven ? [] : alternatives(scene, figure, enforcement),
    confirm: confirmSteps(scene, figure, tunnel),
    fix: `allow udp/${tunnel.port} ${placeOf(scene, figure)}, in both directions, in host filters and in the cloud's`,
  };
}

function nameOfProtocol({ protocol }: TunnelPort): string {
  return protocol === "geneve" ? "Geneve" : "VXLAN";
}

/** A filter rule that was read proves it; the pattern is telling only where both sides of the paths were heard. */
function confidence(scene: Scene, figure: Figure, filters: FilterEvidence, { some }: Enforcement): Claim["confidence"] {
  if (filters.proven) return "confirmed";
  const isVague =
    isRoutingUnknown(scene) || isHalfSeen(figure) || some.length > 0 || scene.settings.encryption !== "disabled";
  return isVague || figure.by === "cluster" || (figure.kind === "pair" && scene.size > 2) ? "possible" : "likely";
}

/** A drop count of policies that is read once proves nothing, its absence speaks for the network. */
function deniedEvidence(scene: Scene, figure: Figure): Claim["evidence"] {
  for (const node of suspectsOf(scene, figure)) {
    const counts = readBpfMetrics(confirmingText(scene.nodes[node], "bpf-metrics.json") ?? "");
    if (counts === null || packetsBecause(counts, policyDenied) > 0) continue;
    const text = `the datapath of ${nameOf(scene, node)} has counted no packet as denied by policy`;
    return [{ text, node: nameOf(scene, node), capture: "bpf-metrics.json" }];
  }
  return [];
}

/** A device that has sent and never received a packet: the one thing its counters can tell when read once. */
function deviceEvidence(scene: Scene, figure: Figure, { protocol }: TunnelPort): Claim["evidence"] {
  for (const node of suspectsOf(scene, figure)) {
    const links = readLinks(confirmingText(scene.nodes[node], "ip-link.json") ?? "");
    const link = links?.find((one) => one.name === `cilium_${protocol}`);
    if (link === undefined || link.rxPackets > 0 || link.txPackets === 0) continue;
    const text = `${link.name} of ${nameOf(scene, node)} has sent ${link.txPackets} packets and never received one`;
    return [{ text, node: nameOf(scene, node), capture: "ip-link.json" }];
  }
  return [];
}

function alternatives(
  scene: Scene,
  figure: Figure,
  { none, some, unread }: Enforcement,
): readonly { id: string; why: string }[] {
  const { protocol, port } = tunnelPort(scene);
  const options: { id: string; why: string; if: boolean }[] = [
    {
      id: "policy-blocks-health",
      why: "a policy on the health endpoints fails the same probes; their enforcement, and drops counted as denied by policy, would tell",
      if: some.length > 0 || (none.length === 0 && unread.length > 0),
    },
    {
      id: scene.settings.encryption === "ipsec" ? "ipsec-esp-blocked" : "wireguard-udp-blocked",
      why: "where encryption is on, the encrypted packet may be what is lost; the encryption status of both ends would tell",
      if: scene.settings.encryption !== "disabled",
    },
    {
      id: "native-no-l2-route",
      why: "how this cluster routes is not known; with native routing there is no tunnel, and the nodes may have no route to each other's pods; routing-mode in cilium-config would tell",
      if: isRoutingUnknown(scene),
    },
    {
      id: "forward-drop",
      why: "of the node's own view nothing is known; if it reaches the others, it does not forward rather than not receive the tunnel",
      if: isHalfSeen(figure) && figure.kind !== "row",
    },
    {
      id: "vxlan-offload-vmware",
      why: "NSX on VMware hosts takes udp/8472 for its own tunnel and loses all of it; another tunnel port would heal that",
      if: protocol === "vxlan" && port === 8472 && isOnVmware(scene, membersOf(scene, figure)),
    },
    {
      id: "stale-tunnel-entry",
      why: "one of the two may send to a wrong node; the tunnel endpoint of the other's health IP in its ipcache would tell",
      if: figure.kind === "pair",
    },
    {
      id: "clustermesh-config-mismatch",
      why: "clusters with unlike routing or encryption, or with pod CIDRs that overlap, fail the same way; compare their cilium-config",
      if: figure.by === "cluster",
    },
    {
      id: "checksum-offload",
      why: "ping is not to be trusted before Cilium 1.15, so that a lost TCP packet alone may look like this; a rising InCsumErrors would tell",
      if: !trustsPing(scene),
    },
    {
      id: "config-skew",
      why: "an agent that still runs an earlier tunnel port or protocol fails likewise; the line for tunnel traffic of iptables -S CILIUM_OUTPUT on both sides would tell",
      if: !isPortKnown(scene, figure),
    },
  ];
  return options.filter((option) => option.if).map(({ id, why }) => ({ id, why }));
}

/** All that were asked say one port, on either side: differing ones are a finding of their own. */
function isPortKnown(scene: Scene, figure: Figure): boolean {
  const inside = new Set(membersOf(scene, figure));
  const told = scene.nodes.map((_, node) => toldTunnelPort(scene, node) !== "");
  return (
    figure.kind !== "all" &&
    [true, false].every((side) => told.some((isTold, node) => isTold && inside.has(node) === side))
  );
}

function confirmSteps(scene: Scene, figure: Figure, tunnel: TunnelPort): ConfirmStep[] {
  const argv = ["ip", "-s", "link", "show", `cilium_${tunnel.protocol}`];
  const node = askedNode(scene, figure);
  const control = healthyControl(scene, membersOf(scene, figure));
  const steps: ConfirmStep[] = [];
  if (node !== null) {
    const expect = "run twice, a minute apart: TX packets grow, RX packets stand nearly still";
    steps.push({ node, argv, expect });
    steps.push({
      node,
      argv: ["iptables", "-S"],
      expect: `a rule or policy of INPUT or OUTPUT that drops udp/${tunnel.port}`,
    });
  }
  if (control !== null) steps.push({ node: control, argv, expect: "here, RX packets grow as TX packets do" });
  return steps;
}
