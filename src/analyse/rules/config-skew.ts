import { readAgentConfig } from "../reads/agent-config.ts";
import type { Claim, Rule } from "../rule.ts";
import { confirmingText, nameOf, type Scene, wantFrom } from "../scene.ts";
import { findSkew, type Group, type Skew } from "../settings/skew.ts";
import { toldTunnelPort } from "../settings/tunnel-ports.ts";
import { isTunnel, tunnelPort } from "../settings/wire.ts";
import { listNames, namesOf } from "../shapes/figure-words.ts";

/** Some agents still run an older configuration than the others: cilium/cilium#12128 (comment). */
export const configSkew: Rule = {
  causes: [
    {
      id: "config-skew",
      severity: "error",
      title: "agents run different configurations",
      meaning:
        "cilium-config or the release was changed, and only some agents were restarted since. Old and new ones encapsulate, encrypt or listen differently and do not understand each other, while each group works among itself.",
      apart:
        "The groups that fail towards each other are those of a setting that the agents themselves report, or of their release. A firewall's groups follow zones and subnets.",
      confirm:
        "`cilium-dbg config --all` in one agent of each group shows different values of the setting that was changed; a tunnel port it does not have: that stands in `iptables -S CILIUM_OUTPUT`, on the line for tunnel traffic.",
      fix: "finish the roll-out: restart the agents that still run the old configuration",
      docs: "node-to-node",
    },
  ],
  wants: (scene) => {
    const skew = findSkew(scene);
    if (skew === null) return [];
    return wantFrom(
      scene,
      skew.groups.flatMap(({ nodes }) => nodes.slice(0, 2)),
      ["cilium-config.json"],
    );
  },
  find: (scene) => {
    const skew = findSkew(scene);
    return skew === null ? [] : [claim(scene, skew)];
  },
};

function claim(scene: Scene, skew: Skew): Claim {
  const isReported = skew.setting !== "release" && skew.setting !== "agent start";
  const onPort = skew.setting === "health port";
  const old = oldGroups(skew);
  const members = (old.length > 0 ? old : skew.groups).flatMap(({ nodes }) => nodes);
  const stale = listNames(namesOf(scene, members));
  return {
    id: "config-skew",
    confidence: isReported ? "confirmed" : "likely",
    title: `agents that differ in ${skew.setting} fail towards each other`,
    nodes: namesOf(scene, members),
    host: onPort ? skew.cells : [],
    endpoint: skew.cells,
    evidence: [
      ...skew.groups.slice(0, 4).map(({ value, nodes }) => groupEvidence(scene, skew, value, nodes)),
      {
        text: `${onPort ? "the health port" : "the pod path"} fails on ${skew.cells.length} of ${skew.judged} judged paths between these groups, and works within them`,
      },
      ...(skew.configured === "" ? [] : [{ text: `cilium-config now says ${skew.configured}` }]),
      ...(skew.setting === "agent start" ? portEvidence(scene) : startEvidence(scene, skew)),
      ...configEvidence(scene, skew),
    ],
    ...(isReported ? {} : { alternatives: [otherwise(scene)] }),
    confirm: skew.groups.slice(0, 2).map(({ nodes }) => ({
      node: nameOf(scene, nodes[0] ?? 0),
      argv: skew.setting === "tunnel port" ? ["iptables", "-S", "CILIUM_OUTPUT"] : ["cilium-dbg", "config", "--all"],
      expect: `other values than on ${nameOf(scene, skew.groups.find((group) => group.nodes !== nodes)?.nodes[0] ?? 0)}`,
    })),
    ...(old.length > 0 ? { fix: `finish the roll-out: restart the Cilium agents of ${stale}` } : {}),
  };
}

/** Those that do not run what cilium-config says now; none when that cannot be told. */
function oldGroups({ groups, configured }: Skew): readonly Group[] {
  const old = groups.filter(({ value }) => value !== configured);
  return old.length < groups.length ? old : [];
}

function groupEvidence(
  scene: Scene,
  { setting }: Skew,
  value: string,
  nodes: readonly number[],
): Claim["evidence"][number] {
  const text = `${setting} ${value}: ${listNames(namesOf(scene, nodes))}`;
  const teller = setting === "tunnel port" ? nodes.find((one) => toldTunnelPort(scene, one) !== "") : undefined;
  const node = nameOf(scene, teller ?? nodes[0] ?? 0);
  return setting === "agent start" ? { text, node } : { text, node, capture: whereTold(setting) };
}

function whereTold(setting: Skew["setting"]): "cilium-health-status.json" | "iptables.txt" | "cilium-status.json" {
  if (setting === "health port") return "cilium-health-status.json";
  return setting === "tunnel port" ? "iptables.txt" : "cilium-status.json";
}

/** No agent says which tunnel port it uses; a port set by hand is what such a roll-out often changes. */
function portEvidence(scene: Scene): Claim["evidence"] {
  const port = scene.facts.config?.get("tunnel-port");
  return isTunnel(scene) && port !== undefined ? [{ text: `cilium-config now says tunnel-port: ${port}` }] : [];
}

function otherwise(scene: Scene): { readonly id: string; readonly why: string } {
  const why = "if agents of both groups run the same settings: a filter between them";
  return { id: isTunnel(scene) ? `${tunnelPort(scene).protocol}-udp-blocked` : "underlay-partition", why };
}

/** All agents of one group started before all of the other: what a roll-out looks like that stopped half-way. */
function startEvidence({ nodes }: Scene, { groups }: Skew): Claim["evidence"] {
  const spans = groups.map((group) => {
    const starts = group.nodes
      .map((node) => nodes[node]?.agent?.pod.startedAt ?? "")
      .filter((time) => time !== "")
      .sort();
    return { first: starts[0] ?? "", last: starts.at(-1) ?? "" };
  });
  const [one, other] = spans;
  if (spans.length !== 2 || one === undefined || other === undefined || one.first === "" || other.first === "")
    return [];
  if (one.last < other.first)
    return [{ text: `the smaller group's agents started by ${one.last}, the others from ${other.first} on` }];
  if (other.last < one.first)
    return [{ text: `the smaller group's agents started from ${one.first} on, the others by ${other.last}` }];
  return [];
}

/** Settings of `config --all` that tell the groups apart. */
const compared = [
  "RoutingMode",
  "ClusterHealthPort",
  "EncryptNode",
  "EnableEndpointRoutes",
  "EnableIPv4",
  "EnableIPv6",
];

function configEvidence(scene: Scene, { groups }: Skew): Claim["evidence"] {
  const read = groups.flatMap(({ nodes }) => {
    const node = nodes.find((one) => confirmingText(scene.nodes[one], "cilium-config.json") !== null);
    const config =
      node === undefined ? null : readAgentConfig(confirmingText(scene.nodes[node], "cilium-config.json") ?? "");
    return node === undefined || config === null ? [] : [{ node: nameOf(scene, node), config }];
  });
  return compared.flatMap((key): Claim["evidence"] => {
    const values = read.map(({ node, config }) => ({ node, value: config.get(key) ?? "" }));
    if (new Set(values.map(({ value }) => value)).size < 2) return [];
    return [
      {
        text: `${key}: ${values.map(({ node, value }) => `${value} on ${node}`).join(", ")}`,
        node: values[0]?.node ?? "",
        capture: "cilium-config.json",
      },
    ];
  });
}
