import type { CaptureId } from "../../model/capture.ts";
import type { Facts, NodeFacts } from "../../model/facts.ts";
import type { CountedAgents, Coverage, CoverageFailure } from "../../model/report.ts";

const healthCapture: CaptureId = "cilium-health-status.json";

/** How many agents were heard. Only this cluster's nodes count: nobody here can ask a remote cluster's agents. */
export function coverage(facts: Facts): Coverage {
  const nodes = facts.nodes.filter((node) => isOfThisCluster(facts, node));
  const due = nodes.filter((node) => node.agentNotDue === "");
  const answered = due.filter((node) => hasAnswered(node));
  return {
    nodes: nodes.length,
    agents: due.filter((node) => node.agent !== null).length,
    answered: answered.length,
    failed: due.flatMap(failuresOf).sort(byNode),
    unasked: due.flatMap(unaskedOf).sort(byNode),
    notes: [...new Set(facts.absent.values())],
    counted: countedAgents(facts),
  };
}

function countedAgents({ nodes, matrix }: Facts): CountedAgents | null {
  let agents = 0;
  let mostAgeNs = 0;
  nodes.forEach(({ agent }, at) => {
    const row = matrix.rows[at];
    if (row?.counted !== true || agent?.health == null) return;
    agents++;
    const since = row.notBefore * 1000 || agent.health.timestamp;
    if (agent.clock > 0 && since > 0) mostAgeNs = Math.max(mostAgeNs, (agent.clock - since) * 1e6);
  });
  return agents === 0 ? null : { agents, mostAgeNs };
}

/** Where nodes could not be listed, the CiliumNodes stand for them. A node that only agents speak of is a ghost. */
export function isOfThisCluster(facts: Facts, node: NodeFacts): boolean {
  if (node.remote) return false;
  return node.agent !== null || node.kube !== null || (facts.absent.has("nodes") && node.cilium !== null);
}

/** A node whose agent this run can ask: this cluster's, and another's whose context was named and whose API was read. */
export function isAskable(facts: Facts, node: NodeFacts): boolean {
  return node.remote ? node.agent !== null || node.kube !== null : isOfThisCluster(facts, node);
}

/** Answered means a health view came; an agent that has finished no probe cycle yet has answered with nothing. */
export function hasAnswered(node: NodeFacts): boolean {
  return node.agent?.health != null;
}

function failuresOf(node: NodeFacts): CoverageFailure[] {
  const { agent } = node;
  if (agent === null || agent.notAsked !== "") return [];
  return agent.failures
    .filter((failure) => failure.id === healthCapture || agent.health !== null)
    .filter((failure) => failure.id !== "date.txt")
    .map(({ id, reason, message }) => ({ node: node.name, pod: agent.pod.name, reason, message, capture: id }));
}

function unaskedOf(node: NodeFacts): { node: string; reason: string }[] {
  if (node.agent === null) return [{ node: node.name, reason: "no agent pod" }];
  return node.agent.notAsked === "" ? [] : [{ node: node.name, reason: node.agent.notAsked }];
}

function byNode(a: { readonly node: string }, b: { readonly node: string }): number {
  return compareNames(a.node, b.node);
}

/** worker-2 before worker-10, the same on every machine. */
export function compareNames(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

const collator = new Intl.Collator("en", { numeric: true });
