import type { AgentStatus, Facts } from "../../model/facts.ts";
import type { Mode } from "./mode.ts";

/** What could not be read and would add ports or change them, and what agents disagree on. */
export function unknownSettings(facts: Facts, mode: Mode): string[] {
  const { routing, encryption, health, tunnelPort, healthPort, settings } = mode;
  const isTunnel = routing.value === "tunnel";
  return [
    ...(routing.source === "unknown"
      ? ["routing mode: neither cilium-config nor an agent says it; whether a tunnel's port is needed is not known"]
      : []),
    ...(isTunnel && tunnelPort.source === "unknown"
      ? [
          "tunnel-port: cilium-config could not be read; 8472 for VXLAN and 6081 for Geneve hold where nobody has set it",
        ]
      : []),
    ...(encryption.source === "unknown"
      ? [
          "encryption: neither cilium-config nor an agent says it; whether WireGuard's port or ESP is needed is not known",
        ]
      : []),
    ...(encryption.value === "ztunnel" ? ["encryption ztunnel: which ports it needs is not known here"] : []),
    ...(health.source === "unknown"
      ? ["health checking: neither cilium-config nor an agent says whether it is on; its port is needed where it is"]
      : []),
    ...(health.value === "true" && healthPort.source === "unknown"
      ? ["cluster-health-port: cilium-config could not be read; 4240 holds where nobody has set it"]
      : []),
    ...(settings.configRead
      ? []
      : ["kvstore, Hubble, mutual authentication, metrics, DSR: cilium-config could not be read"]),
    ...disagreements(facts),
  ];
}

const compared = [
  ["routing mode", ({ routingMode }) => routingMode],
  ["tunnel protocol", ({ tunnelProtocol }) => tunnelProtocol],
  ["encryption", ({ encryption }) => encryption],
] as const satisfies readonly (readonly [string, (status: AgentStatus) => string])[];

/** Agents that run with different settings need the ports of each. */
function disagreements({ nodes }: Facts): string[] {
  return compared.flatMap(([name, read]) => {
    const words = new Map<string, number>();
    for (const { agent } of nodes) {
      const word = agent?.status == null ? "" : read(agent.status).toLowerCase();
      if (word !== "") words.set(word, (words.get(word) ?? 0) + 1);
    }
    if (words.size < 2) return [];
    const said = [...words].sort((a, b) => b[1] - a[1]).map(([word, count]) => `${word} on ${count}`);
    return [`${name}: agents differ (${said.join(", ")}); shown is what cilium-config, or most of them, says`];
  });
}
