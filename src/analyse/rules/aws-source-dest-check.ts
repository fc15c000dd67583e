import { forwardDropped, forwardingOff } from "../evidence/forwarding.ts";
import {
  autoDirectRoutes,
  healthAddress,
  leadsNowhere,
  provider,
  routesRanges,
  routeTables,
  wantRouteTables,
} from "../evidence/native-routing.ts";
import { getsThrough, type PodPathFailures, podPathFailures } from "../evidence/pod-path.ts";
import type { Cause, Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { parseAddress } from "../settings/cidr.ts";
import { listNames, namesOf } from "../shapes/figure-words.ts";

const meaning =
  "In native mode packets carry the addresses of pods, which the cloud does not know as the machine's own. Its network drops them at the machine's port, whatever routes the nodes have. Node addresses answer, pods of other nodes do not.";
const apart =
  "Nothing inside the cluster tells the clouds' checks apart but the provider itself; native-no-l2-route has no route on the nodes, cloud-route-missing cuts off single nodes.";

const awsCheck: Cause = {
  id: "aws-source-dest-check",
  severity: "error",
  title: "EC2 drops packets that carry pod addresses",
  meaning,
  apart,
  confirm:
    "`ip route get ADDRESS` in the agent, for another node's health address, shows that node as next hop: the route is in place and the network drops the packet. Outside the cluster, the instance's attribute sourceDestCheck is true.",
  fix: "switch the source/destination check off on every network interface of the nodes",
  docs: "routing",
};

const portSecurity: Cause = {
  id: "openstack-port-security",
  severity: "error",
  title: "Neutron port security drops packets that carry pod addresses",
  meaning,
  apart,
  confirm:
    "`ip route get ADDRESS` in the agent, for another node's health address, shows that node as next hop: the route is in place and the network drops the packet. Outside the cluster, `openstack port show` has port_security_enabled, and the pods' network is not among allowed_address_pairs.",
  fix: "add the pods' network to allowed_address_pairs of the nodes' ports, or switch port security off, or use tunnel mode",
  docs: "routing",
};

const nicForwarding: Cause = {
  id: "azure-gcp-ip-forwarding",
  severity: "error",
  title: "the network interface is not allowed to forward packets of pods",
  meaning,
  apart,
  confirm:
    "`ip route get ADDRESS` in the agent, for another node's health address, shows that node as next hop: the route is in place and the network drops the packet. Outside the cluster, enableIPForwarding of the network interface (Azure) or canIpForward of the instance (Google Cloud) is false.",
  fix: "allow IP forwarding on the nodes' network interfaces, use alias ranges, or tunnel mode",
  docs: "routing",
};

const byProvider: ReadonlyMap<string, Cause> = new Map([
  ["aws", awsCheck],
  ["openstack", portSecurity],
  ["azure", nicForwarding],
  ["gce", nicForwarding],
]);

/** The cause's id for a provider, null for one whose network is not known to check. */
export function antiSpoofingId(scheme: string): string | null {
  return byProvider.get(scheme)?.id ?? null;
}

/**
 * The cloud drops packets that are not the machine's own: cilium/cilium#14243 (AWS), deckhouse/deckhouse#9196
 * (OpenStack), kubernetes-sigs/cluster-api-provider-azure#5700.
 */
export const awsSourceDestCheck: Rule = {
  causes: [awsCheck, portSecurity, nicForwarding],
  wants: (scene) =>
    routesRanges(scene) && byProvider.has(provider(scene)) ? wantRouteTables(scene, podPathFailures(scene)) : [],
  find: (scene) => {
    const cause = byProvider.get(provider(scene));
    if (cause === undefined || !routesRanges(scene)) return [];
    const failures = podPathFailures(scene);
    const nodes = failures.columns.filter(
      (node) =>
        forwardingOff(scene, node) !== "guilty" &&
        forwardDropped(scene, node) !== "guilty" &&
        getsThrough(scene, node, failures),
    );
    const routes = routesOnNodes(scene, failures);
    if (nodes.length === 0 || routes === "absent") return [];
    const isWhole = failures.everywhere && nodes.length === failures.columns.length;
    return isWhole || routes === "present" ? [claim(scene, failures, nodes, cause, isWhole, routes)] : [];
  },
};

/** Whether the nodes that were read have routes to the ranges they fail to reach; auto-direct-node-routes promises them. */
function routesOnNodes(scene: Scene, { cells }: PodPathFailures): "present" | "absent" | "unread" {
  const tables = routeTables(scene);
  let [present, absent] = [0, 0];
  for (const cell of cells) {
    const lookup = tables.get(Math.floor(cell / scene.size));
    const address = lookup === undefined ? null : parseAddress(healthAddress(scene, cell));
    if (lookup === undefined || address === null) continue;
    if (leadsNowhere(lookup(address))) absent++;
    else present++;
  }
  if (present + absent === 0) return "unread";
  return present >= absent ? "present" : "absent";
}

function claim(
  scene: Scene,
  failures: PodPathFailures,
  nodes: readonly number[],
  cause: Cause,
  isWhole: boolean,
  routes: "present" | "unread",
): Claim {
  const direct = autoDirectRoutes(scene);
  const first = failures.cells[0] ?? 0;
  return {
    id: cause.id,
    confidence: isWhole && cause !== nicForwarding && (routes === "present" || direct === true) ? "likely" : "possible",
    title: isWhole ? cause.title : `${cause.title}, on ${listNames(namesOf(scene, nodes))}`,
    nodes: namesOf(scene, nodes),
    host: [],
    endpoint: nodes.flatMap((node) => failures.into.get(node) ?? []),
    evidence: [
      {
        text: `native routing on ${provider(scene)}: pod addresses travel bare; ipam is ${scene.facts.config?.get("ipam") || "not known"}`,
      },
      {
        text: `no pod of ${listNames(namesOf(scene, nodes))} is reached from other nodes, while the node addresses answer`,
      },
      ...(routes === "present"
        ? [
            {
              text: "the nodes that were read have routes to each other's pods",
              node: nameOf(scene, Math.floor(first / scene.size)),
              capture: "ip-route.txt" as const,
            },
          ]
        : []),
    ],
    alternatives: [
      ...(routes === "unread"
        ? [{ id: "native-no-l2-route", why: "the nodes would have no route of their own for the others' ranges" }]
        : []),
      { id: "cloud-route-missing", why: "the network's route table would lack the ranges" },
      ...(isWhole ? [] : [{ id: "ip-forward-disabled", why: "net.ipv4.ip_forward would be 0 on the nodes named" }]),
    ],
    confirm: [
      {
        node: nameOf(scene, Math.floor(first / scene.size)),
        argv: ["ip", "route", "get", healthAddress(scene, first)],
        expect: "the other node's address as next hop: the route is in place and the network drops the packet",
      },
    ],
  };
}
