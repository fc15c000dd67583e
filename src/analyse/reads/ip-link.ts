import { isRecord, numberOf, readJson, textAt } from "./json.ts";

/** One network interface. */
export interface Link {
  readonly name: string;
  /** Bytes. */
  readonly mtu: number;
  /** null where its flags are not told. */
  readonly up: boolean | null;
  /** `ether`, `loopback`, `none`, … */
  readonly kind: string;
  /** Bridge or bond it belongs to, "" for none. */
  readonly master: string;
  readonly rxPackets: number;
  readonly txPackets: number;
  /** Packets handed to it that it could not send: dropped, or ended in an error. */
  readonly txLost: number;
}

/** `ip -j -s link`, iproute2's JSON; null when the text is none. */
export function readLinks(text: string): readonly Link[] | null {
  const json = readJson(text);
  if (!Array.isArray(json)) return null;
  return json.filter(isRecord).map((link) => ({
    name: textAt(link, "ifname"),
    mtu: numberOf(link, "mtu"),
    up: Array.isArray(link["flags"]) ? link["flags"].includes("UP") : null,
    kind: textAt(link, "link_type"),
    master: textAt(link, "master"),
    rxPackets: packets(link, "rx"),
    txPackets: packets(link, "tx"),
    txLost: statistic(link, "tx", "dropped") + statistic(link, "tx", "errors"),
  }));
}

function packets(link: Readonly<Record<string, unknown>>, way: "rx" | "tx"): number {
  return statistic(link, way, "packets");
}

function statistic(link: Readonly<Record<string, unknown>>, way: "rx" | "tx", name: string): number {
  const stats = isRecord(link["stats64"]) ? link["stats64"][way] : undefined;
  return isRecord(stats) ? numberOf(stats, name) : 0;
}

/** Interfaces that Cilium, another network plugin or a container runtime makes; never the way between nodes. */
const virtual = /^(?:lo|cilium_|lxc|docker|veth|cni|br-|kube-|nodelocaldns|virbr|dummy|flannel|cali|tunl|nerdctl)/;

/** The interface that leads to the other nodes: the named one where it is known, else the only real one that is up. */
export function underlayLink(links: readonly Link[], named: string): Link | null {
  const known = links.find((link) => link.name === named);
  if (known !== undefined) return known;
  const real = links.filter(
    (link) => link.up && link.kind === "ether" && link.master === "" && !virtual.test(link.name),
  );
  return real.length === 1 ? (real[0] ?? null) : null;
}
