import { deniedPackets } from "../evidence/policy-drops.ts";
import { cellsTo, isWhole, type Judged, judgeAll, podPathFails, probeAt } from "../matrix/judged-cells.ts";
import { failed } from "../matrix/planes.ts";
import type { Claim, ConfirmStep, Rule } from "../rule.ts";
import { nameOf, type Scene, wantFrom } from "../scene.ts";
import { healthLabels, selects } from "../settings/label-selector.ts";
import { listNames } from "../shapes/figure-words.ts";

/** A policy on the health endpoint drops the probes: cilium/cilium#14871, #11099, #15348, ionfury/homelab#225. */
export const policyBlocksHealth: Rule = {
  causes: [
    {
      id: "policy-blocks-health",
      severity: "error",
      title: "a network policy keeps probes from the health endpoint",
      meaning:
        "The agents enforce an ingress policy on the reserved:health endpoint, and it does not let the other nodes in. Probes arrive and are dropped at the endpoint, so the pod path looks dead while the tunnel works. Either a CiliumClusterwideNetworkPolicy selects reserved:health, if only by an empty selector, or enable-policy is always. A policy that admits 4240/tcp alone leaves ping failing.",
      apart:
        "A blocked tunnel port gives the same matrix, but then no ingress policy is enforced on the health endpoint, and no packets are counted as denied by policy. Namespaced policies cannot select the health endpoint.",
      confirm:
        "`cilium-dbg endpoint get -l reserved:health -o json` in the agent shows policy-enabled ingress or both, and identity 6 (remote-node) is not among the allowed ones; Policy denied, INGRESS in `cilium-dbg bpf metrics list` grows between two reads a minute apart.",
      fix: "allow the health endpoint ingress from the entities health and remote-node (and egress to them) in a CiliumClusterwideNetworkPolicy that selects reserved:health",
      docs: "policy",
    },
  ],
  wants: (scene) =>
    wantFrom(
      scene,
      suspects(scene).map(({ node }) => node),
      ["bpf-metrics.json"],
    ),
  find: (scene) => {
    const blocked = suspects(scene).filter(({ node }) => deniedPackets(scene.nodes[node]) !== 0);
    return blocked.length === 0 ? [] : [claim(scene, blocked)];
  },
};

interface Suspect extends Judged {
  readonly node: number;
  /** False where the agent's endpoint list could not be read. */
  readonly isSeen: boolean;
}

/** Nodes whose health endpoint nearly nobody gets through to, and whose policy may be the reason. */
function suspects(scene: Scene): Suspect[] {
  if (scene.shapes.length === 0) return [];
  const judge = podPathFails(scene);
  const columns = scene.nodes.map((_node, node) => ({ node, ...judgeAll(cellsTo(scene, node), judge) }));
  const enforced = columns.filter(({ node }) => isEnforced(scene, node));
  const passing = new Set(
    enforced.filter((column) => column.judged > 0 && !isWhole(column)).map(({ node }) => inForce(scene, node)),
  );
  const seen = enforced
    .filter((column) => isWhole(column) && !admitsAll(scene, column.node) && !passing.has(inForce(scene, column.node)))
    .map((column) => ({ ...column, isSeen: true }));
  if (passing.size > 0 || (seen.length === 0 && !mayBeEnforcedUnseen(scene, enforced.length))) return seen;
  const unseen = columns.filter((column) => isWhole(column) && scene.nodes[column.node]?.agent?.endpoints == null);
  return [...seen, ...unseen.map((column) => ({ ...column, isSeen: false }))].sort((a, b) => a.node - b.node);
}

/** `audit-…` lets everything through. Egress alone does not matter: answers belong to a tracked connection. */
function isEnforced(scene: Scene, node: number): boolean {
  const enforcement = scene.nodes[node]?.agent?.endpoints?.health?.enforcement;
  return enforcement === "ingress" || enforcement === "both";
}

const anyIdentity = 0;
const remoteNode = 6;

/** The policy in force lets every packet of all, or of remote nodes, in (pkg/identity/numericidentity.go). */
function admitsAll(scene: Scene, node: number): boolean {
  const allowed = scene.nodes[node]?.agent?.endpoints?.health?.allowedIngress ?? [];
  return allowed.includes(anyIdentity) || allowed.includes(remoteNode);
}

/** A policy under which another node is reached cannot be what cuts this one off. */
function inForce(scene: Scene, node: number): string {
  const health = scene.nodes[node]?.agent?.endpoints?.health;
  return JSON.stringify([health?.allowedIngress?.toSorted((a, b) => a - b) ?? null, health?.ingressPorts ?? []]);
}

/** Where no agent's enforcement is known, the API objects and settings must speak for it. */
function mayBeEnforcedUnseen(scene: Scene, enforcedNodes: number): boolean {
  const isKnown = scene.nodes.some((node) => node.agent?.endpoints != null);
  return (!isKnown || enforcedNodes > 0) && (isAlwaysOn(scene) || selecting(scene).length > 0);
}

function isAlwaysOn(scene: Scene): boolean {
  return scene.facts.config?.get("enable-policy") === "always";
}

/** Names of cluster-wide policies with an ingress part that select the health endpoint. */
function selecting({ facts }: Scene): string[] {
  const names = (facts.policies ?? []).flatMap((policy) =>
    policy.ingress && policy.endpointSelector !== null && selects(policy.endpointSelector, healthLabels)
      ? [policy.name]
      : [],
  );
  return [...new Set(names)].sort();
}

function claim(scene: Scene, blocked: readonly Suspect[]): Claim {
  const names = blocked.map(({ node }) => nameOf(scene, node));
  const cells = blocked.flatMap((suspect) => suspect.cells);
  const onlyPing = cells.every((cell) => !failed(probeAt(scene, "endpoint-http", cell)));
  const policies = selecting(scene);
  const isSure =
    blocked.every((suspect) => suspect.isSeen) && (onlyPing || !blocked.some((one) => mayAdmit(scene, one)));
  const probes = onlyPing ? "ping to" : "probes of";
  return {
    id: "policy-blocks-health",
    severity: onlyPing ? "warning" : "error",
    confidence: isSure ? "confirmed" : "likely",
    title: `a network policy drops ${probes} the health endpoint${names.length === 1 ? "" : "s"} of ${listNames(names)}`,
    nodes: names,
    host: [],
    endpoint: cells,
    evidence: [
      ...blocked.slice(0, mostQuoted).map((one) => enforcementEvidence(scene, one)),
      ...sourceEvidence(scene, policies),
      pathEvidence(cells.length, blocked, onlyPing),
      ...dropEvidence(scene, blocked),
    ],
    ...(isSure ? {} : { alternatives: alternatives(scene) }),
    confirm: confirmSteps(scene, blocked, policies),
    ...(policies.length === 0 ? {} : { fix: fixOf(policies, onlyPing) }),
  };
}

/** How many nodes' own words are quoted; the others say the same. */
const mostQuoted = 3;

/** Rules for the health port or any port may be meant for other nodes: who may use them is not known. */
function mayAdmit(scene: Scene, { node }: Suspect): boolean {
  const ports = scene.nodes[node]?.agent?.endpoints?.health?.ingressPorts ?? [];
  return ports.some((port) => port === "4240/TCP" || port === "4240/ANY");
}

function enforcementEvidence(scene: Scene, { node, isSeen }: Suspect): Claim["evidence"][number] {
  const name = nameOf(scene, node);
  if (!isSeen) return { text: `the endpoint list of ${name} could not be read`, node: name };
  const health = scene.nodes[node]?.agent?.endpoints?.health;
  const allowed = health?.allowedIngress ?? null;
  const ports = health?.ingressPorts.filter((port) => port !== "0/ANY") ?? [];
  const who = allowed === null ? "" : `; identities let in: ${allowed.join(", ") || "none"} (remote nodes are 6)`;
  const what = ports.length === 0 ? "" : `; ports with rules: ${ports.join(", ")}`;
  return {
    text: `policy enforcement on the health endpoint ${health?.id ?? ""} of ${name}: ${health?.enforcement ?? ""}${who}${what}`,
    node: name,
    capture: "cilium-endpoint-list.json",
  };
}

function sourceEvidence(scene: Scene, policies: readonly string[]): Claim["evidence"] {
  return [
    ...(policies.length === 0
      ? []
      : [{ text: `cluster-wide ingress policies that select the health endpoint: ${policies.join(", ")}` }]),
    ...(isAlwaysOn(scene) ? [{ text: "cilium-config says enable-policy: always" }] : []),
  ];
}

function pathEvidence(count: number, blocked: readonly Suspect[], onlyPing: boolean): Claim["evidence"][number] {
  const judged = blocked.reduce((sum, one) => sum + one.judged, 0);
  const what = onlyPing ? "ping to the endpoint fails, HTTP passes" : "the endpoint does not answer, the node does";
  return { text: `${what}, on ${count} of ${judged} judged paths to them` };
}

function dropEvidence(scene: Scene, blocked: readonly Suspect[]): Claim["evidence"] {
  return blocked.slice(0, mostQuoted).flatMap(({ node }) => {
    const packets = deniedPackets(scene.nodes[node]);
    if (packets === null) return [];
    const name = nameOf(scene, node);
    return [
      { text: `${name} has counted ${packets} packets denied by policy`, node: name, capture: "bpf-metrics.json" },
    ];
  });
}

function alternatives(scene: Scene): NonNullable<Claim["alternatives"]> {
  if (scene.settings.routingMode === "native") {
    return [{ id: "forward-drop", why: "if the health endpoints are not enforced: a filter on the nodes' forwarding" }];
  }
  const id = scene.settings.tunnelProtocol === "geneve" ? "geneve-udp-blocked" : "vxlan-udp-blocked";
  return [{ id, why: "if no packets are counted as denied by policy: the tunnel port is blocked" }];
}

function confirmSteps(scene: Scene, blocked: readonly Suspect[], policies: readonly string[]): ConfirmStep[] {
  const [first] = blocked;
  const node = first === undefined ? null : nameOf(scene, first.node);
  const [policy] = policies;
  return [
    {
      node,
      argv: ["cilium-dbg", "endpoint", "get", "-l", "reserved:health", "-o", "json"],
      expect: "policy-enabled is ingress or both, and the allowed identities do not hold 6 (remote-node)",
    },
    {
      node,
      argv: ["cilium-dbg", "bpf", "metrics", "list"],
      expect: "Policy denied, INGRESS: the count grows between two reads a minute apart",
    },
    ...(policy === undefined
      ? []
      : [
          {
            node: null,
            argv: ["get", "ciliumclusterwidenetworkpolicies", policy, "-o", "yaml"],
            expect: "no ingress rule for the entity remote-node",
          },
        ]),
  ];
}

function fixOf(policies: readonly string[], onlyPing: boolean): string {
  const what = onlyPing
    ? "ICMP echo, too, from the entity remote-node"
    : "ingress from the entities health and remote-node";
  return `allow reserved:health ${what}, in ${policies.join(" or ")} or in a CiliumClusterwideNetworkPolicy of its own`;
}
