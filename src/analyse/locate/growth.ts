import type { CounterName, SideGrowth } from "../../model/locate.ts";
import { dropGrowth } from "../drops/growth.ts";
import { type Link, readLinks, underlayLink } from "../reads/ip-link.ts";

/** One side at one moment: the texts of `ip -j -s link` and `bpf metrics list`; null where one could not be read. */
export interface SideRead {
  readonly links: string | null;
  readonly metrics: string | null;
}

/** The health endpoint's host side: its TX is what goes in, its RX what comes out. Before 1.8 `cilium_health`. */
const healthDevices = ["lxc_health", "cilium_health"];

/** What the counters of one side did between two reads; null where nothing could be read. */
export function sideGrowth(before: SideRead | null, after: SideRead | null, tunnelDevice: string): SideGrowth | null {
  if (before === null || after === null) return null;
  const links = linkGrowth(before.links, after.links, tunnelDevice);
  const drops = before.metrics === null || after.metrics === null ? null : dropGrowth(before.metrics, after.metrics);
  return links === null && drops === null ? null : { counters: links ?? {}, drops };
}

/** The network card that leads to other nodes; "" where it cannot be told which. */
export function nicOf(read: SideRead | null): string {
  const links = read?.links == null ? null : readLinks(read.links);
  return links === null ? "" : (underlayLink(links, "")?.name ?? "");
}

function linkGrowth(
  before: string | null,
  after: string | null,
  tunnelDevice: string,
): Partial<Record<CounterName, number>> | null {
  const [older, newer] = [before === null ? null : readLinks(before), after === null ? null : readLinks(after)];
  if (older === null || newer === null) return null;
  const nic = underlayLink(newer, "")?.name ?? underlayLink(older, "")?.name ?? "";
  const health = healthDevices.find((name) => newer.some((link) => link.name === name)) ?? "";
  const grown = (name: string, read: (link: Link) => number): number | undefined => {
    const [was, is] = [older.find((link) => link.name === name), newer.find((link) => link.name === name)];
    // A device that was made anew counts from 0.
    return was === undefined || is === undefined ? undefined : read(is) - (read(is) < read(was) ? 0 : read(was));
  };
  const all: Record<CounterName, number | undefined> = {
    tunnelTx: grown(tunnelDevice, (link) => link.txPackets),
    tunnelRx: grown(tunnelDevice, (link) => link.rxPackets),
    tunnelLost: grown(tunnelDevice, (link) => link.txLost),
    nicTx: grown(nic, (link) => link.txPackets),
    nicRx: grown(nic, (link) => link.rxPackets),
    healthTx: grown(health, (link) => link.txPackets),
    healthRx: grown(health, (link) => link.rxPackets),
  };
  return Object.fromEntries(Object.entries(all).filter(([, growth]) => growth !== undefined));
}
