import type { Check, CheckScene } from "../check.ts";
import { faultAnswer, namedFault } from "../compare/named-faults.ts";
import { broken, doubtful, fine, perNode } from "../compare/per-node.ts";
import { notRead, type Reading } from "../compare/readings.ts";
import { forwardFate, kernelForwards } from "../evidence/forwarding.ts";
import { isPodPathFine } from "../evidence/pod-path.ts";
import { readIptables } from "../reads/iptables.ts";
import type { Fate } from "../reads/packet-fate.ts";
import { confirmingText } from "../scene.ts";

const rule = "forward-drop";

export const forwardChain: Check = {
  cause: {
    id: "forward-chain",
    severity: "error",
    title: "whether a node's FORWARD chain lets packets of pods pass",
    meaning:
      "A rule or the policy of the FORWARD chain drops packets before Cilium's rules accept them. With endpoint routes the pods of that node are cut off. Where BPF hands packets to pods the probes stay green, but packets that the kernel itself forwards are lost.",
    apart:
      "forward-drop is the same where probes fail by it, and is named instead then. A policy of DROP behind Cilium's accept rules, as on every node with Docker, is fine.",
    confirm: "`iptables -S FORWARD` in the agent shows what comes before the jump to CILIUM_FORWARD.",
    fix: "remove the rule or put the jump to CILIUM_FORWARD before it (restarting the agent inserts it first), and keep the script that wrote it from doing so again",
    docs: "node-to-node",
  },
  look: (checked) =>
    perNode(
      checked,
      (node) => fate(checked, node),
      (node, { outcome, by, certain }) => {
        if (outcome !== "drop" && outcome !== "reject") return fine(node, dropsRest(checked, node));
        const text = `the FORWARD chain drops packets for pods: ${by}`;
        const fault = namedFault(checked, node, [rule]);
        if (fault !== null) return faultAnswer(fault, node, text);
        const { scene } = checked;
        if (kernelForwards(scene, node) === "never") {
          return doubtful(node, `${text}; BPF hands packets to pods here, so no probe is harmed by it`, { id: rule });
        }
        const isHarmless = isPodPathFine(scene, node);
        if (!certain && isHarmless) return fine(node);
        return isHarmless
          ? doubtful(node, `${text}, though its pods are reached`, { id: rule })
          : broken(node, text, { id: rule });
      },
    ),
};

function fate(checked: CheckScene, node: number): Reading<Fate> {
  const read = forwardFate(checked.scene, node);
  return read === null ? { answer: notRead(checked, node, "iptables.txt") } : { read };
}

/** Worth a word where somebody looks for it: the policy drops what Cilium's rules have not accepted. */
function dropsRest({ scene }: CheckScene, node: number): string {
  const text = confirmingText(scene.nodes[node], "iptables.txt") ?? "";
  const policy = readIptables(text).policies.get("FORWARD");
  return policy === "DROP" ? "the FORWARD policy is DROP; Cilium's rules accept packets of pods before it" : "";
}
