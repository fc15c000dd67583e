import type { Claim, Rule } from "../rule.ts";
import type { Scene } from "../scene.ts";

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
      confirm:
        "`cilium-dbg config --all -o json` in any agent shows EnableHealthChecking false, and the ConfigMap cilium-config enable-health-checking: false.",
      fix: "set healthChecking=true in the Helm values (enable-health-checking in cilium-config) and restart the agents",
      docs: "health",
    },
  ],
  find: (scene) => {
    if (scene.settings.healthChecking !== false) return [];
    const heard = scene.nodes.filter((node) => node.agent?.health != null).length;
    return [claim(scene, heard)];
  },
};

/** An agent that still answers runs the configuration of before the switch. */
function claim(scene: Scene, heard: number): Claim {
  const agents = scene.nodes.filter((node) => node.agent !== null).map((node) => node.name);
  const old = `${heard} of ${agents.length} agents still answer: they were started before the option was changed`;
  return {
    id: "health-checking-disabled",
    confidence: "confirmed",
    title: "cluster health checking is switched off; no agent probes any other",
    nodes: agents,
    host: [],
    endpoint: [],
    evidence: [{ text: "cilium-config says enable-health-checking: false" }, ...(heard === 0 ? [] : [{ text: old }])],
    confirm: confirmOn(scene),
  };
}

function confirmOn(scene: Scene): NonNullable<Claim["confirm"]> {
  const running = scene.nodes.find((node) => node.agent?.pod.state === "running");
  if (running === undefined) return [];
  return [
    {
      node: running.name,
      argv: ["cilium-dbg", "config", "--all", "-o", "json"],
      expect: "EnableHealthChecking is false",
    },
  ];
}
