import type { Rule } from "../rule.ts";

/** Agents probe node addresses alone; usual and right with CNI chaining (cilium/cilium#9260). */
export const endpointHealthDisabled: Rule = {
  causes: [
    {
      id: "endpoint-health-disabled",
      severity: "info",
      title: "endpoint health checking is switched off",
      meaning:
        "enable-endpoint-health-checking is false, so no health endpoint exists and the pod path is not probed. Host paths are still judged. With CNI chaining this is how it should be.",
      apart: "health-endpoint-missing concerns single nodes while the option is on.",
      fix: "expected with CNI chaining; otherwise set endpointHealthChecking.enabled=true in the Helm values",
      docs: "chaining",
    },
  ],
  find: ({ settings, facts, nodes }) => {
    if (settings.healthChecking === false || settings.endpointHealthChecking !== false) return [];
    const chaining = facts.config?.get("cni-chaining-mode") ?? "none";
    return [
      {
        id: "endpoint-health-disabled",
        confidence: "confirmed",
        title: "the pod path is not probed: endpoint health checking is switched off",
        nodes: nodes.filter((node) => node.agent !== null).map((node) => node.name),
        host: [],
        endpoint: [],
        evidence: [
          {
            text: `cilium-config says enable-endpoint-health-checking: false${chaining === "none" ? "" : `, with cni-chaining-mode: ${chaining}`}`,
          },
        ],
      },
    ];
  },
};
