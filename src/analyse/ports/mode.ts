import type { Facts } from "../../model/facts.ts";
import type { PortSetting } from "../../model/ports.ts";
import { remoteNames } from "./others.ts";
import { readSettings, type Settings } from "./read-settings.ts";

/** How packets travel between nodes, as far as that can be read; "" where it cannot. */
export interface Mode {
  readonly settings: Settings;
  readonly routing: PortSetting;
  /** `vxlan` or `geneve`; "" in native mode, and where it is unknown. */
  readonly tunnel: PortSetting;
  readonly tunnelPort: PortSetting;
  readonly encryption: PortSetting;
  readonly nodeEncryption: boolean;
  readonly health: PortSetting;
  readonly endpointHealth: PortSetting;
  readonly healthPort: PortSetting;
  /** Address families in use: by the settings, else by the addresses that agents probe. */
  readonly families: readonly (4 | 6)[];
  /** Minor releases in use. */
  readonly minors: readonly number[];
  readonly remotes: readonly string[];
}

export function modeOf(facts: Facts, minors: readonly number[]): Mode {
  const settings = readSettings(facts);
  const routing = routingOf(facts, settings);
  const tunnel = tunnelOf(facts, settings);
  return {
    settings,
    routing,
    tunnel,
    tunnelPort: tunnelPortOf(settings, tunnel.value),
    encryption: encryptionOf(facts, settings),
    nodeEncryption: encryptsNodes(facts),
    health: onOff(facts, settings, "enable-health-checking"),
    endpointHealth: onOff(facts, settings, "enable-endpoint-health-checking"),
    healthPort: settings.config("cluster-health-port", "4240"),
    families: familiesOf(facts),
    minors,
    remotes: remoteNames(facts),
  };
}

/** `routing-mode` since 1.14; before, `tunnel` held the protocol or `disabled`. Unset, Cilium tunnels. */
function routingOf(facts: Facts, settings: Settings): PortSetting {
  const old = facts.config?.get("tunnel");
  const former: PortSetting[] =
    old === undefined
      ? []
      : [{ name: "tunnel", value: old === "disabled" ? "native" : "tunnel", source: "cilium-config" }];
  const now = settings.config("routing-mode", "tunnel");
  return settings.first(...(now.source === "cilium-config" ? [now] : former), agentRouting(settings), now);
}

function agentRouting(settings: Settings): PortSetting {
  return settings.agents("routing", ({ routingMode }) => routingMode);
}

function tunnelOf(facts: Facts, settings: Settings): PortSetting {
  const old = facts.config?.get("tunnel") ?? "";
  const former: PortSetting = { name: "tunnel", value: old, source: "cilium-config" };
  const now = settings.config("tunnel-protocol", "vxlan");
  const said = settings.agents("tunnel-protocol", ({ tunnelProtocol }) => tunnelProtocol.toLowerCase());
  if (now.source === "cilium-config") return now;
  return old !== "" && old !== "disabled" ? former : settings.first(said, now);
}

/** `tunnel-port`, where `0` means the protocol's own: 8472 for VXLAN, 6081 for Geneve (pkg/defaults). */
function tunnelPortOf(settings: Settings, protocol: string): PortSetting {
  const usual = protocol === "" ? "" : String(usualTunnelPort(protocol));
  const set = settings.config("tunnel-port", usual);
  return set.value === "0" ? { name: "tunnel-port", value: usual, source: "default" } : set;
}

export function usualTunnelPort(protocol: string): number {
  return protocol === "geneve" ? 6081 : 8472;
}

function encryptionOf({ config }: Facts, settings: Settings): PortSetting {
  for (const [key, value] of [
    ["enable-wireguard", "wireguard"],
    ["enable-ipsec", "ipsec"],
    ["enable-ztunnel", "ztunnel"],
  ] as const) {
    if (config?.get(key) === "true") return { name: key, value, source: "cilium-config" };
  }
  const said = settings.agents("encryption", ({ encryption }) => encryption.toLowerCase());
  const unset: PortSetting = settings.configRead
    ? { name: "enable-wireguard, enable-ipsec", value: "disabled", source: "default" }
    : { name: "enable-wireguard, enable-ipsec", value: "", source: "unknown" };
  return settings.first(said, unset);
}

function encryptsNodes({ config, nodes }: Facts): boolean {
  if (config?.get("encrypt-node") === "true") return true;
  return nodes.some(({ agent }) => agent?.status?.nodeEncryption.toLowerCase() === "enabled");
}

/** An agent that gave a view, or one with an endpoint in it, says it as well as the setting. */
function onOff({ nodes, matrix }: Facts, settings: Settings, key: string): PortSetting {
  const set = settings.config(key, "true");
  if (set.source !== "unknown") return set;
  const isSeen =
    key === "enable-health-checking"
      ? nodes.some(({ agent }) => agent?.health != null)
      : matrix.rows.some((row) => row?.endpoint.positions.some(({ ip }) => ip.some((id) => id !== 0)) === true);
  return isSeen ? { name: key, value: "true", source: "agents" } : set;
}

function familiesOf({ config, nodes, matrix }: Facts): (4 | 6)[] {
  if (config !== null && (config.has("enable-ipv4") || config.has("enable-ipv6"))) {
    const [four, six] = [config.get("enable-ipv4") !== "false", config.get("enable-ipv6") === "true"];
    if (four || six) return [...(four ? [4 as const] : []), ...(six ? [6 as const] : [])];
  }
  const all = [...matrix.addresses, ...nodes.flatMap(({ kube }) => kube?.internalIPs ?? [])].filter((ip) => ip !== "");
  const six = all.some((ip) => ip.includes(":"));
  return all.length === 0 || all.some((ip) => !ip.includes(":")) ? (six ? [4, 6] : [4]) : [6];
}
