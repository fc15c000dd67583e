import { globPattern } from "../analyse/matrix/scope.ts";
import { baseCaptures, type CaptureSpec } from "../collect/captures.ts";
import type { AgentOrder } from "../collect/collect.ts";
import { shortCaptures, shortNodeList } from "../collect/short-captures.ts";
import { type BaseCaptureId, captureIds } from "../model/capture.ts";
import type { CaptureFailure, Facts, NodeFacts } from "../model/facts.ts";
import type { AgentPod } from "../model/kube.ts";
import type { Report } from "../model/report.ts";
import { tallyStep } from "../model/short-forms.ts";
import { suspectsOf } from "./bundle-plan.ts";
import type { Counted } from "./counting-round.ts";

/** Agents from which on each is asked in short: below, all that is known of all costs little. */
export const shortFrom = 200;

/** Whose node lists a large cluster is asked for: of those that findings or the command name, or of every agent. */
export type NodeLists = "of-some" | "of-all";

const shortWithNodeList: readonly CaptureSpec[] = [...shortCaptures, shortNodeList];

/** What every agent is asked: everything, or of many agents the short forms. */
export function firstRound(agents: number, inFull: boolean, nodeLists: NodeLists): readonly CaptureSpec[] {
  if (inFull || agents < shortFrom) return captureIds.map((id) => baseCaptures[id]);
  return nodeLists === "of-all" ? shortWithNodeList : shortCaptures;
}

export function isShort(captures: readonly CaptureSpec[]): boolean {
  return captures === shortCaptures || captures === shortWithNodeList;
}

/** The agents that --node or a command names. */
export function namedNodes(nodes: readonly NodeFacts[], named: readonly string[]): string[] {
  const patterns = named.map(globPattern);
  return nodes.flatMap(({ name }) => (patterns.some((pattern) => pattern.test(name)) ? [name] : []));
}

/** Asked in full of a few agents alone: it costs as much as the health view, or grows with the pods. */
const closerIds: readonly BaseCaptureId[] = ["cilium-node-list.json", "cilium-endpoint-list.json"];
const shortIds: readonly BaseCaptureId[] = ["cilium-health-status.json", "cilium-status.json", "cilium-node-list.json"];

/** At most so many agents are asked closer because --node or a command names them. */
const mostNamed = 12;

export interface Closer {
  readonly orders: readonly AgentOrder[];
  /** Nodes whose lists are asked for. */
  readonly nodes: readonly string[];
}

/**
 * After the short round: the lists of nodes that findings or the user name, and of one to compare with; and in full what
 * an agent did not say in short.
 */
export function closerRound(
  facts: Facts,
  report: Report,
  named: readonly string[],
  nodeLists: NodeLists = "of-some",
): Closer {
  const { nodes, control } = suspectsOf(report, false);
  const looked = [...nodes, ...namedNodes(facts.nodes, named).slice(0, mostNamed)];
  const closer = new Set(looked.length === 0 || control === null ? looked : [...looked, control]);
  const wanted = closerIds.filter((id) => nodeLists === "of-some" || id !== "cilium-node-list.json");
  const orders: AgentOrder[] = [];
  for (const node of facts.nodes) {
    const pod = askable(node);
    if (pod === null) continue;
    const ids = [...unsaid(node), ...(closer.has(node.name) ? wanted : [])];
    if (ids.length > 0) orders.push({ pod, captures: ids.map((id) => baseCaptures[id]) });
  }
  return { orders, nodes: [...closer] };
}

/** Commands at once in one agent of a bounded round. */
const mostLanes = 8;

/** A few agents with many commands each: they would wait for one another one by one. */
export function inLanes(orders: readonly AgentOrder[]): AgentOrder[] {
  return orders.flatMap(({ pod, captures }) =>
    Array.from({ length: Math.min(mostLanes, captures.length) }, (_, lane) => ({
      pod,
      captures: captures.filter((_capture, at) => at % mostLanes === lane),
    })),
  );
}

export function askable({ agent }: NodeFacts): AgentPod | null {
  return agent !== null && agent.pod.state === "running" && agent.notAsked === "" ? agent.pod : null;
}

function unsaid({ agent }: NodeFacts): BaseCaptureId[] {
  return shortIds.filter((id) => agent?.failures.some((failure) => failure.id === id && isOfTheForm(failure)) === true);
}

/** The agent answered, and the answer made no sense: another form may. */
export function isOfTheForm({ reason, message }: CaptureFailure): boolean {
  return ["empty", "not-json", "wrong-shape", "cut"].includes(reason) || /jsonpath/i.test(message);
}

/** What was not asked is said: nothing is green for lack of evidence. */
export function shortNotes(agents: number, counted: Counted, closer: Closer | null, nodeLists: NodeLists): string[] {
  return [shortNote(agents, closer, nodeLists), countedNote(counted)].filter((note) => note !== "");
}

function countedNote({ counting, whyNot }: Counted): string {
  if (whyNot !== "") return `each was asked for every probe: ${whyNot}`;
  if (counting === 0) return "";
  const told = `median latencies are of the others and of one path in ${tallyStep} of these`;
  return `${counting} of them counted their good probes and told the others alone: ${told}, ages of the others alone`;
}

function shortNote(agents: number, closer: Closer | null, nodeLists: NodeLists): string {
  if (closer === null) return `${agents} agents were asked in short; the run ended before any was asked more closely`;
  const { nodes } = closer;
  const whose =
    nodes.length === 0
      ? "of none of them: nothing is wrong"
      : `of ${nodes.length} of them alone: those that findings or the command name, and one to compare with`;
  const lists = nodeLists === "of-all" ? "endpoint lists" : "node lists and endpoint lists";
  return `${agents} agents were asked in short; ${lists} ${whose}`;
}
