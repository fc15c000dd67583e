import type { Answer, Check, CheckScene } from "../check.ts";
import { commonest, onOthers } from "../compare/odd-ones.ts";
import { doubtful, fine, perNode, textsOf } from "../compare/per-node.ts";
import { type Reading, textOf } from "../compare/readings.ts";

export const bridgeNetfilter: Check = {
  cause: {
    id: "bridge-netfilter",
    severity: "warning",
    title: "br_netfilter and bridge-nf-call-iptables",
    meaning:
      "Bridged packets pass iptables only with br_netfilter loaded and bridge-nf-call-iptables at 1. Cilium's own pods hang on no bridge and need neither; a CNI chained to Cilium that uses a bridge needs both, or Services are not reached by pods of the same node.",
    apart: "Without CNI chaining a difference between nodes is said and harms nothing.",
    confirm:
      "`cat /proc/sys/net/bridge/bridge-nf-call-iptables` in the agent; there is no such file without br_netfilter.",
    fix: "load br_netfilter and set net.bridge.bridge-nf-call-iptables=1 on every node, as the chained CNI asks for",
    docs: "chaining",
  },
  look: (checked) =>
    perNode(
      checked,
      (node) => setting(checked, node),
      (node, value, others) => judge(checked, node, value, others),
    ),
};

/** `1`, `0`, or that there is no such setting, which is an answer too. */
function setting(checked: CheckScene, node: number): Reading<string> {
  const reading = textOf(checked, node, "bridge-nf-call-iptables.txt");
  if ("read" in reading) return { read: reading.read.trim() };
  return /no such file/i.test(reading.answer.text) ? { read: "" } : reading;
}

function judge(checked: CheckScene, node: number, value: string, others: ReadonlyMap<number, string>): Answer {
  const says = value === "" ? "br_netfilter is not loaded" : `bridge-nf-call-iptables is ${value}`;
  const common = commonest(textsOf(others, (one) => (one === "" ? "not loaded" : one)));
  const unlike = common?.odd.includes(node) === true ? ` (${onOthers(common)})` : "";
  const differs = unlike !== "";
  const text = `${says}${unlike}`;
  if (value === "1" && !differs) return fine(node);
  return needsBridge(checked, node) && value !== "1"
    ? doubtful(node, `${text}, and another CNI is chained`)
    : fine(node, differs ? `${text}: Cilium needs neither` : "");
}

/** Chaining modes in which pods may hang on a bridge; with portmap and the clouds' own CNIs they do not. */
function needsBridge({ scene }: CheckScene, node: number): boolean {
  const mode = scene.nodes[node]?.agent?.status?.cniChaining || (scene.facts.config?.get("cni-chaining-mode") ?? "");
  return mode !== "" && !/^(?:none|portmap|aws-cni|azure)$/i.test(mode);
}
