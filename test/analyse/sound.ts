import { catalogue } from "../../src/analyse/catalogue.ts";
import type { ConfirmStep } from "../../src/analyse/rule.ts";
import { parseRequest } from "../../src/cli/parse-request.ts";
import { speller } from "../../src/commands/spell.ts";
import type { Facts } from "../../src/model/facts.ts";
import type { Finding } from "../../src/model/report.ts";

const ids = new Set(catalogue.map(({ id }) => id));

/** What the agent's image carries and a reader may run there; no shell. */
const programs = ["cat", "cilium-dbg", "cilium-health", "grep", "ip", "iptables", "ls"];

/** Kinds of the cluster as a whole: no namespace belongs to them. */
const wholeCluster = /^(?:nodes?|ciliumnodes?|node,ciliumnode|ciliumclusterwidenetworkpolicies)$/;

/** What is wrong with a finding whatever the facts: ids that nobody knows, sentences that are missing. */
export function complaints(finding: Finding): string[] {
  const unknown = [finding.id, ...finding.alternatives.map(({ id }) => id)].filter((id) => !ids.has(id));
  const texts = [finding.title, finding.fix, ...finding.evidence.map(({ text }) => text)];
  const reasons = finding.alternatives.map(({ why }) => why);
  return [
    ...unknown.map((id) => `${finding.id} names ${id}, which no rule has`),
    ...(finding.alternatives.some(({ id }) => id === finding.id) ? [`${finding.id} is its own alternative`] : []),
    ...(isRepeated(finding.alternatives.map(({ id }) => id)) ? [`${finding.id} names an alternative twice`] : []),
    ...[...texts, ...reasons].filter((text) => !isSentence(text)).map((text) => `${finding.id} says "${text}"`),
  ];
}

/** What is wrong with a confirming step as the reader gets it: nothing that can be pasted, or not into this cluster. */
export function stepComplaints(facts: Facts, step: ConfirmStep): string[] {
  const request = parseRequest(["--kubeconfig", "file", "--context", "prod"]);
  if (request.kind !== "status") throw new Error("these flags are a status request");
  const source = { ...facts.source, kind: "cluster", context: "prod" } as const;
  const { command } = speller(facts, source, request)(step);
  const here = "--kubeconfig file --context prod";
  const isOurs = step.node === null && step.argv[0] === "cilium-health";
  const isHere = isOurs ? command.endsWith(` ${here}`) : command.startsWith(`kubectl ${here} `);
  return [
    ...(isHere ? [] : ["it does not name this cluster"]),
    ...(step.argv.every((word) => isWord(word)) ? [] : ["a word of it is missing"]),
    ...(isSentence(step.expect) ? [] : ["nobody says what it shows"]),
    ...(step.node === null ? kubectlComplaints(step.argv) : agentComplaints(step.argv, command)),
  ].map((complaint) => `${command}: ${complaint}`);
}

function agentComplaints([program = ""]: readonly string[], command: string): string[] {
  return [
    ...(/ -n \S+ exec \S+ -c \S+ -- \S/.test(command) ? [] : ["it does not name namespace, pod and container"]),
    ...(programs.includes(program) ? [] : [`${program} is no program of the agent's image`]),
  ];
}

function kubectlComplaints(argv: readonly string[]): string[] {
  if (argv[0] === "cilium-health") return argv[1] === "pair" && argv.length === 4 ? [] : ["it is no command of ours"];
  const at = argv.findIndex((word) => /^(?:get|describe|logs)$/.test(word));
  if (at < 0) return ["it does more than read"];
  const hasNamespace = argv.includes("-n") || argv.includes("-A");
  return hasNamespace || wholeCluster.test(argv[at + 1] ?? "") ? [] : ["it does not name a namespace"];
}

function isWord(word: string): boolean {
  return word.trim() !== "" && !/undefined|NaN|\[object/.test(word);
}

function isSentence(text: string): boolean {
  return isWord(text) && !/ {2}|\n|^\s|\s$/.test(text);
}

function isRepeated(all: readonly string[]): boolean {
  return new Set(all).size < all.length;
}
