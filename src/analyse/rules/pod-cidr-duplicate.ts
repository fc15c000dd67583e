import { hasCloudAddresses } from "../evidence/native-routing.ts";
import { failed } from "../matrix/planes.ts";
import type { Claim, Rule } from "../rule.ts";
import { columnCells, nameOf, type Scene } from "../scene.ts";
import { type OwnedRange, overlapping } from "../settings/address-ranges.ts";
import { parseCidr } from "../settings/cidr.ts";
import { listNames, namesOf } from "../shapes/figure-words.ts";

const id = "pod-cidr-duplicate";

/** Two nodes hold the same or nested pod ranges (cilium/cilium#17277, #15500). */
export const podCidrDuplicate: Rule = {
  causes: [
    {
      id,
      severity: "error",
      title: "two nodes share pod addresses",
      meaning:
        "Two CiliumNodes hold equal or nested pod ranges. Which of the two gets a packet for an address in both is chance, and may differ from node to node; two pods may carry one address.",
      apart: "The ranges alone decide; no probe is needed. pod-cidr-overlaps-nodes is about addresses of nodes.",
      confirm:
        "`kubectl get ciliumnodes -o yaml` shows the same range, or one within another, under spec.ipam.podCIDRs of two nodes, often with an error under status.ipam.operator-status.",
      fix: "let one component give out pod ranges; delete one of the two CiliumNodes, restart its agent and recreate its pods",
      docs: "ipam",
    },
  ],
  find: (scene) => {
    if (hasCloudAddresses(scene)) return [];
    return overlapping(podRanges(scene)).map((group) => claim(scene, group));
  },
};

interface Holder {
  readonly node: number;
  readonly text: string;
}

function podRanges(scene: Scene): OwnedRange<number>[] {
  return scene.nodes.flatMap((node, owner) =>
    (node.cilium?.podCIDRs ?? []).flatMap((text) => {
      const range = parseCidr(text);
      return range === null ? [] : [{ owner, range }];
    }),
  );
}

function claim(scene: Scene, group: readonly OwnedRange<number>[]): Claim {
  const nodes = [...new Set(group.map(({ owner }) => owner))].sort((a, b) => a - b);
  const cells = nodes.flatMap((node) => lostCells(scene, node));
  const holders = nodes.slice(0, 5).map((node): Holder => ({ node, text: rangesOf(scene, node, group) }));
  return {
    id,
    ...(cells.length === 0 ? { severity: "info" as const } : {}),
    confidence: "confirmed",
    title: `${listNames(namesOf(scene, nodes))} hold overlapping pod ranges${cells.length === 0 ? "; no probe fails by it" : ""}`,
    nodes: namesOf(scene, nodes),
    host: [],
    endpoint: cells,
    evidence: [
      ...holders.map(({ node, text }) => ({ text: `${nameOf(scene, node)} holds ${text}`, node: nameOf(scene, node) })),
      ...nodes.slice(0, 5).flatMap((node) => ipamError(scene, node)),
      ...(cells.length === 0 ? [] : [{ text: `${cells.length} paths to their health endpoints fail` }]),
    ],
    confirm: [
      {
        node: null,
        argv: [
          "get",
          "ciliumnodes",
          ...namesOf(scene, nodes.slice(0, 5)),
          "-o",
          "jsonpath={range .items[*]}{.metadata.name} {.spec.ipam.podCIDRs} {.status.ipam.operator-status.error}{'\\n'}{end}",
        ],
        expect: "the same range twice, or one within another",
      },
    ],
  };
}

function rangesOf(scene: Scene, node: number, group: readonly OwnedRange<number>[]): string {
  const lows = new Set(group.filter(({ owner }) => owner === node).map(({ range }) => range.low));
  const texts = scene.nodes[node]?.cilium?.podCIDRs ?? [];
  return texts.filter((text) => lows.has(parseCidr(text)?.low ?? -1n)).join(", ");
}

function ipamError(scene: Scene, node: number): { text: string; node: string }[] {
  const error = scene.nodes[node]?.cilium?.ipamError ?? "";
  return error === ""
    ? []
    : [{ text: `the operator says of ${nameOf(scene, node)}: ${error}`, node: nameOf(scene, node) }];
}

/** Pod paths to a node that fail where its own address answers. */
function lostCells(scene: Scene, node: number): number[] {
  const { primary } = scene.planes;
  return columnCells(scene, node).filter(
    (cell) =>
      cell % (scene.size + 1) !== 0 && failed(primary["endpoint-http"][cell]) && !failed(primary["host-http"][cell]),
  );
}
