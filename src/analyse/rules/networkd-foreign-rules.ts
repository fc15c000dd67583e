import type { ConfirmingCaptureId } from "../../model/capture.ts";
import { autoDirectRoutes, healthAddress, leadsNowhere, links, routeTables } from "../evidence/native-routing.ts";
import { enough } from "../matrix/lines.ts";
import { blank, failed, fine } from "../matrix/planes.ts";
import type { RouteLookup } from "../reads/ip-route.ts";
import { hasLocalLookup, readRoutingRules } from "../reads/ip-rule.ts";
import type { Claim, Rule } from "../rule.ts";
import { columnCells, confirmingText, nameOf, rowCells, type Scene, wantFrom } from "../scene.ts";
import { parseAddress } from "../settings/cidr.ts";
import { listNames, namesOf } from "../shapes/figure-words.ts";

const id = "networkd-foreign-rules";
const captures: readonly ConfirmingCaptureId[] = ["ip-rule.txt", "ip-route.txt"];

/** systemd-networkd removes rules and routes it did not make (cilium/cilium#18706, flatcar/Flatcar#620, AKS#3531). */
export const networkdForeignRules: Rule = {
  causes: [
    {
      id,
      severity: "error",
      title: "routing rules or routes that Cilium needs were removed on a node",
      meaning:
        "systemd-networkd takes routes and routing rules it did not make for leftovers and deletes them on a link event, netplan apply or upgrade. Without the rule for local addresses a node takes no packet for its own; without Cilium's routes it no longer sends to pods of other nodes.",
      apart:
        "The node's own lists decide: nm-cloud-setup adds rules, this removes them. node-down looks alike from outside; here the agent may still answer. A missing link between subnets concerns whole groups, not one sender.",
      confirm:
        "`ip rule` in the agent has no line with from all lookup local, or `ip route` has no routes to the other nodes' pod ranges, while a node that works has one for each.",
      fix: "set ManageForeignRoutes=no and ManageForeignRoutingPolicyRules=no in networkd.conf, then restart the agent, which installs its routes and rules again",
      docs: "requirements",
    },
  ],
  wants: (scene) => wantFrom(scene, [...crosses(scene), ...deafNodes(scene)], captures),
  find: (scene) => [...withoutLocalRule(scene), ...withoutRoutes(scene)],
};

/** Nodes that a shape cuts off on the node's own address, from and to it or to it. */
function crosses(scene: Scene): number[] {
  return scene.shapes.flatMap(({ kind, probes, nodes }) =>
    (kind === "cross" || kind === "column") && probes.includes("host-http") ? nodes : [],
  );
}

/** Nodes that get through to nearly no pod of other nodes. */
function deafNodes(scene: Scene): number[] {
  return scene.shapes.flatMap(({ kind, probes, nodes }) =>
    (kind === "row" || kind === "cross") && probes.includes("endpoint-http") ? nodes : [],
  );
}

function withoutLocalRule(scene: Scene): Claim[] {
  return crosses(scene).flatMap((node) => {
    const rules = readRoutingRules(confirmingText(scene.nodes[node], "ip-rule.txt") ?? "");
    if (hasLocalLookup(rules) !== false) return [];
    const name = nameOf(scene, node);
    const cells = [...columnCells(scene, node), ...rowCells(scene, node)].filter((cell) => isFailing(scene, cell));
    return [
      {
        id,
        confidence: "confirmed" as const,
        title: `${name} has lost the routing rule for its own addresses`,
        nodes: [name],
        host: cells,
        endpoint: cells,
        evidence: [
          {
            text: `none of the ${rules.length} routing rules of ${name} looks up table local for all packets`,
            node: name,
            capture: "ip-rule.txt" as const,
          },
          { text: `${cells.length} paths from or to ${name} fail`, node: name },
          ...osEvidence(scene, node),
        ],
        confirm: [{ node: name, argv: ["ip", "rule"], expect: "no line with: from all lookup local" }],
      },
    ];
  });
}

function isFailing({ planes }: Scene, cell: number): boolean {
  return Object.values(planes.primary).some((plane) => failed(plane[cell]));
}

/** A sender whose table lacks the routes for others' pods while its neighbours reach those pods. */
function withoutRoutes(scene: Scene): Claim[] {
  const deaf = new Set(deafNodes(scene));
  if (deaf.size === 0) return [];
  const tables = routeTables(scene);
  const onLinks = links(scene, tables);
  const nodes = [...tables]
    .filter(([node, lookup]) => deaf.has(node) && lacksRoutes(scene, node, lookup, onLinks))
    .map(([node]) => node);
  if (nodes.length === 0) return [];
  const cells = nodes.flatMap((node) => rowCells(scene, node).filter((cell) => isPodLost(scene, cell)));
  return [
    {
      id,
      confidence: "likely",
      title: `${listNames(namesOf(scene, nodes))} has lost its routes to pods of other nodes`,
      nodes: namesOf(scene, nodes),
      host: [],
      endpoint: cells,
      evidence: nodes.flatMap((node) => [
        {
          text: `${nameOf(scene, node)} has no route of its own for ${deafCells(scene, node).length} health endpoints it fails to reach`,
          node: nameOf(scene, node),
          capture: "ip-route.txt" as const,
        },
        ...osEvidence(scene, node),
      ]),
      confirm: nodes.slice(0, 4).map((node) => ({
        node: nameOf(scene, node),
        argv: ["ip", "route"],
        expect: "no routes to the other nodes' pod ranges; a node that works has one for each",
      })),
    },
  ];
}

/**
 * Nearly its whole row fails on the pod path, none of it has a route of its own, and others get through to the same
 * pods. In native mode only routes that the agents promise to install can be missing, and those lead to the same link.
 */
function lacksRoutes(scene: Scene, node: number, lookup: RouteLookup, onLinks: readonly number[]): boolean {
  const isNative = scene.settings.routingMode === "native";
  if (isNative && autoDirectRoutes(scene) !== true) return false;
  const lost = deafCells(scene, node);
  if (lost.length < 2 || lost.length < judgedFrom(scene, node) * enough) return false;
  const near = lost.filter((cell) => !isNative || onLinks[cell % scene.size] === onLinks[node]);
  return (
    near.length > 0 &&
    near.every((cell) => {
      const address = parseAddress(healthAddress(scene, cell));
      return address?.family === 4 && leadsNowhere(lookup(address));
    }) &&
    near.some((cell) => isReached(scene, cell % scene.size))
  );
}

/** Pods on nodes that answer; a node that is silent itself tells nothing of the way to its pods. */
function judgedFrom(scene: Scene, node: number): number {
  const { "endpoint-http": pod, "host-http": host } = scene.planes.primary;
  return rowCells(scene, node).filter(
    (cell) => cell % (scene.size + 1) !== 0 && pod[cell] !== blank && !failed(host[cell]),
  ).length;
}

function isReached(scene: Scene, node: number): boolean {
  const http = scene.planes.primary["endpoint-http"];
  return columnCells(scene, node).some((cell) => cell % (scene.size + 1) !== 0 && http[cell] === fine);
}

function deafCells(scene: Scene, node: number): number[] {
  const host = scene.planes.primary["host-http"];
  return rowCells(scene, node).filter((cell) => isPodLost(scene, cell) && !failed(host[cell]));
}

function isPodLost({ planes, size }: Scene, cell: number): boolean {
  return cell % (size + 1) !== 0 && failed(planes.primary["endpoint-http"][cell]);
}

function osEvidence(scene: Scene, node: number): { text: string; node: string }[] {
  const osImage = scene.nodes[node]?.kube?.osImage ?? "";
  return /ubuntu|flatcar|debian|azure/i.test(osImage)
    ? [{ text: `it runs ${osImage}, where systemd-networkd manages links`, node: nameOf(scene, node) }]
    : [];
}
