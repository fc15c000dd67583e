import type { Check, CheckScene } from "../check.ts";
import { commonest, onOthers } from "../compare/odd-ones.ts";
import { doubtful, fine, perNode } from "../compare/per-node.ts";
import { notRead, type Reading } from "../compare/readings.ts";
import { minorOf } from "../settings/version.ts";

export const agentVersion: Check = {
  cause: {
    id: "agent-version",
    severity: "warning",
    title: "the release that each agent runs",
    meaning:
      "Agents run different minor releases of Cilium. That is so during an upgrade and works for one step; when it stays so, an upgrade has stopped half-way. More than one minor release apart is not supported.",
    apart:
      "config-skew is named where agents of different releases do not reach each other's pods. Patch releases of one minor release may be mixed.",
    confirm: "`cilium-dbg version` in each agent, or the image of each pod.",
    fix: "finish the roll-out of the agents: see `kubectl -n kube-system rollout status daemonset/cilium`",
    docs: "requirements",
  },
  look: (checked) =>
    perNode(
      checked,
      (node) => version(checked, node),
      (node, own, others) => {
        const common = commonest(others);
        if (common === null) {
          const all = [...new Set(others.values())];
          return new Set(all.map(minorOf)).size < 2
            ? fine(node)
            : doubtful(node, `Cilium ${own}; agents run ${all.sort().join(", ")}`);
        }
        if (!common.odd.includes(node)) return fine(node);
        const text = `Cilium ${own} (${onOthers(common)})`;
        return minorOf(own) === minorOf(common.value) ? fine(node, text) : doubtful(node, text);
      },
    ),
};

function version(checked: CheckScene, node: number): Reading<string> {
  const agent = checked.scene.nodes[node]?.agent;
  const read = agent?.status?.version || (agent?.pod.imageVersion ?? "");
  return read === "" ? { answer: notRead(checked, node, "cilium-status.json") } : { read };
}
