import { failingAmong, type PathCells } from "../matrix/failing.ts";
import { sightings } from "../matrix/sightings.ts";
import { readAddresses } from "../reads/link-addresses.ts";
import type { Claim, Rule } from "../rule.ts";
import { columnCells, confirmingText, nameOf, rowCells, type Scene, wantFrom } from "../scene.ts";
import { type Cidr, contains, parseAddress, parseCidr } from "../settings/cidr.ts";
import { isInnerAddress, sharedAddresses } from "../settings/shared-addresses.ts";

/** The kubelet took the address of a NIC that the other nodes do not reach (cilium/cilium#18670). */
export const wrongNodeIpPicked: Rule = {
  causes: [
    {
      id: "wrong-node-ip-picked",
      severity: "error",
      title: "a node announces the address of the wrong NIC",
      meaning:
        "The node's InternalIP belongs to a NIC that leads nowhere near the others: the NAT interface of a virtual machine, or a second network of the cloud. Everything sent to it is lost.",
      apart:
        "node-ip-changed differs between Kubernetes and the observers; here all agree. duplicate-node-ip is the extreme form, with one real address on two nodes.",
      confirm:
        "`ip -br addr` in the agent shows another address of the node, in the network of the other nodes; `ip route get ADDRESS` for a peer leaves by that interface.",
      fix: "set --node-ip of the kubelet to the address the other nodes reach, delete the CiliumNodes concerned and restart their agents",
      docs: "requirements",
    },
  ],
  find: (scene) => {
    const suspects = suspectsOf(scene);
    const wrong = suspects.flatMap((at) => evidenceOf(scene, at));
    return wrong.length === 0 ? [] : [claim(scene, wrong)];
  },
  wants: (scene) => wantFrom(scene, suspectsOf(scene), ["ip-addr.txt"]),
};

/** Nodes outside the range the others share that nobody reaches, and nodes that share an inner address. */
function suspectsOf(scene: Scene): number[] {
  const shared = sharedAddresses(scene)
    .filter(({ ip }) => isInnerAddress(ip))
    .flatMap(({ nodes }) => nodes);
  if (scene.shapes.length === 0) return [...new Set(shared)].sort((a, b) => a - b);
  const common = commonRange(scene);
  const outside = scene.nodes.flatMap((node, at) =>
    common !== null && node.agent?.health != null && isOutside(addressOf(scene, at), common) && isSilent(scene, at)
      ? [at]
      : [],
  );
  return [...new Set([...shared, ...outside])].sort((a, b) => a - b);
}

function addressOf(scene: Scene, at: number): string {
  const node = scene.nodes[at];
  return (node?.kube?.internalIPs ?? node?.cilium?.internalIPs ?? []).find((ip) => !ip.includes(":")) ?? "";
}

function isOutside(ip: string, range: Cidr): boolean {
  const address = parseAddress(ip);
  return address !== null && !contains(range, address);
}

function isSilent(scene: Scene, at: number): boolean {
  const seen = sightings(scene, at);
  return seen.judged > 0 && seen.dead === seen.judged;
}

/** The /16 that most nodes lie in, null when there is no such. */
function commonRange(scene: Scene): Cidr | null {
  const counts = new Map<string, number>();
  let all = 0;
  scene.nodes.forEach((node, at) => {
    const [, head] = /^(\d+\.\d+)\.\d+\.\d+$/.exec(node.remote ? "" : addressOf(scene, at)) ?? [];
    if (head === undefined) return;
    all++;
    counts.set(head, (counts.get(head) ?? 0) + 1);
  });
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  return most === undefined || most[1] < 2 || most[1] * 5 < all * 3 ? null : parseCidr(`${most[0]}.0.0/16`);
}

interface WrongAddress {
  readonly at: number;
  readonly ip: string;
  /** The address it has in the others' range, "" when none was read. */
  readonly better: string;
}

/** Says so for an inner address, or where the node was seen to have a better one; else another cause may fit. */
function evidenceOf(scene: Scene, at: number): WrongAddress[] {
  const ip = addressOf(scene, at);
  const common = commonRange(scene);
  const read = readAddresses(confirmingText(scene.nodes[at], "ip-addr.txt") ?? "");
  const better = read.find((one) => {
    const address = parseAddress(one.ip);
    const isPods = /^(?:cilium_|lxc|lo$)/.test(one.link);
    return common !== null && address !== null && !isPods && contains(common, address);
  });
  return isInnerAddress(ip) || better !== undefined ? [{ at, ip, better: better?.ip ?? "" }] : [];
}

function claim(scene: Scene, wrong: readonly WrongAddress[]): Claim {
  const names = wrong.map(({ at }) => nameOf(scene, at));
  const isShared = new Set(wrong.map(({ ip }) => ip)).size < wrong.length;
  const isRead = wrong.some(({ better }) => better !== "");
  const [first] = wrong;
  return {
    id: "wrong-node-ip-picked",
    confidence: isRead ? "confirmed" : "likely",
    title:
      names.length === 1
        ? `${names[0]} announces ${first?.ip ?? ""}, an address the others cannot use`
        : `${names.length} nodes announce addresses the others cannot use`,
    nodes: names,
    ...crossCells(scene, wrong),
    evidence: wrong.slice(0, 5).map((one) => wrongEvidence(scene, one)),
    alternatives: isShared
      ? [
          {
            id: "duplicate-node-ip",
            why: "several nodes share the address; `ip -br addr` would show it is their only one",
          },
        ]
      : [],
    confirm: [
      { node: names[0] ?? "", argv: ["ip", "-br", "addr"], expect: "another address, in the other nodes' network" },
    ],
  };
}

function crossCells(scene: Scene, wrong: readonly WrongAddress[]): PathCells {
  return failingAmong(scene, new Set(wrong.flatMap(({ at }) => [...columnCells(scene, at), ...rowCells(scene, at)])));
}

function wrongEvidence(scene: Scene, { at, ip, better }: WrongAddress): Claim["evidence"][number] {
  const name = nameOf(scene, at);
  if (better === "")
    return { text: `${name} announces ${ip}, which is an inner address of its kind of machine`, node: name };
  return {
    text: `${name} announces ${ip} but also has ${better} in the others' range`,
    node: name,
    capture: "ip-addr.txt",
  };
}
