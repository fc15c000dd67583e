import type { Answer, Check, CheckScene } from "../check.ts";
import { namedFault, statusOf } from "../compare/named-faults.ts";
import { broken, doubtful, fine } from "../compare/per-node.ts";
import { type Cidr, contains, parseAddress, parseCidr } from "../settings/cidr.ts";

const rules = ["pod-cidr-duplicate", "pod-cidr-overlaps-nodes", "clustermesh-config-mismatch"];

export const podRanges: Check = {
  cause: {
    id: "pod-ranges",
    severity: "error",
    title: "pod ranges of nodes against each other, nodes, Services and other clusters",
    meaning:
      "The pod range of a node overlaps that of another node or cluster, holds the address of a node or of a Service, or is not the one that Kubernetes gave the node where the agents take theirs from Kubernetes. Packets for such addresses go to one of two owners, by chance.",
    apart:
      "pod-cidr-duplicate, pod-cidr-overlaps-nodes and clustermesh-config-mismatch are named for what they cover. The addresses decide alone; no probe is needed.",
    confirm:
      "`kubectl get ciliumnodes -o yaml` for spec.ipam.podCIDRs, `kubectl get nodes -o yaml` for spec.podCIDRs, `kubectl get services -A` for cluster addresses.",
    fix: "let one component give out pod ranges, apart from the networks of nodes and Services",
    docs: "ipam",
  },
  look: (checked) => {
    const { scene, nodes } = checked;
    if (scene.nodes.every(({ cilium }) => cilium === null)) {
      const text = scene.facts.absent.get("ciliumnodes") ?? "there are no CiliumNodes";
      return [{ node: null, status: "not run", text, due: false }];
    }
    const services = serviceAddresses(checked);
    return nodes.map((node) => judge(checked, node, services));
  },
};

function judge(checked: CheckScene, node: number, services: readonly string[]): Answer {
  const { scene } = checked;
  const fault = namedFault(checked, node, rules);
  if (fault !== null) return { node, status: statusOf(fault), text: fault.title, id: fault.id, fix: fault.fix };
  const facts = scene.nodes[node];
  const own = facts?.cilium?.podCIDRs ?? [];
  const ranges = own.flatMap((text) => parseCidr(text) ?? []);
  const service = services.find((ip) => isIn(ranges, ip));
  if (service !== undefined)
    return broken(node, `the pod range ${own.join(", ")} holds the Service address ${service}`);
  const given = facts?.kube?.podCIDRs ?? [];
  const isFromKubernetes = scene.facts.config?.get("ipam") === "kubernetes";
  if (isFromKubernetes && given.length > 0 && own.length > 0 && !given.some((text) => own.includes(text))) {
    return doubtful(node, `the CiliumNode has ${own.join(", ")}, the Kubernetes node ${given.join(", ")}`);
  }
  return fine(node);
}

function isIn(ranges: readonly Cidr[], ip: string): boolean {
  const address = parseAddress(ip);
  return address !== null && ranges.some((range) => contains(range, address));
}

/** Cluster addresses of Services, as any agent's list has them; none where the lists were not asked for. */
function serviceAddresses({ lists }: CheckScene): string[] {
  if (typeof lists.first === "string") return [];
  const { keys, values, rows } = lists.first["cilium-service-list.json"];
  const found = new Set<string>();
  for (const row of rows.values()) {
    row.forEach((place, at) => {
      if (place > 0 && values[place - 1]?.startsWith("ClusterIP|") === true) found.add(hostOf(keys[at] ?? ""));
    });
  }
  return [...found];
}

/** `10.96.0.1:443/TCP`, `[fd00::1]:443/TCP`. */
function hostOf(key: string): string {
  return /^\[([^\]]+)\]/.exec(key)?.[1] ?? key.split(":")[0] ?? "";
}
