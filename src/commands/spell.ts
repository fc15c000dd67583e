import type { SpellCommand } from "../analyse/engine.ts";
import { minorOf } from "../analyse/settings/version.ts";
import type { ReadFlags } from "../cli/request.ts";
import type { AgentFacts, Facts, Source } from "../model/facts.ts";
import type { AgentPod } from "../model/kube.ts";
import { type ConnectionFlags, defaultContainer, defaultSelector } from "../model/request.ts";
import { shellWord } from "../model/shell-words.ts";

/**
 * Spells a confirming step as the reader would type it: this run's kubeconfig and context, the agents' namespace, the
 * node's real pod and container. A step without a node is a kubectl command of its own. The demo's kubeconfig is gone
 * when the run ends, so it is not named.
 */
export function speller(facts: Facts, source: Source, connection: ConnectionFlags): SpellCommand {
  const agents = new Map(facts.nodes.map(({ name, agent }) => [name, agent]));
  const kubectl = [
    "kubectl",
    ...(connection.kubeconfig === null || source.kind === "demo" ? [] : ["--kubeconfig", connection.kubeconfig]),
    ...(source.context === "" ? [] : ["--context", source.context]),
  ];
  return ({ node, argv: words }) => {
    if (node === null) return { argv: words, command: line([...kubectl, ...words]) };
    const agent = agents.get(node) ?? null;
    if (agent === null) return { argv: words, command: `on ${node}: ${line(words)}` };
    const { pod } = agent;
    const argv = inImage(words, agent);
    const exec = line([...kubectl, "-n", pod.namespace, "exec"]);
    const podName = pod.name === "" ? `"$(${line([...kubectl, ...namesOfPodOn(pod)])})"` : line([pod.name]);
    return { argv, command: `${exec} ${podName} ${line(["-c", pod.container, "--", ...argv])}` };
  };
}

/**
 * The flags by which another command of ours reads what this run read, each behind a space: a saved state, or the
 * cluster, the user and where the agents are. A token and the files of an identity are left for the reader to give.
 */
export function sameSource({ connection, collect, from, remoteContexts }: ReadFlags): string {
  const named: readonly (readonly [flag: string, value: string | null])[] =
    from !== null
      ? [["--from", from]]
      : [
          ["--kubeconfig", connection.kubeconfig],
          ["--context", connection.context],
          ["--cluster", connection.cluster],
          ["--user", connection.user],
          ["--server", connection.server],
          ["--as", connection.as],
          ...connection.asGroups.map((group) => ["--as-group", group] as const),
          ["-n", collect.namespace],
          ["-l", collect.selector === defaultSelector ? null : collect.selector],
          ["--container", collect.container === defaultContainer ? null : collect.container],
          ...remoteContexts.map((context) => ["--remote-context", context] as const),
        ];
  return named.flatMap(([flag, value]) => (value === null ? [] : [` ${line([flag, value])}`])).join("");
}

/** The program is `cilium-dbg` from 1.15 on and `cilium` before (cilium-dbg/Makefile). */
function inImage(argv: readonly string[], { status, pod }: AgentFacts): readonly string[] {
  const minor = minorOf(status?.version || pod.imageVersion);
  return argv[0] === "cilium-dbg" && minor !== null && minor < 15 ? ["cilium", ...argv.slice(1)] : argv;
}

/** Saved outputs alone name no pod: the shell looks it up where the command is run. */
function namesOfPodOn({ namespace, node }: AgentPod): string[] {
  const here = ["-l", "k8s-app=cilium", "--field-selector", `spec.nodeName=${node}`];
  return ["-n", namespace, "get", "pods", ...here, "-o", "name"];
}

function line(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}
