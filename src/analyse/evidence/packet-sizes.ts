import type { NodeFacts } from "../../model/facts.ts";
import { readAgentConfig } from "../reads/agent-config.ts";
import { type Link, readLinks, underlayLink } from "../reads/ip-link.ts";
import { readRoutes } from "../reads/ip-route.ts";
import { confirmingText, type Scene } from "../scene.ts";
import { isTunnel } from "../settings/wire.ts";

/** Bytes on the wire, by one node's own interfaces and routes. */
export interface Sizes {
  readonly name: string;
  /** Largest packet between nodes that pods can cause, headers of tunnel and encryption included. */
  readonly largest: number;
  readonly how: string;
  /** The interface that leads to the other nodes. */
  readonly link: Link;
}

/** pkg/mtu/mtu.go: TunnelOverhead 50, EncryptionIPsecOverhead 77, WireguardOverhead 80. */
function overhead(scene: Scene): number {
  const encryption = scene.settings.encryption;
  const sealed = encryption === "wireguard" ? 80 : encryption === "ipsec" ? 77 : 0;
  return encryption === "wireguard" ? sealed : sealed + (isTunnel(scene) ? 50 : 0);
}

/** null where the links were not read, or it cannot be told which one leads to the other nodes. */
export function sizesOf(scene: Scene, node: NodeFacts): Sizes | null {
  const text = confirmingText(node, "ip-link.json");
  const links = text === null ? null : readLinks(text);
  const inner = links?.find(({ name }) => name === "cilium_host") ?? null;
  if (links === null || inner === null) return null;
  const routes = readRoutes(confirmingText(node, "ip-route.txt") ?? "");
  const link = underlayLink(links, routes.find((route) => route.isDefault)?.dev ?? onlyDevice(node));
  if (link === null || link.mtu === 0) return null;
  const limited = routes.flatMap((route) => {
    const mtu = /\bmtu (?:lock )?(\d+)/.exec(route.text)?.[1];
    return route.dev === "cilium_host" && mtu !== undefined ? [Number(mtu)] : [];
  });
  if (limited.length === 0)
    return { name: node.name, largest: inner.mtu, how: `cilium_host has MTU ${inner.mtu}`, link };
  const most = limited.reduce((a, b) => Math.max(a, b));
  const added = overhead(scene);
  return { name: node.name, largest: most + added, how: `routes to pods have MTU ${most}, headers add ${added}`, link };
}

function onlyDevice(node: NodeFacts): string {
  const text = confirmingText(node, "cilium-config.json");
  const devices = text === null ? "" : (readAgentConfig(text)?.get("Devices") ?? "");
  return devices.includes(",") ? "" : devices;
}
