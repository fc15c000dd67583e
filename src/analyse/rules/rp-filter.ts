import {
  alikeEvidence,
  guiltyNodes,
  kernelForwards,
  reversePathStrict,
  strictPodInterfaces,
  wantHostSettings,
} from "../evidence/forwarding.ts";
import { type PodPathFailures, podPathFailures } from "../evidence/pod-path.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { listNames, namesOf } from "../shapes/figure-words.ts";

const id = "rp-filter";

/** systemd 245 and sysctlfix set strict filtering anew (cilium/cilium#10645, #13717, #20072, flatcar/Flatcar#181). */
export const rpFilter: Rule = {
  causes: [
    {
      id,
      severity: "error",
      title: "strict reverse path filtering on a node's pod interfaces",
      meaning:
        "rp_filter is 1 on the interfaces of pods or of Cilium, or on all. The kernel then drops packets whose sender it would reach by another interface, which is how tunnelled and BPF-delivered packets look. systemd 245 and newer, or sysctlfix, set it again behind the agent's back.",
      apart:
        "forward-drop and ip-forward-disabled give the same picture; the three settings are read together. The effective value is the larger of all and the interface's own; 2 is loose and harms nothing. A node that carries the same setting without harm acquits it.",
      confirm:
        "`grep -r . /proc/sys/net/ipv4/conf --include=rp_filter` in the agent shows 1 for all, or for lxc and cilium_ interfaces; a node that works shows 0.",
      fix: "set rp_filter to 0 for all, lxc* and cilium_* in a late file of /etc/sysctl.d, and keep other tools from reading older ones again",
      docs: "requirements",
    },
  ],
  wants: (scene) => wantHostSettings(scene, podPathFailures(scene)),
  find: (scene) => {
    const failures = podPathFailures(scene);
    const { read, unread } = guiltyNodes(scene, failures, reversePathStrict);
    return read.length === 0 ? [] : [claim(scene, failures, read, unread)];
  },
};

function claim(scene: Scene, failures: PodPathFailures, read: readonly number[], unread: readonly number[]): Claim {
  const nodes = [...read, ...unread].sort((a, b) => a - b);
  const isForwarded = read.every((node) => kernelForwards(scene, node) !== "never");
  return {
    id,
    confidence: isForwarded ? "likely" : "possible",
    title: `strict reverse path filtering on ${listNames(namesOf(scene, nodes))}; its pods get nothing from other nodes`,
    nodes: namesOf(scene, nodes),
    host: [],
    endpoint: nodes.flatMap((node) => failures.into.get(node) ?? []),
    evidence: [...read.flatMap((node) => evidence(scene, failures, node)), ...alikeEvidence(unread)],
    confirm: read.slice(0, 4).map((node) => ({
      node: nameOf(scene, node),
      argv: ["grep", "-r", ".", "/proc/sys/net/ipv4/conf", "--include=rp_filter"],
      expect: "1 for all, or for lxc and cilium_ interfaces; 0 on a node that works",
    })),
  };
}

function evidence(scene: Scene, failures: PodPathFailures, node: number): Claim["evidence"] {
  const name = nameOf(scene, node);
  const interfaces = strictPodInterfaces(scene, node) ?? [];
  const osImage = scene.nodes[node]?.kube?.osImage ?? "";
  return [
    { text: `rp_filter is strict on ${interfaces.slice(0, 4).join(", ")}`, node: name, capture: "rp_filter.txt" },
    {
      text: `${failures.into.get(node)?.length ?? 0} agents reach ${name} but not its health endpoint; its own agent does`,
      node: name,
    },
    ...(osImage === "" ? [] : [{ text: `the node runs ${osImage}`, node: name }]),
  ];
}
