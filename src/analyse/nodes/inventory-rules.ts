import type { TroubleKind } from "../../model/nodes.ts";

/** The catalogue's rules that may stand behind a trouble, the nearest first; none where no rule is about it. */
export const rulesBehind: { readonly [kind in TroubleKind]: readonly string[] } = {
  ghost: ["stale-node-entry"],
  missing: ["node-missing-from-view", "clustermesh-not-connected"],
  "old-address": ["node-ip-changed"],
  "duplicate-address": ["duplicate-node-ip", "wrong-node-ip-picked"],
  "old-health-ip": ["stale-health-endpoint-ip"],
  "no-health-ip": ["health-endpoint-missing"],
  "no-cilium-node": [],
  "no-agent": ["agent-not-scheduled", "node-down"],
  "agent-down": ["agent-down", "node-down"],
  "agent-not-ready": [],
  "no-answer": ["node-down", "agent-down", "health-daemon-not-ready", "agent-api-socket-gone"],
  "warming-up": ["settling-node", "health-daemon-not-ready"],
  "node-not-ready": ["node-down"],
};

/** Why the agents have no health lists, or whose address can be no right one: about the lists, and about no single trouble. */
const aboutLists = [
  "health-checking-disabled",
  "endpoint-health-disabled",
  "health-daemon-not-ready",
  "agent-api-socket-gone",
  "node-ip-link-local",
  "settling-node",
];

const inventoryRules: ReadonlySet<string> = new Set([...Object.values(rulesBehind).flat(), ...aboutLists]);

/** Whether a finding says who is in the cluster, rather than which paths fail. */
export function isAboutLists({ id }: { readonly id: string }): boolean {
  return inventoryRules.has(id);
}
