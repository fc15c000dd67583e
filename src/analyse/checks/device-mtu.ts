import type { Answer, Check, CheckScene } from "../check.ts";
import { type Commonest, commonest, onOthers } from "../compare/odd-ones.ts";
import { doubtful, fine, perNode, textsOf } from "../compare/per-node.ts";
import { parsed, type Reading } from "../compare/readings.ts";
import { type Sizes, sizesOf } from "../evidence/packet-sizes.ts";
import { type Link, readLinks } from "../reads/ip-link.ts";

const rule = "mtu-too-large";

export const deviceMtu: Check = {
  cause: {
    id: "device-mtu",
    severity: "warning",
    title: "the MTU of each device against what pods may send",
    meaning:
      "Pods of a node may send packets that are larger, with the headers of tunnel and encryption, than the interface to the other nodes carries, or a node's devices have another MTU than the same devices elsewhere. Probes are tiny and stay green; large answers and uploads hang.",
    apart:
      "mtu-too-large is the same fault as a finding. It is read from interfaces and routes alone, no probe shows it.",
    confirm: "`ip -o link` in the agent shows each device's mtu, `ip route` that of the routes to pods.",
    fix: "set MTU in the Helm values to that of the smallest interface between nodes less the headers, or remove the setting so that Cilium finds it, then restart the agents and the pods",
    docs: "requirements",
  },
  look: (checked) =>
    perNode(
      checked,
      (node) => devices(checked, node),
      (node, value, others) => judge(checked, node, value, others),
    ),
};

interface Devices {
  readonly links: readonly Link[];
  readonly sizes: Sizes | null;
}

function devices(checked: CheckScene, node: number): Reading<Devices> {
  const reading = parsed(checked, node, "ip-link.json", readLinks);
  if ("answer" in reading) return reading;
  const facts = checked.scene.nodes[node];
  return { read: { links: reading.read, sizes: facts === undefined ? null : sizesOf(checked.scene, facts) } };
}

function judge(
  { scene }: CheckScene,
  node: number,
  { links, sizes }: Devices,
  others: ReadonlyMap<number, Devices>,
): Answer | Answer[] {
  if (sizes !== null && sizes.largest > sizes.link.mtu) {
    const { how, largest, link } = sizes;
    const unlike = commonest(textsOf(others, (one) => String(one.sizes?.link.mtu ?? "")));
    const odd = unlike?.odd.includes(node) === true ? `, ${onOthers(unlike)}` : "";
    return doubtful(node, `${how}, up to ${largest} bytes on the wire; ${link.name} carries ${link.mtu}${odd}`, {
      id: rule,
    });
  }
  if (sizes !== null && scene.settings.routingMode !== "native") {
    const larger = [...others.values()].filter((one) => (one.sizes?.largest ?? 0) > sizes.link.mtu).length;
    if (larger > 0) {
      return doubtful(
        node,
        `${sizes.link.name} carries ${sizes.link.mtu} bytes, and pods of ${larger === 1 ? "another node" : `${larger} other nodes`} may send larger packets`,
        { id: rule },
      );
    }
  }
  const unlike = compared.flatMap((name) => oddDevice(name, node, links, others));
  return unlike.length === 0 ? fine(node) : doubtful(node, unlike.join("; "));
}

/** Devices that every node has under the same name; a pod's own device may have been made before a change. */
const compared = ["cilium_host", "cilium_net", "cilium_vxlan", "cilium_geneve", "cilium_wg0", "lxc_health"];

function oddDevice(name: string, node: number, links: readonly Link[], others: ReadonlyMap<number, Devices>): string[] {
  const mtuIn = (some: readonly Link[]) => some.find((link) => link.name === name)?.mtu;
  const own = mtuIn(links);
  if (own === undefined) return [];
  const values = new Map<number, string>();
  for (const [at, one] of others) {
    const mtu = mtuIn(one.links);
    if (mtu !== undefined) values.set(at, String(mtu));
  }
  const common: Commonest | null = commonest(values);
  return common?.odd.includes(node) === true ? [`${name} has MTU ${own} (${onOthers(common)})`] : [];
}
