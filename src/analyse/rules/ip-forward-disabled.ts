import {
  alikeEvidence,
  forwardDropped,
  forwardingOff,
  guiltyNodes,
  kernelForwards,
  wantHostSettings,
} from "../evidence/forwarding.ts";
import { type PodPathFailures, podPathFailures } from "../evidence/pod-path.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { listNames, namesOf } from "../shapes/figure-words.ts";

const id = "ip-forward-disabled";

/** net.ipv4.ip_forward is 0 where the kernel is to hand packets to pods (cilium/cilium#8476, #45143). */
export const ipForwardDisabled: Rule = {
  causes: [
    {
      id,
      severity: "error",
      title: "a node's kernel forwards no IPv4 packets",
      meaning:
        "net.ipv4.ip_forward is 0. Where the kernel hands packets to pods, as with endpoint routes, nothing from outside reaches a pod of that node any more, while the node itself answers and its own pods work. The agent switches forwarding on when it starts, so something switched it off afterwards: a hardening script, a scan, sysctl settings read again.",
      apart:
        "forward-drop and rp-filter give the same picture; the three settings are read together. A blocked tunnel port also breaks the way out of the node. Without endpoint routes in tunnel mode BPF hands packets to pods and the setting harms no probe.",
      confirm: "`cat /proc/sys/net/ipv4/ip_forward` in the agent shows 0; a node that works shows 1.",
      fix: "set net.ipv4.ip_forward=1 and keep it so in a file of /etc/sysctl.d, and find what set it to 0",
      docs: "routing",
    },
  ],
  wants: (scene) => wantHostSettings(scene, podPathFailures(scene)),
  find: (scene) => {
    const failures = podPathFailures(scene);
    const { read, unread } = guiltyNodes(scene, failures, forwardingOff);
    const harmful = read.filter((node) => kernelForwards(scene, node) !== "never");
    const harmless = read.filter((node) => kernelForwards(scene, node) === "never");
    return [
      ...(harmful.length === 0 ? [] : [claim(scene, failures, harmful, harmless.length === 0 ? unread : [])]),
      ...(harmless.length === 0 ? [] : [harmlessClaim(scene, harmless)]),
    ];
  },
};

function claim(scene: Scene, failures: PodPathFailures, read: readonly number[], unread: readonly number[]): Claim {
  const nodes = [...read, ...unread].sort((a, b) => a - b);
  const isSure = unread.length === 0 && read.every((node) => kernelForwards(scene, node) === "always");
  const alsoDropped = read.some((node) => forwardDropped(scene, node) === "guilty");
  return {
    id,
    confidence: isSure ? "confirmed" : "likely",
    title: `IPv4 forwarding is switched off on ${listNames(namesOf(scene, nodes))}; its pods get nothing from other nodes`,
    nodes: namesOf(scene, nodes),
    host: [],
    endpoint: nodes.flatMap((node) => failures.into.get(node) ?? []),
    evidence: [...read.flatMap((node) => evidence(scene, failures, node)), ...alikeEvidence(unread)],
    alternatives: alsoDropped
      ? [{ id: "forward-drop", why: "the FORWARD chain drops the packets as well: mend both, then look again" }]
      : [],
    confirm: read.slice(0, 4).map((node) => ({
      node: nameOf(scene, node),
      argv: ["cat", "/proc/sys/net/ipv4/ip_forward"],
      expect: "0; a node that works says 1",
    })),
  };
}

function evidence(scene: Scene, failures: PodPathFailures, node: number): Claim["evidence"] {
  const name = nameOf(scene, node);
  const count = failures.into.get(node)?.length ?? 0;
  return [
    { text: `net.ipv4.ip_forward is 0 on ${name}`, node: name, capture: "ip_forward.txt" },
    { text: `${count} agents reach ${name} but not its health endpoint; its own agent does`, node: name },
    kernelForwards(scene, node) === "always"
      ? { text: "endpoint routes are on: the kernel forwards packets to pods", node: name }
      : {
          text: `routing mode ${scene.settings.routingMode || "unknown"}: the kernel may forward packets to pods`,
          node: name,
        },
  ];
}

/** Said so that nobody mends the wrong thing: the agents that fail are somebody else's matter. */
function harmlessClaim(scene: Scene, nodes: readonly number[]): Claim {
  const names = namesOf(scene, nodes);
  return {
    id,
    severity: "info",
    confidence: "confirmed",
    title: `IPv4 forwarding is switched off on ${listNames(namesOf(scene, nodes))}, which harms no probe here`,
    nodes: names,
    host: [],
    endpoint: [],
    evidence: names.map((node) => ({
      text: `net.ipv4.ip_forward is 0 on ${node}, but without endpoint routes BPF hands packets to pods there`,
      node,
      capture: "ip_forward.txt",
    })),
  };
}
