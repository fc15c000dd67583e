import type { Check, CheckScene } from "../check.ts";
import { commonest, onOthers } from "../compare/odd-ones.ts";
import { doubtful, fine } from "../compare/per-node.ts";
import { minorOf } from "../settings/version.ts";

export const kernelVersion: Check = {
  cause: {
    id: "kernel-version",
    severity: "warning",
    title: "each node's kernel against what its release of Cilium asks for",
    meaning:
      "A node runs a kernel older than its Cilium release supports: 4.19.57 up to 1.15, 5.4 for 1.16 and 1.17, 5.10 from 1.18 on; Red Hat's 4.18 counts as 5.4. Features are missing there, or programs do not load. Different kernels alone are fine.",
    apart: "bpf-load-failure is named where a datapath does not load.",
    confirm: "`kubectl get nodes -o wide` shows each node's kernel.",
    fix: "update the node's kernel, or stay on a release of Cilium that supports it",
    docs: "requirements",
  },
  look: (checked) => {
    const kernels = new Map<number, string>();
    checked.scene.nodes.forEach((facts, node) => {
      if (facts.agent !== null && facts.kube !== null) kernels.set(node, facts.kube.kernelVersion);
    });
    const common = commonest(kernels);
    return checked.nodes.map((node) => {
      const kernel = kernels.get(node) ?? "";
      if (kernel === "") return { node, status: "not run", text: why(checked), due: false } as const;
      const least = leastKernel(checked, node);
      if (least !== null && isOlder(kernel, least)) {
        return doubtful(node, `kernel ${kernel}, and Cilium there asks for ${least.join(".")}`);
      }
      return fine(node, common?.odd.includes(node) === true ? `kernel ${kernel} (${onOthers(common)})` : "");
    });
  },
};

function why({ scene }: CheckScene): string {
  return scene.facts.absent.get("nodes") ?? "the Kubernetes node does not say its kernel";
}

/** Documentation/operations/system_requirements.rst of each release. */
function leastKernel({ scene }: CheckScene, node: number): readonly number[] | null {
  const agent = scene.nodes[node]?.agent;
  const minor = minorOf(agent?.status?.version || (agent?.pod.imageVersion ?? ""));
  if (minor === null || minor < 12) return null;
  return minor >= 18 ? [5, 10] : minor >= 16 ? [5, 4] : [4, 19, 57];
}

function isOlder(kernel: string, least: readonly number[]): boolean {
  const numbers = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(kernel);
  if (numbers === null || /\.el8/.test(kernel)) return false;
  for (const [at, wanted] of least.entries()) {
    const own = Number(numbers[at + 1] ?? 0);
    if (own !== wanted) return own < wanted;
  }
  return false;
}
