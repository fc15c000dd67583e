import type { SpellCommand } from "../analyse/engine.ts";
import type { Facts, Source } from "../model/facts.ts";
import type { ConnectionFlags } from "../model/request.ts";

/**
 * Spells a confirming step as the reader would type it: this run's kubeconfig and context, the agents' namespace, the
 * node's real pod and container. A step without a node is a kubectl command of its own. The demo's kubeconfig is gone
 * when the run ends, so it is not named.
 */
export function speller(facts: Facts, source: Source, connection: ConnectionFlags): SpellCommand {
  const pods = new Map(facts.nodes.map((node) => [node.name, node.agent?.pod]));
  const kubectl = [
    "kubectl",
    ...(connection.kubeconfig === null || source.kind === "demo" ? [] : ["--kubeconfig", connection.kubeconfig]),
    ...(source.context === "" ? [] : ["--context", source.context]),
  ];
  return ({ node, argv }) => {
    if (node === null) return line([...kubectl, ...argv]);
    const pod = pods.get(node);
    if (pod === undefined) return `on ${node}: ${line(argv)}`;
    const command = line(["-c", pod.container, "--", ...argv]);
    const exec = [...kubectl, "-n", pod.namespace, "exec"];
    return pod.name === ""
      ? `${line(exec)} "$(${line([...kubectl, ...namesOfPodOn(node, pod.namespace)])})" ${command}`
      : `${line([...exec, pod.name])} ${command}`;
  };
}

/** Saved outputs alone name no pod: the shell looks it up where the command is run. */
function namesOfPodOn(node: string, namespace: string): string[] {
  return [
    "-n",
    namespace,
    "get",
    "pods",
    "-l",
    "k8s-app=cilium",
    "--field-selector",
    `spec.nodeName=${node}`,
    "-o",
    "name",
  ];
}

/** Words quoted for a POSIX shell, where they need it. */
function line(words: readonly string[]): string {
  return words
    .map((word) => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}
