import type { Facts } from "../../model/facts.ts";
import type { CiliumSettings } from "../../model/report.ts";

/** The cluster's Cilium settings: cilium-config where it says so, else what the agents themselves report. */
export function ciliumSettings(facts: Facts): CiliumSettings {
  const statuses = facts.nodes.flatMap((node) => (node.agent?.status ? [node.agent.status] : []));
  const config = (key: string) => facts.config?.get(key) ?? "";
  return {
    versions: versions(facts),
    routingMode: routingMode(facts) || mostCommon(statuses.map((status) => status.routingMode)),
    tunnelProtocol: tunnelProtocol(facts) || mostCommon(statuses.map((status) => status.tunnelProtocol)),
    encryption:
      encryption(facts) ||
      mostCommon(statuses.map((status) => status.encryption)).toLowerCase() ||
      (facts.config === null && statuses.length === 0 ? "" : "disabled"),
    healthChecking: flag(config("enable-health-checking"), facts.config !== null),
    endpointHealthChecking: flag(config("enable-endpoint-health-checking"), facts.config !== null),
  };
}

/** Both options default to on; without cilium-config nothing can be said. */
function flag(value: string, readable: boolean): boolean | null {
  return readable ? value !== "false" : null;
}

function versions(facts: Facts): string[] {
  const all = facts.nodes.flatMap((node) => {
    const version = node.agent?.status?.version || node.agent?.pod.imageVersion || "";
    return version === "" ? [] : [version];
  });
  return [...new Set(all)].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

/** `routing-mode` since 1.14; before, `tunnel` held the protocol or `disabled`. */
function routingMode(facts: Facts): string {
  const mode = facts.config?.get("routing-mode");
  if (mode !== undefined) return mode;
  const tunnel = facts.config?.get("tunnel");
  if (tunnel === undefined) return "";
  return tunnel === "disabled" ? "native" : "tunnel";
}

function tunnelProtocol(facts: Facts): string {
  if (routingMode(facts) === "native") return "";
  const protocol = facts.config?.get("tunnel-protocol");
  if (protocol !== undefined) return protocol;
  const tunnel = facts.config?.get("tunnel") ?? "";
  return tunnel === "disabled" ? "" : tunnel;
}

function encryption(facts: Facts): string {
  if (facts.config?.get("enable-wireguard") === "true") return "wireguard";
  return facts.config?.get("enable-ipsec") === "true" ? "ipsec" : "";
}

function mostCommon(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) if (word !== "") counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? "";
}
