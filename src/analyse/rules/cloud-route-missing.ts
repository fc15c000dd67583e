import type { NodeFacts } from "../../model/facts.ts";
import { forwardDropped, forwardingOff } from "../evidence/forwarding.ts";
import { autoDirectRoutes, provider, routesRanges } from "../evidence/native-routing.ts";
import { getsThrough, type PodPathFailures, podPathFailures } from "../evidence/pod-path.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { listNames, namesOf } from "../shapes/figure-words.ts";
import { antiSpoofingId } from "./aws-source-dest-check.ts";

const id = "cloud-route-missing";

/** The cloud's table lacks a range (hetznercloud/hcloud-cloud-controller-manager#915, kube-hetzner#1221). */
export const cloudRouteMissing: Rule = {
  causes: [
    {
      id,
      severity: "error",
      title: "the network's route table lacks a node's pod range",
      meaning:
        "In native mode the cloud routes each node's pod range. For this node it does not: the route controller could not create the route (quota, gateway, timing), or it made one for another range than the one Cilium uses. Packets for pods there end in the cloud; the node itself answers.",
      apart:
        "A check of foreign addresses cuts off every node alike; ip-forward-disabled and forward-drop show in the node's own settings. Two owners of pod ranges show as a difference between Node and CiliumNode.",
      confirm:
        "`kubectl get events -A --field-selector involvedObject.kind=Node` shows FailedToCreateRoute or Could not create route; spec.ipam.podCIDRs of the CiliumNode is not what spec.podCIDR of the Node and the network's route table have.",
      fix: "let one component give out pod ranges (ipam: kubernetes), and look at the cloud controller's log: quota of the route table, gateway address, missing permission",
      docs: "routing",
    },
  ],
  find: (scene) => {
    if (!routesRanges(scene)) return [];
    const failures = podPathFailures(scene);
    const lacks = lacksCloudRoute(scene, failures);
    const nodes = failures.columns.filter(
      (node) => forwardingOff(scene, node) !== "guilty" && forwardDropped(scene, node) !== "guilty",
    );
    const shown = nodes.filter(lacks);
    if (shown.length > 0) return [claim(scene, failures, shown, "likely")];
    return isNewestAlone(scene, nodes) &&
      nodes.every((node) => getsThrough(scene, node, failures)) &&
      provider(scene) !== "" &&
      autoDirectRoutes(scene) === false
      ? [claim(scene, failures, nodes, "possible")]
      : [];
  },
};

/** Whether Kubernetes itself says that a node's range is not, or not rightly, routed. */
export function lacksCloudRoute(scene: Scene, { everywhere }: PodPathFailures): (node: number) => boolean {
  const odd = hasOddRange(scene, everywhere);
  return (node) => scene.nodes[node]?.kube?.networkUnavailable === true || odd(node);
}

/**
 * Whether Cilium uses another range than the one Kubernetes gave the node. Where all nodes differ so, as with Cilium's
 * own pools, it tells only if a cloud routes the ranges and all nodes fail.
 */
function hasOddRange(scene: Scene, everywhere: boolean): (node: number) => boolean {
  const differing = scene.nodes.map(differs);
  const known = scene.nodes.filter((node) => node.kube?.podCIDRs.length && node.cilium?.podCIDRs.length).length;
  const many = differing.filter(Boolean).length * 2 > known;
  const isRouted = provider(scene) !== "" && autoDirectRoutes(scene) === false;
  return (node) => differing[node] === true && (!many || (isRouted && everywhere));
}

function differs({ kube, cilium }: NodeFacts): boolean {
  const [given, used] = [kube?.podCIDRs ?? [], cilium?.podCIDRs ?? []];
  return given.length > 0 && used.length > 0 && !used.some((range) => given.includes(range));
}

/** One node, the last to join, of several. */
function isNewestAlone(scene: Scene, nodes: readonly number[]): boolean {
  const [only] = nodes;
  if (only === undefined || nodes.length > 1 || scene.size < 3) return false;
  const born = (node: NodeFacts | undefined) => node?.kube?.createdAt ?? "";
  return scene.nodes.every(
    (node, index) => index === only || (born(node) !== "" && born(node) < born(scene.nodes[only])),
  );
}

function claim(
  scene: Scene,
  failures: PodPathFailures,
  nodes: readonly number[],
  confidence: Claim["confidence"],
): Claim {
  const cloud = antiSpoofingId(provider(scene));
  return {
    id,
    confidence,
    title: `the network has no route to the pod range of ${listNames(namesOf(scene, nodes))}`,
    nodes: namesOf(scene, nodes),
    host: [],
    endpoint: nodes.flatMap((node) => failures.into.get(node) ?? []),
    evidence: nodes.slice(0, 20).flatMap((node) => evidence(scene, failures, node)),
    alternatives: [
      ...(cloud === null ? [] : [{ id: cloud, why: "the check would be on at this node's port alone" }]),
      { id: "ip-forward-disabled", why: "net.ipv4.ip_forward would be 0 on the node" },
      { id: "forward-drop", why: "the node's FORWARD chain would drop" },
    ],
    confirm: nodes.slice(0, 1).flatMap((node) => [
      {
        node: null,
        argv: [
          "get",
          "events",
          "-A",
          "--field-selector",
          `involvedObject.kind=Node,involvedObject.name=${nameOf(scene, node)}`,
        ],
        expect: "FailedToCreateRoute, or Could not create route",
      },
      {
        node: null,
        argv: ["get", "ciliumnode", nameOf(scene, node), "-o", "jsonpath={.spec.ipam.podCIDRs}"],
        expect: "the same range as the Node's spec.podCIDR and the network's table",
      },
    ]),
  };
}

function evidence(scene: Scene, failures: PodPathFailures, node: number): Claim["evidence"] {
  const facts = scene.nodes[node];
  const name = nameOf(scene, node);
  const [given, used] = [facts?.kube?.podCIDRs ?? [], facts?.cilium?.podCIDRs ?? []];
  return [
    {
      text: `${failures.into.get(node)?.length ?? 0} agents reach ${name} but not its health endpoint; its own agent does`,
      node: name,
    },
    ...(facts?.kube?.networkUnavailable === true
      ? [{ text: `Kubernetes reports the network of ${name} unavailable: no route was created`, node: name }]
      : []),
    ...(facts !== undefined && differs(facts)
      ? [{ text: `Kubernetes gave ${name} the range ${given.join(", ")}, Cilium uses ${used.join(", ")}`, node: name }]
      : []),
    ...(facts?.kube?.networkUnavailable !== true && !(facts !== undefined && differs(facts))
      ? [{ text: `${name} is the node that joined last, on ${facts?.kube?.createdAt ?? ""}`, node: name }]
      : []),
  ];
}
