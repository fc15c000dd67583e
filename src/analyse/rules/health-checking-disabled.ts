import type { Rule } from "../rule.ts";

/** Cluster health checking is switched off: there is no matrix to read (cilium/cilium PR 17146). */
export const healthCheckingDisabled: Rule = {
  causes: [
    {
      id: "health-checking-disabled",
      severity: "info",
      title: "cluster health checking is switched off",
      meaning:
        "The agents probe nobody, because enable-health-checking is false in cilium-config. There is no reachability to show; the node lists are all that can be compared.",
      apart: "With checking on, an agent without a health socket is still starting (health-daemon-not-ready) or down.",
      fix: "set healthChecking=true in the Helm values (enable-health-checking in cilium-config) and restart the agents",
      docs: "health",
    },
  ],
  find: ({ settings, nodes }) => {
    if (settings.healthChecking !== false) return [];
    return [
      {
        id: "health-checking-disabled",
        confidence: "confirmed",
        title: "cluster health checking is switched off; no agent probes any other",
        nodes: nodes.filter((node) => node.agent !== null).map((node) => node.name),
        host: [],
        endpoint: [],
        evidence: [{ text: "cilium-config says enable-health-checking: false" }],
      },
    ];
  },
};
