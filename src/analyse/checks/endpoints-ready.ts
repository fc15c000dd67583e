import type { Answer, Check, CheckScene } from "../check.ts";
import { doubtful, fine } from "../compare/per-node.ts";
import { notRead } from "../compare/readings.ts";
import { isFreshAgent } from "../settings/ages.ts";

export const endpointsReady: Check = {
  cause: {
    id: "endpoints-ready",
    severity: "warning",
    title: "whether every endpoint of each agent is ready",
    meaning:
      "Endpoints of a node are not ready: their identity is not known yet, or their datapath could not be made. Their pods may be cut off, or run with an old policy. Regenerating is a passing state and counts as ready for a moment.",
    apart: "bpf-load-failure is named where the health endpoint itself does not become ready.",
    confirm:
      "`cilium-dbg endpoint list` in the agent shows the state of each; `cilium-dbg endpoint log` of one says why.",
    fix: "read the agent's log for the endpoint's number, then restart the agent or recreate the pod",
    docs: "node-to-node",
  },
  look: (checked) => checked.nodes.map((node) => judge(checked, node)),
};

/** States in which an endpoint is for a moment after each change (pkg/endpoint). */
const passing = /^(?:regenerating|waiting-to-regenerate|restoring|disconnecting|disconnected)$/;
const mostNamed = 3;

function judge(checked: CheckScene, node: number): Answer {
  const { scene } = checked;
  const endpoints = scene.nodes[node]?.agent?.endpoints ?? null;
  if (endpoints === null) return notRead(checked, node, "cilium-endpoint-list.json");
  const { notReady, total, ready } = endpoints;
  const stuck = notReady.filter(({ state }) => !passing.test(state));
  if (stuck.length === 0)
    return fine(node, total > ready ? `${total - ready} of ${total} endpoints are being regenerated` : "");
  if (isFreshAgent(scene, node))
    return fine(node, `${stuck.length} of ${total} endpoints are not ready yet: the agent has just started`);
  const named = stuck.slice(0, mostNamed).map(({ id, name, state }) => `${name || `endpoint ${id}`} ${state}`);
  const more = stuck.length > mostNamed ? ` and ${stuck.length - mostNamed} more` : "";
  return doubtful(node, `${stuck.length} of ${total} endpoints are not ready: ${named.join(", ")}${more}`);
}
