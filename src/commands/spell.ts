import type { SpellCommand } from "../analyse/engine.ts";
import { minorOf } from "../analyse/settings/version.ts";
import type { ReadFlags } from "../cli/request.ts";
import type { AgentFacts, Facts, Source } from "../model/facts.ts";
import type { AgentPod } from "../model/kube.ts";
import { type ConnectionFlags, defaultContainer, defaultSelector } from "../model/request.ts";
import { shellWord } from "../model/shell-words.ts";

/** What says which cluster or saved state is read, by whom, and where its agents are. */
type SourceFlags = Pick<ReadFlags, "connection" | "collect" | "from" | "execVia" | "remoteContexts">;

type NamedFlag = readonly [flag: string, value: string | null];

/**
 * Spells a confirming step as the reader would type it: this run's connection, the agents' namespace, the node's real pod
 * and container. A step without a node is a kubectl command of its own, or one of ours about the same cluster or saved
 * state. The demo's kubeconfig is gone when the run ends, so of its connection the context alone is named.
 */
export function speller(facts: Facts, source: Source, flags: SourceFlags): SpellCommand {
  const agents = new Map(facts.nodes.map(({ name, agent }) => [name, agent]));
  const connection = placed(flags.connection, source);
  const kubectl = ["kubectl", ...connectionWords(connection)];
  return ({ node, argv: words }) => {
    if (node === null) {
      const isOurs = words[0] === "cilium-health";
      const command = isOurs ? ["kubectl", ...words, ...sourceWords({ ...flags, connection })] : [...kubectl, ...words];
      return { argv: words, command: line(command) };
    }
    const agent = agents.get(node) ?? null;
    if (agent === null) return { argv: words, command: `on ${node}: ${line(words)}` };
    const { pod } = agent;
    const argv = inImage(words, agent);
    const exec = line([...kubectl, "-n", pod.namespace, "exec"]);
    const podName = pod.name === "" ? `"$(${line([...kubectl, ...namesOfPodOn(pod)])})"` : line([pod.name]);
    return { argv, command: `${exec} ${podName} ${line(["-c", pod.container, "--", ...argv])}` };
  };
}

/** The context by name: the current one may be another when the command is typed. */
function placed(connection: ConnectionFlags, { kind, context }: Source): ConnectionFlags {
  const named = { ...connection, context: context === "" ? null : context };
  return kind === "demo" ? { ...named, kubeconfig: null } : named;
}

/**
 * The flags by which another command of ours reads what this run read, behind a space: a saved state, or the cluster,
 * the user and where the agents are. A token and the files of an identity are left for the reader to give.
 */
export function sameSource(flags: SourceFlags): string {
  const words = sourceWords(flags);
  return words.length === 0 ? "" : ` ${line(words)}`;
}

/** What to say to somebody who named a node that is not there. */
export function seeNodes(flags: SourceFlags): string {
  return `See the nodes with: kubectl cilium-health nodes${sameSource(flags)}`;
}

function sourceWords({ connection, collect, from, execVia, remoteContexts }: SourceFlags): string[] {
  if (from !== null) return ["--from", from];
  return [
    ...connectionWords(connection),
    ...flagWords([
      ["-n", collect.namespace],
      ["-l", collect.selector === defaultSelector ? null : collect.selector],
      ["--container", collect.container === defaultContainer ? null : collect.container],
      ["--exec-via", execVia === "websocket" ? null : execVia],
      ...remoteContexts.map((context): NamedFlag => ["--remote-context", context]),
    ]),
  ];
}

/** kubectl takes them too, in front of its own command. */
function connectionWords(connection: ConnectionFlags): string[] {
  const named = flagWords([
    ["--kubeconfig", connection.kubeconfig],
    ["--context", connection.context],
    ["--cluster", connection.cluster],
    ["--user", connection.user],
    ["--server", connection.server],
    ["--certificate-authority", connection.certificateAuthority],
    ["--tls-server-name", connection.tlsServerName],
    ["--as", connection.as],
    ...connection.asGroups.map((group): NamedFlag => ["--as-group", group]),
    ["--as-uid", connection.asUid],
  ]);
  return connection.insecureSkipTlsVerify ? [...named, "--insecure-skip-tls-verify"] : named;
}

function flagWords(flags: readonly NamedFlag[]): string[] {
  return flags.flatMap(([flag, value]) => (value === null ? [] : [flag, value]));
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
