import { baseCaptures, type CaptureSpec, confirmingCaptures, deepCaptures } from "../collect/captures.ts";
import { checkCaptures, listCaptures } from "../collect/check-captures.ts";
import type { AgentOrder } from "../collect/collect.ts";
import type { CaptureId } from "../model/capture.ts";
import type { AgentPod } from "../model/kube.ts";
import type { Report, ReportNode } from "../model/report.ts";

/** Newest lines and most bytes of one container's log: what a person still reads, and a thousand agents still fit. */
export const logLines = 20_000;
export const logBytes = 8 * 1024 * 1024;

/** Beyond this many suspects the tenth says what the first did; --all-nodes-deep asks them all. */
const mostImplicated = 12;

/** Whose agents are looked at closely, and which of them is the healthy one to compare with; null when none is well. */
export interface Suspects {
  readonly nodes: readonly string[];
  readonly control: string | null;
}

/**
 * Nodes that findings name, in the findings' order, then agents that failed to answer; and of the others the one with
 * the fewest failing paths: where a node is cut off, every other one has some.
 */
export function suspectsOf(report: Report, allNodes: boolean): Suspects {
  const named = report.findings.filter((one) => !one.ignored && one.severity !== "info").flatMap((one) => one.nodes);
  const failed = report.coverage.failed.map((one) => one.node);
  const down = report.nodes.filter((node) => node.agent?.state === "down").map((node) => node.name);
  const implicated = new Set([...named, ...failed, ...down]);
  const own = report.nodes.filter((node) => !node.remote && node.agent !== null);
  const control = healthiest(own.filter((node) => !implicated.has(node.name)));
  const names = own.map((node) => node.name);
  if (allNodes) return { nodes: names.filter((name) => name !== control), control };
  const known = new Set(names);
  return { nodes: [...implicated].filter((name) => known.has(name)).slice(0, mostImplicated), control };
}

function healthiest(nodes: readonly ReportNode[]): string | null {
  let best: { readonly name: string; readonly failing: number } | null = null;
  for (const node of nodes) {
    if (node.agent?.state !== "ok") continue;
    const counts = [node.in.host, node.in.endpoint, node.out.host, node.out.endpoint];
    const failing = counts.reduce((sum, count) => sum + count.unreachable + count.unknown + count.stale, 0);
    if (best === null || failing < best.failing) best = { name: node.name, failing };
  }
  return best?.name ?? null;
}

/** Whether a capture is one of the closer look: many of them fail by nature, where a table or a program is not there. */
export function isDeep(what: string): boolean {
  return deep.some(({ id }) => id === what);
}

/** Each once: the lists that `check` compares share one with the confirming captures. */
const deep: readonly CaptureSpec[] = [
  ...new Set([confirmingCaptures, checkCaptures, listCaptures, deepCaptures].flatMap((some) => Object.values(some))),
];

/** They name every pod of the cluster in fields that could be anything: no stand-ins can be vouched for. */
const namesPods: ReadonlySet<CaptureId> = new Set([
  "cilium-ip-list.json",
  "cilium-service-list.json",
  "cilium-lrp-list.json",
]);

/** What is still to be asked of them: nothing that the first two rounds have brought, or that may not be sent. */
export function deepOrders(
  { nodes, control }: Suspects,
  agents: ReadonlyMap<string, AgentPod>,
  done: ReadonlySet<string>,
  pseudonymised: boolean,
): AgentOrder[] {
  return [...nodes, ...(control === null ? [] : [control])].flatMap((node) => {
    const pod = agents.get(node);
    if (pod === undefined || pod.state !== "running") return [];
    const captures = deep.filter(({ id }) => !done.has(captureKey(node, id)) && !(pseudonymised && namesPods.has(id)));
    return captures.length === 0 ? [] : [{ pod, captures }];
  });
}

export function captureKey(node: string, id: string): string {
  return `${node}\n${id}`;
}

/** `--dry-run`: every request a run would make, without asking anybody. */
export function planLines(namespace: string, selector: string, file: string): string[] {
  const run = (specs: readonly CaptureSpec[]) => specs.map((spec) => `  ${spec.argv.join(" ")}`);
  return [
    `Would write ${file}`,
    "",
    `Read from the API (namespace ${namespace}):`,
    `  list pods with label ${selector}`,
    "  list nodes, ciliumnodes.cilium.io, ciliumclusterwidenetworkpolicies.cilium.io",
    "  list configmaps named cilium-config",
    "  never: secrets",
    "",
    "Run in every agent:",
    ...run(Object.values(baseCaptures)),
    "",
    "Run in the agents of nodes that findings name, and of one healthy node to compare with (--all-nodes-deep: of all):",
    ...run(deep),
    "",
    `Read of the same agents' logs, and of agents that do not run: current and previous, the newest ${logLines} lines, ${logBytes / 1048576} MiB at most each`,
  ];
}
