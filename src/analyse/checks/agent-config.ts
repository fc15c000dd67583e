import type { Answer, Check, CheckScene } from "../check.ts";
import { namedFault, statusOf } from "../compare/named-faults.ts";
import { commonest, onOthers } from "../compare/odd-ones.ts";
import { fine, perNode } from "../compare/per-node.ts";
import { notRead, type Reading } from "../compare/readings.ts";
import { type AgentConfig, readAgentConfig } from "../reads/agent-config.ts";
import { confirmingText } from "../scene.ts";

const rule = "config-skew";

export const agentConfig: Check = {
  cause: {
    id: "agent-config",
    severity: "error",
    title: "the settings each agent runs with, against cilium-config and each other",
    meaning:
      "An agent runs with other settings than the other agents of its release, or than cilium-config now says. Agents read cilium-config when they start: one that was not restarted since runs with the old values. What differs by nature, as addresses, devices and sizes by memory, is left out.",
    apart:
      "config-skew is the same where pods do not reach each other by it. A CiliumNodeConfig, or a flag of one agent's pod, may make a difference that is meant.",
    confirm:
      "`cilium-dbg config --all` in the agent and in another one; `kubectl -n kube-system get configmap cilium-config -o yaml`.",
    fix: "restart the agents that differ (`kubectl -n kube-system delete pod` one by one), or remove the node's own setting",
    docs: "node-to-node",
  },
  look: (checked) =>
    perNode(
      checked,
      (node) => settings(checked, node),
      (node, own, others) => judge(checked, node, own, others),
    ),
};

/** What an agent runs with: its own configuration where that was read, what its status says in any case. */
interface Settings {
  readonly version: string;
  readonly config: AgentConfig;
}

function settings({ scene, ...checked }: CheckScene, node: number): Reading<Settings> {
  const facts = scene.nodes[node];
  const text = confirmingText(facts, "cilium-config.json");
  const config = text === null ? null : readAgentConfig(text);
  const status = facts?.agent?.status ?? null;
  if (config === null && status === null) return { answer: notRead({ scene, ...checked }, node, "cilium-config.json") };
  const said = status === null ? [] : fromStatus.map(([name, read]) => [name, read(status)] as const);
  return {
    read: {
      version: status?.version || (facts?.agent?.pod.imageVersion ?? ""),
      config: new Map([...(config ?? []), ...said.filter(([, value]) => value !== "")]),
    },
  };
}

type Status = NonNullable<NonNullable<CheckScene["scene"]["nodes"][number]["agent"]>["status"]>;

const fromStatus: readonly (readonly [string, (status: Status) => string])[] = [
  ["routing mode", ({ routingMode }) => routingMode],
  ["tunnel protocol", ({ tunnelProtocol }) => tunnelProtocol],
  ["host routing", ({ hostRouting }) => hostRouting],
  ["encryption", ({ encryption }) => encryption],
  ["kube-proxy replacement", ({ kubeProxyReplacement }) => kubeProxyReplacement],
  ["masquerading", ({ masquerading }) => masquerading],
  ["host firewall", ({ hostFirewall }) => hostFirewall],
  ["CNI chaining", ({ cniChaining }) => cniChaining],
];

function judge(checked: CheckScene, node: number, own: Settings, others: ReadonlyMap<number, Settings>): Answer {
  const skew = [...unlikeConfigMap(checked, own.config), ...unlikeOthers(node, own, others)];
  const fault = namedFault(checked, node, [rule]);
  if (skew.length === 0) {
    return fault === null ? fine(node) : { node, status: statusOf(fault), text: fault.title, id: rule, fix: fault.fix };
  }
  const more = skew.length > mostNamed ? ` and ${skew.length - mostNamed} more` : "";
  const text = `${skew.slice(0, mostNamed).join("; ")}${more}`;
  return { node, status: fault === null ? "warning" : statusOf(fault), text, id: rule };
}

const mostNamed = 4;

/**
 * Options that agents report under the name of their Go field (pkg/option/config.go) and that stand in cilium-config
 * word for word.
 */
const options: readonly (readonly [field: string, key: string])[] = [
  ["RoutingMode", "routing-mode"],
  ["ClusterName", "cluster-name"],
  ["ClusterID", "cluster-id"],
  ["ClusterHealthPort", "cluster-health-port"],
  ["IPAM", "ipam"],
  ["EnableIPv4", "enable-ipv4"],
  ["EnableIPv6", "enable-ipv6"],
  ["EnableIPv4Masquerade", "enable-ipv4-masquerade"],
  ["EnableIPv6Masquerade", "enable-ipv6-masquerade"],
  ["EnableBPFMasquerade", "enable-bpf-masquerade"],
  ["EnableEndpointRoutes", "enable-endpoint-routes"],
  ["EnableAutoDirectRouting", "auto-direct-node-routes"],
  ["EnableHealthChecking", "enable-health-checking"],
  ["EnableEndpointHealthChecking", "enable-endpoint-health-checking"],
  ["EnableHostFirewall", "enable-host-firewall"],
  ["EncryptNode", "encrypt-node"],
  ["IdentityAllocationMode", "identity-allocation-mode"],
];

function unlikeConfigMap({ scene }: CheckScene, config: AgentConfig): string[] {
  return options.flatMap(([field, key]) => {
    const [runs, wanted] = [config.get(field), scene.facts.config?.get(key)];
    if (runs === undefined || wanted === undefined || wanted === "" || isAlike(runs, wanted)) return [];
    return [`runs with ${key} ${runs}, cilium-config says ${wanted}`];
  });
}

function isAlike(runs: string, wanted: string): boolean {
  return runs.toLowerCase() === wanted.trim().toLowerCase();
}

/** Fields that differ between nodes by nature: addresses, devices, what the kernel or the memory decides. */
const ownToNode =
  /^(?:CreationTime|Devices|DirectRoutingDevice|EncryptInterface|IPv[46](?:NodeAddr|Range|PodSubnets)|LocalRouterIPv[46]|IPv6MCastDevice|MasqueradeInterfaces|LoadBalancerRSSv[46]CIDR|NodeLabels|KernelHz|ClockSource|Sizeof\w+|BootIDFile|ExcludeLocalAddresses|KubeProxyReplacementHealthzBindAddr)$/;
const sizedByMemory =
  /^(?:CTMapEntriesGlobal(?:TCP|Any)|NATMapEntriesGlobal|NeighMapEntriesGlobal|SockRevNatEntries|PolicyMapEntries|FragmentsMapEntries)$/;

/** Only agents of the same release are compared: fields and defaults come and go. */
function unlikeOthers(node: number, own: Settings, others: ReadonlyMap<number, Settings>): string[] {
  const alike = [...others].filter(([, { version }]) => version === own.version);
  return [...own.config].flatMap(([field, value]) => {
    if (ownToNode.test(field) || (sizedByMemory.test(field) && own.config.get("BPFMapsDynamicSizeRatio") !== "0"))
      return [];
    const values = new Map(
      alike.flatMap(([at, { config }]) => {
        const other = config.get(field);
        return other === undefined ? [] : [[at, other] as const];
      }),
    );
    const common = commonest(values);
    if (common !== null) return common.odd.includes(node) ? [`${field} is ${value} (${onOthers(common)})`] : [];
    const [rival] = [...values].filter(([at, other]) => at !== node && other !== value);
    return values.size === 2 && rival !== undefined ? [`${field} is ${value}, and ${rival[1]} on the other node`] : [];
  });
}
