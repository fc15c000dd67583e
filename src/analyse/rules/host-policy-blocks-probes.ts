import type { NodeFacts } from "../../model/facts.ts";
import type { ClusterwidePolicy } from "../../model/kube.ts";
import { deniedPackets } from "../evidence/policy-drops.ts";
import { cellsFrom, cellsTo, isWhole, type Judged, judgeAll, nodePathFails, probeAt } from "../matrix/judged-cells.ts";
import { failed } from "../matrix/planes.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene, wantFrom } from "../scene.ts";
import { selects } from "../settings/label-selector.ts";
import { isTunnel } from "../settings/wire.ts";
import { listNames } from "../shapes/figure-words.ts";

/** The host firewall drops probes of the node address: cilium/cilium#17505, #33277. */
export const hostPolicyBlocksProbes: Rule = {
  causes: [
    {
      id: "host-policy-blocks-probes",
      severity: "error",
      title: "a host policy keeps probes from the node",
      meaning:
        "Cilium's host firewall is on, and a CiliumClusterwideNetworkPolicy with a nodeSelector isolates the node without letting the other nodes' probes in (or its own out). Health checks of the node address fail. Where the tunnel port is denied too, the pod path fails with it.",
      apart:
        "A filter of the cloud or of the machine leaves the policy enforcement of the reserved:host endpoint off, and counts no packets as denied by policy.",
      confirm:
        "`cilium-dbg endpoint list` in the agent shows enforcement Enabled for reserved:host; Policy denied in `cilium-dbg bpf metrics list` grows between two reads a minute apart.",
      fix: "let the policy allow ingress from the entity remote-node to 4240/tcp, ICMP echo and the ports of the tunnel and of WireGuard; try it in audit mode first",
      docs: "host-firewall",
    },
  ],
  wants: (scene) => wantFrom(scene, [...new Set(suspects(scene).map(({ node }) => node))], ["bpf-metrics.json"]),
  find: (scene) => {
    const found = suspects(scene).filter(({ node }) => deniedPackets(scene.nodes[node]) !== 0);
    return (["ingress", "egress"] as const).flatMap((way) => {
      const lines = found.filter((one) => one.way === way);
      return lines.length === 0 ? [] : [claim(scene, way, lines)];
    });
  },
};

type Way = "ingress" | "egress";

interface Suspect extends Judged {
  readonly node: number;
  readonly way: Way;
  /** Enforcement as the agent says, "" when its endpoint list could not be read. */
  readonly enforcement: string;
  readonly policies: readonly string[];
}

function suspects(scene: Scene): Suspect[] {
  if (scene.shapes.length === 0 || !isHostFirewallOn(scene)) return [];
  const judge = nodePathFails(scene);
  return scene.nodes.flatMap((facts, node) =>
    (["ingress", "egress"] as const).flatMap((way) => {
      const enforcement = facts.agent?.endpoints?.hostEnforcement ?? "";
      const policies = policiesOn(scene, facts, way);
      const isEnforced = enforcement === way || enforcement === "both";
      if (!isEnforced && !(enforcement === "" && policies.length > 0)) return [];
      const line = judgeAll(way === "ingress" ? cellsTo(scene, node) : cellsFrom(scene, node), judge);
      return isWhole(line) ? [{ node, way, enforcement, policies, ...line }] : [];
    }),
  );
}

function isHostFirewallOn({ facts, nodes }: Scene): boolean {
  if (facts.config?.get("enable-host-firewall") === "true") return true;
  return nodes.some((node) => node.agent?.status?.hostFirewall.toLowerCase() === "enabled");
}

/** Policies that select this node; a remote node's labels are not known. */
function policiesOn({ facts }: Scene, node: NodeFacts, way: Way): string[] {
  const { kube } = node;
  if (kube === null) return [];
  const labels = new Map([...kube.labels].map(([key, value]) => [`k8s:${key}`, value]));
  const isOn = (policy: ClusterwidePolicy) => policy.nodeSelector !== null && selects(policy.nodeSelector, labels);
  return [...new Set((facts.policies ?? []).filter((policy) => policy[way] && isOn(policy)).map(({ name }) => name))];
}

function claim(scene: Scene, way: Way, lines: readonly Suspect[]): Claim {
  const names = [...new Set(lines.map(({ node }) => nameOf(scene, node)))];
  const cells = lines.flatMap((line) => line.cells);
  const endpoint = cells.filter((cell) => endpointFails(scene, cell));
  const isSure = lines.every((line) => line.enforcement !== "") && endpoint.length * 2 < cells.length;
  const policies = [...new Set(lines.flatMap((line) => line.policies))].sort();
  return {
    id: "host-policy-blocks-probes",
    confidence: isSure ? "confirmed" : "likely",
    title: `a host policy drops probes ${way === "ingress" ? "to" : "from"} ${listNames(names)}`,
    nodes: names,
    host: cells,
    endpoint: [...endpoint, ...(endpoint.length * 2 < cells.length ? [] : waysBack(scene, way, lines))],
    evidence: evidence(scene, way, lines, policies, endpoint.length),
    ...(isSure ? {} : { alternatives: alternatives(endpoint.length > 0) }),
    confirm: [
      {
        node: names[0] ?? null,
        argv: ["cilium-dbg", "endpoint", "list"],
        expect: `the endpoint reserved:host has ${way} enforcement Enabled`,
      },
      {
        node: names[0] ?? null,
        argv: ["cilium-dbg", "bpf", "metrics", "list"],
        expect: "Policy denied: the count grows between two reads a minute apart",
      },
    ],
  };
}

/** Answers through the tunnel are packets of their own, which the policy denies as they come in. */
function waysBack(scene: Scene, way: Way, lines: readonly Suspect[]): number[] {
  if (way !== "ingress" || !isTunnel(scene)) return [];
  return lines.flatMap(({ node }) => [...cellsFrom(scene, node)]).filter((cell) => endpointFails(scene, cell));
}

function endpointFails(scene: Scene, cell: number): boolean {
  return failed(probeAt(scene, "endpoint-icmp", cell)) || failed(probeAt(scene, "endpoint-http", cell));
}

function evidence(
  scene: Scene,
  way: Way,
  lines: readonly Suspect[],
  policies: readonly string[],
  podPaths: number,
): Claim["evidence"] {
  const failing = lines.reduce((sum, line) => sum + line.cells.length, 0);
  const judged = lines.reduce((sum, line) => sum + line.judged, 0);
  return [
    ...lines.slice(0, 3).flatMap(({ node, enforcement }): Claim["evidence"] => {
      const name = nameOf(scene, node);
      const said = enforcement === "" ? "could not be read" : `is ${enforcement}`;
      const packets = deniedPackets(scene.nodes[node]);
      return [
        {
          text: `enforcement on the host endpoint of ${name} ${said}`,
          node: name,
          capture: "cilium-endpoint-list.json",
        },
        ...(packets === null
          ? []
          : [
              {
                text: `${name} has counted ${packets} packets denied by policy`,
                node: name,
                capture: "bpf-metrics.json" as const,
              },
            ]),
      ];
    }),
    ...(policies.length === 0
      ? []
      : [{ text: `cluster-wide ${way} policies whose nodeSelector matches: ${policies.join(", ")}` }]),
    {
      text: `the node address fails on ${failing} of ${judged} judged paths ${way === "ingress" ? "to" : "from"} them, the pod path on ${podPaths} of those`,
    },
  ];
}

function alternatives(withPods: boolean): NonNullable<Claim["alternatives"]> {
  return [
    withPods
      ? { id: "host-input-drop", why: "if no packets are counted as denied by policy: a filter of the machine itself" }
      : { id: "health-tcp-4240-blocked", why: "if no packets are counted as denied by policy: a filter between nodes" },
  ];
}
