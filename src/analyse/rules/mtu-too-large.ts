import { type Sizes, sizesOf } from "../evidence/packet-sizes.ts";
import type { Claim, Rule } from "../rule.ts";
import { type Scene, wantFrom } from "../scene.ts";
import { listNames } from "../shapes/figure-words.ts";

/** Probes are tiny: cilium/cilium#14339, rancher/rke2#2114, cozystack/cozystack#2147. */
export const mtuTooLarge: Rule = {
  causes: [
    {
      id: "mtu-too-large",
      severity: "info",
      title: "pods may send packets that are too large for the network",
      meaning:
        "Cilium gives pods a larger MTU than the interface between the nodes carries once a tunnel's headers are added. Probes, handshakes and small answers pass, so everything here is green, while large answers and uploads hang.",
      apart:
        "Probes never show it: they are smaller than any MTU. It is read from the interfaces and routes of the nodes.",
      confirm:
        "`ip -o link` in the agent shows an interface between the nodes with a smaller MTU than cilium_host, or than another node's.",
      fix: "set MTU in the Helm values to that of the smallest interface between nodes, or remove the setting so that Cilium finds it, then restart the agents and the pods",
      docs: "requirements",
    },
  ],
  wants: (scene) => {
    const set = scene.facts.config?.get("mtu") ?? "0";
    if (set === "0" || set === "") return [];
    const all = scene.nodes.map((_node, index) => index);
    return wantFrom(scene, all, ["ip-link.json", "ip-route.txt"]);
  },
  find: (scene) => {
    const read = scene.nodes.flatMap((node) => sizesOf(scene, node) ?? []);
    const tight = read.filter(({ largest, link }) => largest > link.mtu);
    return tight.length > 0 ? [ownClaim(scene, tight)] : unlikeClaim(scene, read);
  },
};

function ownClaim(scene: Scene, tight: readonly Sizes[]): Claim {
  const names = tight.map(({ name }) => name);
  const set = scene.facts.config?.get("mtu");
  return claim(`packets of pods on ${listNames(names)} can be too large for the network`, names, "confirmed", [
    ...tight.slice(0, 3).map(({ name, largest, how, link }) => ({
      text: `${name}: ${how}, up to ${largest} bytes on the wire; ${link.name} carries ${link.mtu}`,
      node: name,
      capture: "ip-link.json" as const,
    })),
    ...(set === undefined ? [] : [{ text: `cilium-config says mtu: ${set}` }]),
  ]);
}

/** Nodes that send larger packets than another's interface takes; a router between them may still say so. */
function unlikeClaim(_scene: Scene, read: readonly Sizes[]): Claim[] {
  const [first] = read;
  if (first === undefined) return [];
  const least = read.reduce((a, b) => (b.link.mtu < a.link.mtu ? b : a), first);
  const senders = read.filter(({ largest }) => largest > least.link.mtu);
  if (senders.length === 0) return [];
  const names = [...senders.map(({ name }) => name), least.name];
  return [
    claim(`${least.name} has a smaller MTU than other nodes send`, names, "possible", [
      ...senders.slice(0, 2).map(({ name, largest, how }) => ({
        text: `${name}: ${how}, up to ${largest} bytes on the wire`,
        node: name,
        capture: "ip-link.json" as const,
      })),
      {
        text: `${least.name}: ${least.link.name} carries ${least.link.mtu}`,
        node: least.name,
        capture: "ip-link.json",
      },
    ]),
  ];
}

function claim(
  title: string,
  nodes: readonly string[],
  confidence: Claim["confidence"],
  evidence: Claim["evidence"],
): Claim {
  return {
    id: "mtu-too-large",
    confidence,
    title,
    nodes,
    host: [],
    endpoint: [],
    evidence,
    confirm: nodes.slice(0, 2).map((node) => ({
      node,
      argv: ["ip", "-o", "link"],
      expect: "the interface between nodes has a smaller MTU than cilium_host, or than another node's",
    })),
  };
}
