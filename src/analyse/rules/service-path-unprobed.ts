import type { Rule } from "../rule.ts";
import type { Scene } from "../scene.ts";
import { listNames } from "../shapes/figure-words.ts";

/** Services may fail while nodes and pods are reached: cilium/cilium#35388, #13766. */
export const servicePathUnprobed: Rule = {
  causes: [
    {
      id: "service-path-unprobed",
      severity: "info",
      title: "settings under which services can fail while probes pass",
      meaning:
        "Probes go straight to node and endpoint addresses and use no Service. Some settings break Services alone: direct server return, whose answers come from another node than was asked and are dropped where sources are checked; or agents that disagree about who replaces kube-proxy.",
      apart: "Nothing here fails. It is said only where the settings make it possible.",
      confirm:
        "`cilium-dbg service list` shows the same Services and backends in every agent; `cilium connectivity test` uses them.",
      fix: "nothing is wrong by this alone; when Services fail while probes pass, compare cilium-dbg service list between nodes and run the Cilium connectivity test",
      docs: "node-to-node",
    },
  ],
  find: (scene) => {
    const reasons = [...returnPath(scene), ...mixedReplacement(scene)];
    const agents = scene.nodes.filter((node) => node.agent?.health != null).map((node) => node.name);
    const [first] = agents;
    if (reasons.length === 0 || agents.length < 2) return [];
    return [
      {
        id: "service-path-unprobed",
        confidence: "possible",
        title: "the way to Services is not probed, and the settings can break it alone",
        nodes: agents,
        host: [],
        endpoint: [],
        evidence: reasons.map((text) => ({ text })),
        confirm: [
          {
            node: first ?? null,
            argv: ["cilium-dbg", "service", "list"],
            expect: "the same Services and backends on every node",
          },
        ],
      },
    ];
  },
};

/** `bpf-lb-mode`: with `dsr` and `hybrid` the answer leaves from the backend's node, with the Service's address. */
function returnPath({ facts }: Scene): string[] {
  const mode = facts.config?.get("bpf-lb-mode") ?? facts.config?.get("node-port-mode") ?? "snat";
  if (mode !== "dsr" && mode !== "hybrid") return [];
  return [`cilium-config says bpf-lb-mode: ${mode}; networks that check source addresses drop such answers`];
}

function mixedReplacement({ nodes }: Scene): string[] {
  const byMode = new Map<string, string[]>();
  for (const { name, agent } of nodes) {
    const mode = agent?.status?.kubeProxyReplacement.toLowerCase() ?? "";
    if (mode === "") continue;
    const names = byMode.get(mode);
    if (names === undefined) byMode.set(mode, [name]);
    else names.push(name);
  }
  if (byMode.size < 2) return [];
  const parts = [...byMode].sort().map(([mode, names]) => `${mode} on ${listNames(names)}`);
  return [`agents disagree about the replacement of kube-proxy: ${parts.join("; ")}`];
}
