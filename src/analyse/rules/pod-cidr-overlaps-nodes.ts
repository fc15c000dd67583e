import { hasCloudAddresses } from "../evidence/native-routing.ts";
import { blank, failed, refused } from "../matrix/planes.ts";
import type { Claim, Rule } from "../rule.ts";
import { columnCells, nameOf, rowCells, type Scene } from "../scene.ts";
import { type Covered, covered } from "../settings/address-ranges.ts";
import { parseAddress, parseCidr } from "../settings/cidr.ts";
import { listNames, namesOf } from "../shapes/figure-words.ts";

const id = "pod-cidr-overlaps-nodes";

/** A pod range holds addresses of nodes (cilium/cilium#42383, #20208, #32296, provider-aws-test-infra#576). */
export const podCidrOverlapsNodes: Rule = {
  causes: [
    {
      id,
      severity: "error",
      title: "a node's pod range contains addresses of nodes",
      meaning:
        "Packets for a node whose address lies in another node's pod range are taken for packets to a pod and sent to that other node, or answered as unroutable there. Nodes drop off when Cilium starts. Cilium's default pool 10.0.0.0/8 on a 10.x network does this.",
      apart:
        "The addresses alone decide; no probe is needed. host-firewall-reject gives the same errors with disjoint ranges.",
      confirm:
        "`ip route get ADDRESS` on the owner of the range, for the node whose address lies in it, shows dev cilium_host or no route instead of the network interface.",
      fix: "use a pool that is disjoint from the nodes' networks (clusterPoolIPv4PodCIDRList); on a running cluster that is a migration, node by node",
      docs: "ipam",
    },
  ],
  find: (scene) => {
    if (hasCloudAddresses(scene)) return [];
    const found = overlaps(scene);
    const harmful = found.filter((one) => isHarmful(scene, one));
    if (harmful.length > 0) return [claim(scene, harmful)];
    return found.length === 0 ? [] : [harmlessClaim(scene, found)];
  },
};

/** A node whose address lies in the pod range of a node, its own included. */
type Overlap = Covered<number, number>;

function overlaps(scene: Scene): Overlap[] {
  const addresses = scene.nodes.flatMap((node, owner) => {
    const ips = new Set([...(node.kube?.internalIPs ?? []), ...(node.cilium?.internalIPs ?? [])]);
    return [...ips].flatMap((ip) => {
      const address = parseAddress(ip);
      return address === null ? [] : [{ owner, address }];
    });
  });
  const ranges = scene.nodes.flatMap((node, owner) =>
    (node.cilium?.podCIDRs ?? []).flatMap((text) => {
      const range = parseCidr(text);
      return range === null ? [] : [{ owner, range }];
    }),
  );
  return covered(addresses, ranges);
}

/** Whoever holds the range is the first to lose the node in it; while that path works, a more specific route saves it. */
function isHarmful(scene: Scene, { at, within }: Overlap): boolean {
  const http = scene.planes.primary["host-http"];
  const first = http[within.owner * scene.size + at.owner];
  const works = within.owner !== at.owner && first !== blank && !failed(first);
  return !works && lostCells(scene, at.owner).length > 0;
}

/** Paths from and to a node whose HTTP probes get no answer; a refusal is an answer. */
function lostCells(scene: Scene, node: number): number[] {
  const http = scene.planes.primary["host-http"];
  return [...columnCells(scene, node), ...rowCells(scene, node)].filter(
    (cell) => cell % (scene.size + 1) !== 0 && failed(http[cell]) && http[cell] !== refused,
  );
}

function claim(scene: Scene, found: readonly Overlap[]): Claim {
  const cells = [...new Set(found.flatMap(({ at }) => lostCells(scene, at.owner)))];
  const nodes = membersOf(found);
  return {
    id,
    confidence: "confirmed",
    title: `pod ranges contain the addresses of ${listNames(namesOf(scene, addressOwners(found)))}`,
    nodes: namesOf(scene, nodes),
    host: cells,
    endpoint: cells,
    evidence: [
      ...found.slice(0, 5).map((one) => ({ text: sentence(scene, one), node: nameOf(scene, one.at.owner) })),
      { text: `${cells.length} paths from or to these nodes get no answer at the node's address` },
    ],
    confirm: found.slice(0, 2).flatMap(({ at, within }) =>
      at.owner === within.owner
        ? []
        : [
            {
              node: nameOf(scene, within.owner),
              argv: ["ip", "route", "get", ipOf(scene, at.owner)],
              expect: "dev cilium_host, or no route, instead of the network interface",
            },
          ],
    ),
  };
}

/** Where a more specific route keeps the nodes in reach, nothing is broken yet; the next node may be less lucky. */
function harmlessClaim(scene: Scene, found: readonly Overlap[]): Claim {
  return {
    id,
    severity: "info",
    confidence: "confirmed",
    title: `pod ranges contain the addresses of ${listNames(namesOf(scene, addressOwners(found)))}; no probe fails by it`,
    nodes: namesOf(scene, membersOf(found)),
    host: [],
    endpoint: [],
    evidence: found.slice(0, 5).map((one) => ({ text: sentence(scene, one), node: nameOf(scene, one.at.owner) })),
  };
}

function sentence(scene: Scene, { at, within }: Overlap): string {
  const ranges = scene.nodes[within.owner]?.cilium?.podCIDRs ?? [];
  const range = ranges.find((text) => parseCidr(text)?.low === within.range.low) ?? "";
  return `${ipOf(scene, at.owner)} of ${nameOf(scene, at.owner)} lies in ${range}, the pod range of ${nameOf(scene, within.owner)}`;
}

function ipOf(scene: Scene, node: number): string {
  const facts = scene.nodes[node];
  return facts?.cilium?.internalIPs[0] ?? facts?.kube?.internalIPs[0] ?? "";
}

function addressOwners(found: readonly Overlap[]): number[] {
  return [...new Set(found.map(({ at }) => at.owner))].sort((a, b) => a - b);
}

function membersOf(found: readonly Overlap[]): number[] {
  return [...new Set(found.flatMap(({ at, within }) => [at.owner, within.owner]))].sort((a, b) => a - b);
}
