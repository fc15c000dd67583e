import { countCells, failingAmong } from "../matrix/failing.ts";
import type { Claim, Rule } from "../rule.ts";
import { columnCells, nameOf, rowCells, type Scene } from "../scene.ts";
import { isInnerAddress, type SharedAddress, sharedAddresses } from "../settings/shared-addresses.ts";

/** Two nodes with one address: which of them answers changes (cilium/cilium#31921, #28702). */
export const duplicateNodeIp: Rule = {
  causes: [
    {
      id: "duplicate-node-ip",
      severity: "error",
      title: "two nodes announce the same address",
      meaning:
        "The same InternalIP stands in the Node or CiliumNode of several nodes. Packets for one of them reach the other, results flap, and WireGuard peers overwrite each other.",
      apart: "Arithmetic on the objects alone; no probe is needed. A leftover of a deleted node is stale-node-entry.",
      confirm:
        "`kubectl get ciliumnodes -o yaml` shows the address under spec.addresses of more than one node; `ip neigh show ADDRESS` on two peers may then name two MAC addresses.",
      fix: "remove the stale object, or give one of the nodes another address",
      docs: "wireguard",
    },
  ],
  find: (scene) =>
    sharedAddresses(scene).flatMap((shared) => (isInnerAddress(shared.ip) ? [] : [claim(scene, shared)])),
};

function claim(scene: Scene, { ip, nodes }: SharedAddress): Claim {
  const names = nodes.map((at) => nameOf(scene, at));
  const lines = new Set(nodes.flatMap((at) => [...columnCells(scene, at), ...rowCells(scene, at)]));
  const cells = failingAmong(scene, lines);
  return {
    id: "duplicate-node-ip",
    ...(countCells(cells) === 0 ? { severity: "warning" as const } : {}),
    confidence: "confirmed",
    title: `${names.join(" and ")} announce the same address ${ip}`,
    nodes: names,
    ...cells,
    evidence: nodes.map((at) => ({ text: whoSays(scene, at, ip), node: nameOf(scene, at) })),
    confirm: [
      {
        node: null,
        argv: [
          "get",
          "ciliumnodes",
          "-o",
          'custom-columns=NAME:.metadata.name,IP:.spec.addresses[?(@.type=="InternalIP")].ip',
        ],
        expect: `${ip} in more than one line`,
      },
    ],
  };
}

function whoSays(scene: Scene, at: number, ip: string): string {
  const node = scene.nodes[at];
  const objects = [
    ...(node?.kube?.internalIPs.includes(ip) === true ? ["Node"] : []),
    ...(node?.cilium?.internalIPs.includes(ip) === true ? ["CiliumNode"] : []),
  ];
  return `${objects.join(" and ")} ${nameOf(scene, at)} has InternalIP ${ip}`;
}
