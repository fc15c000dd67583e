import type { NodeFacts } from "../../model/facts.ts";
import type { Scene } from "../scene.ts";
import { minorOf } from "./version.ts";

/** What carries the pod path between nodes, by the settings; an unset routing mode is Cilium's default, a tunnel. */
export function isTunnel({ settings }: Scene): boolean {
  return settings.routingMode !== "native";
}

/** Neither cilium-config nor any agent's status was read: which settings the cluster has is anybody's guess. */
export function isRoutingUnknown({ settings }: Scene): boolean {
  return settings.routingMode === "";
}

export interface TunnelPort {
  /** `vxlan` or `geneve`. */
  readonly protocol: "vxlan" | "geneve";
  readonly port: number;
}

/** `tunnel-port`, else 8472 for VXLAN and 6081 for Geneve (pkg/defaults, since 1.4); `0` means the default. */
export function tunnelPort({ settings, facts }: Scene): TunnelPort {
  const protocol = settings.tunnelProtocol.toLowerCase() === "geneve" ? "geneve" : "vxlan";
  return { protocol, port: portSet(facts, "tunnel-port") ?? (protocol === "geneve" ? 6081 : 8472) };
}

/** The port of the health responders; `cluster-health-port`, 4240 by default. */
export function healthPort({ facts }: Pick<Scene, "facts">): number {
  return portSet(facts, "cluster-health-port") ?? 4240;
}

/** null for 0, for nothing and for what is no port. */
function portSet({ config }: Scene["facts"], key: string): number | null {
  const set = Number(config?.get(key) ?? 0);
  return Number.isInteger(set) && set > 0 && set <= 65_535 ? set : null;
}

/** Host traffic between nodes goes through WireGuard too: `encrypt-node`, or an agent says so. */
export function encryptsNodes({ facts, nodes }: Scene): boolean {
  if (facts.config?.get("encrypt-node") === "true") return true;
  return nodes.some((node) => node.agent?.status?.nodeEncryption.toLowerCase() === "enabled");
}

const controlPlane = "node-role.kubernetes.io/control-plane";

/** Nodes whose own traffic stays outside WireGuard (`node-encryption-opt-out-labels`, control planes by default). */
export function optsOutOfNodeEncryption({ facts }: Scene, node: NodeFacts | undefined): boolean {
  if (node?.agent?.status?.nodeEncryption.toLowerCase() === "optedout") return true;
  const selector = facts.config?.get("node-encryption-opt-out-labels") ?? controlPlane;
  return selector === controlPlane && node?.kube?.labels.has(controlPlane) === true;
}

/**
 * Whether the probes of health endpoints travel inside WireGuard: in a tunnel since 1.15, where the encapsulated packet
 * is encrypted (cilium/cilium#34095), else only with node encryption, since probes leave from the host.
 */
export function probesUseWireguard(scene: Scene): boolean {
  if (scene.settings.encryption !== "wireguard") return false;
  if (encryptsNodes(scene)) return true;
  return isTunnel(scene) && scene.settings.versions.every((version) => (minorOf(version) ?? 15) >= 15);
}

/** Agents before 1.15 never clear an ICMP success: their ping proves nothing (PR 30504). */
export function trustsPing(scene: Scene): boolean {
  return scene.settings.versions.every((version) => (minorOf(version) ?? 15) >= 15);
}

/**
 * Whether the agents concerned run the same routing, tunnel and encryption. Where they do not, that is the cause
 * (config-skew) and no port is to blame. What an agent does not say is not held against it.
 */
export function settingsAgree(scene: Scene, members: readonly number[]): boolean {
  const keys = ["routingMode", "tunnelProtocol", "encryption"] as const;
  return keys.every((key) => {
    const said = new Set<string>();
    for (const member of members) said.add(scene.nodes[member]?.agent?.status?.[key]?.toLowerCase() ?? "");
    said.delete("");
    return said.size < 2;
  });
}

/** Its agent gave a view. */
export function isHeard(node: NodeFacts | undefined): boolean {
  return node?.agent?.health != null;
}
