import {
  alikeEvidence,
  endpointRoutes,
  forwardDropped,
  forwardFate,
  forwardingOff,
  guiltyNodes,
  kernelForwards,
  reversePathStrict,
  wantHostSettings,
} from "../evidence/forwarding.ts";
import { getsThrough, type PodPathFailures, podPathFailures } from "../evidence/pod-path.ts";
import type { Claim, ConfirmStep, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { settingsAgree } from "../settings/wire.ts";
import { listNames, namesOf } from "../shapes/figure-words.ts";
import { awsSourceDestCheck } from "./aws-source-dest-check.ts";
import { cloudRouteMissing } from "./cloud-route-missing.ts";

const id = "forward-drop";

/** The FORWARD chain drops what the kernel forwards to pods (cilium/cilium#2495). */
export const forwardDrop: Rule = {
  causes: [
    {
      id,
      severity: "error",
      title: "a node's FORWARD chain drops packets for its pods",
      meaning:
        "A rule of the FORWARD chain, or its policy, drops packets before Cilium's own rules accept them. With endpoint routes the kernel forwards to pods, so nothing from other nodes reaches a pod there; the node itself answers, and its own agent reaches its pods. Docker and hardening scripts are the usual authors.",
      apart:
        "ip-forward-disabled and rp-filter give the same picture; the three settings are read together. A policy of DROP behind Cilium's accept rules is harmless, and so is any of it where BPF hands packets to pods: in tunnel mode without endpoint routes.",
      confirm:
        "`iptables -S` in the agent shows a FORWARD rule or policy of DROP before CILIUM_FORWARD accepts; the packet count of the dropping rule in `iptables -nvL FORWARD` grows between two reads.",
      fix: "remove the rule or put the jump to CILIUM_FORWARD before it (restarting the agent inserts it first); keep the script that wrote it from doing so again",
      docs: "node-to-node",
    },
  ],
  wants: (scene) => wantHostSettings(scene, podPathFailures(scene)),
  find: (scene) => {
    const failures = podPathFailures(scene);
    const { read, unread } = guiltyNodes(scene, failures, forwardDropped);
    const harmful = read.filter((node) => kernelForwards(scene, node) !== "never");
    const harmless = read.filter((node) => kernelForwards(scene, node) === "never");
    const guessed = read.length > 0 && unread.length > 0 ? [] : guessable(scene, failures);
    return [
      ...(harmful.length === 0 ? [] : [claim(scene, failures, harmful, harmless.length === 0 ? unread : [])]),
      ...(harmless.length === 0 ? [] : [harmlessClaim(scene, harmless)]),
      ...(guessed.length === 0 ? [] : [guess(scene, failures, guessed)]),
    ];
  },
};

function claim(scene: Scene, failures: PodPathFailures, read: readonly number[], unread: readonly number[]): Claim {
  const nodes = [...read, ...unread].sort((a, b) => a - b);
  const confidence = confidenceOf(scene, read);
  return {
    id,
    confidence: confidence === "confirmed" && unread.length > 0 ? "likely" : confidence,
    title: `the FORWARD chain of ${listNames(namesOf(scene, nodes))} drops packets for pods there`,
    nodes: namesOf(scene, nodes),
    host: [],
    endpoint: nodes.flatMap((node) => failures.into.get(node) ?? []),
    evidence: [...read.flatMap((node) => evidence(scene, failures, node)), ...alikeEvidence(unread)],
    confirm: read.slice(0, 4).map((node) => ({
      node: nameOf(scene, node),
      argv: ["iptables", "-nvL", "FORWARD"],
      expect: "a packet count of the dropping rule that grows between two reads",
    })),
  };
}

function confidenceOf(scene: Scene, nodes: readonly number[]): Claim["confidence"] {
  const isCertain = nodes.every((node) => forwardFate(scene, node)?.certain === true);
  if (nodes.every((node) => kernelForwards(scene, node) === "always")) return isCertain ? "confirmed" : "likely";
  const isKnownNative = nodes.every((node) => endpointRoutes(scene, node) !== null);
  return isCertain && isKnownNative ? "likely" : "possible";
}

function evidence(scene: Scene, failures: PodPathFailures, node: number): Claim["evidence"] {
  const name = nameOf(scene, node);
  const fate = forwardFate(scene, node);
  const doubt = fate?.certain === false ? ", unless an earlier rule that cannot be judged from here accepts them" : "";
  return [
    { text: `packets for pods end at "${fate?.by ?? ""}" on ${name}${doubt}`, node: name, capture: "iptables.txt" },
    {
      text: `${failures.into.get(node)?.length ?? 0} agents reach ${name} but not its health endpoint; its own agent does`,
      node: name,
    },
    kernelForwards(scene, node) === "always"
      ? { text: "endpoint routes are on: the kernel forwards packets to pods", node: name }
      : {
          text: `routing mode ${scene.settings.routingMode || "unknown"}: the kernel may forward packets to pods`,
          node: name,
        },
  ];
}

function harmlessClaim(scene: Scene, nodes: readonly number[]): Claim {
  const names = namesOf(scene, nodes);
  return {
    id,
    severity: "info",
    confidence: "confirmed",
    title: `the FORWARD chain of ${listNames(namesOf(scene, nodes))} drops packets, which harms no probe here`,
    nodes: names,
    host: [],
    endpoint: [],
    evidence: nodes.map((node) => ({
      text: `"${forwardFate(scene, node)?.by ?? ""}" on ${nameOf(scene, node)}, but without endpoint routes BPF hands packets to pods there`,
      node: nameOf(scene, node),
      capture: "iptables.txt",
    })),
  };
}

/**
 * Where the three settings were not read, the shape alone speaks for one of them: nobody gets through to the pods of a
 * few nodes, and the kernel has a hand in it. Not where the network's routes, an endpoint that is not ready, or an agent
 * that runs with other settings say more.
 */
function guessable(scene: Scene, failures: PodPathFailures): number[] {
  const isNetworks = [cloudRouteMissing, awsSourceDestCheck].some((rule) => rule.find(scene).length > 0);
  if (failures.columns.length === 0 || failures.everywhere || isNetworks) return [];
  return failures.columns.filter((node) => {
    if (!getsThrough(scene, node, failures)) return false;
    const agent = scene.nodes[node]?.agent;
    if (agent?.health == null || (agent.endpoints?.health?.state ?? "ready") !== "ready") return false;
    if (!settingsAgree(scene, allNodes(scene))) return false;
    const forwards = kernelForwards(scene, node);
    if (forwards === "never") return false;
    return forwardDropped(scene, node) === "unread" && forwardingOff(scene, node) !== "guilty";
  });
}

function allNodes(scene: Scene): number[] {
  return scene.nodes.map((_, node) => node);
}

function guess(scene: Scene, failures: PodPathFailures, nodes: readonly number[]): Claim {
  const isOpen = (read: typeof forwardingOff) => nodes.some((node) => read(scene, node) === "unread");
  return {
    id,
    confidence: "possible",
    title: `${listNames(namesOf(scene, nodes))} may not forward packets to pods there`,
    nodes: namesOf(scene, nodes),
    host: [],
    endpoint: nodes.flatMap((node) => failures.into.get(node) ?? []),
    evidence: nodes.map((node) => ({
      text: `${failures.into.get(node)?.length ?? 0} agents reach ${nameOf(scene, node)} but not its health endpoint; its own agent does; its forwarding settings were not read`,
      node: nameOf(scene, node),
    })),
    alternatives: [
      ...(isOpen(forwardingOff) ? [{ id: "ip-forward-disabled", why: "net.ipv4.ip_forward would be 0" }] : []),
      ...(nodes.some((node) => reversePathStrict(scene, node) !== "clear")
        ? [{ id: "rp-filter", why: "rp_filter would be 1 on cilium_ or lxc interfaces" }]
        : []),
      ...(nodes.some((node) => scene.nodes[node]?.agent?.endpoints == null)
        ? [{ id: "policy-blocks-health", why: "the health endpoint would have ingress enforcement" }]
        : []),
    ],
    confirm: nodes.slice(0, 2).flatMap((node) => settingSteps(nameOf(scene, node))),
  };
}

function settingSteps(node: string): ConfirmStep[] {
  return [
    { node, argv: ["iptables", "-S"], expect: "a FORWARD rule or policy of DROP before CILIUM_FORWARD accepts" },
    { node, argv: ["cat", "/proc/sys/net/ipv4/ip_forward"], expect: "0 if forwarding is off" },
    {
      node,
      argv: ["grep", "-r", ".", "/proc/sys/net/ipv4/conf", "--include=rp_filter"],
      expect: "1 for all, or for an lxc or cilium_ interface, if filtering is strict",
    },
  ];
}
