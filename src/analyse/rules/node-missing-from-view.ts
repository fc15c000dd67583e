import { isFailing } from "../matrix/failing.ts";
import { hasView, lists } from "../matrix/membership.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { isFreshAgent, isNewNode } from "../settings/ages.ts";

/** Agents that do not know a node the others know: their source of nodes is cut (cilium/cilium#11532, #12128). */
export const nodeMissingFromView: Rule = {
  causes: [
    {
      id: "node-missing-from-view",
      severity: "warning",
      title: "agents disagree on who is in the cluster",
      meaning:
        "A node whose agent is well is missing from the view of some agents. They neither probe it nor know where its pods are, so their pods cannot reach those. In kvstore mode the agent usually lost etcd.",
      apart: "stale-node-entry is an entry too many; here one is missing.",
      confirm:
        "`cilium-dbg node list` has no entry of the node in the agent that misses it, and has one elsewhere; in kvstore mode `cilium-dbg troubleshoot kvstore` there shows the error.",
      fix: "restore the way from that agent to the kvstore or the API server, then restart the agent",
      docs: "kvstore",
    },
  ],
  find: (scene) => {
    const gaps = gapsOf(scene);
    return gaps.length === 0 ? [] : [claim(scene, gaps)];
  },
};

interface Gap {
  readonly from: number;
  readonly to: number;
}

/** Nodes of this cluster with a settled, answering agent, that a settled agent's view lacks while another's has them. */
function gapsOf(scene: Scene): Gap[] {
  const settled = (at: number) => !isFreshAgent(scene, at) && !isNewNode(scene, at);
  const members = indexes(scene, (at) => scene.nodes[at]?.agent?.health != null && settled(at));
  const observers = members.filter((at) => hasView(scene, at));
  return members.flatMap((to) => {
    const lacking = observers.filter((from) => from !== to && !lists(scene, from, to));
    const isKnown = observers.some((from) => from !== to && lists(scene, from, to));
    return isKnown ? lacking.filter((from) => !isListedByAgent(scene, from, to)).map((from) => ({ from, to })) : [];
  });
}

function indexes(scene: Scene, test: (at: number) => boolean): number[] {
  return scene.nodes.flatMap((_node, at) => (test(at) ? [at] : []));
}

/** The agent itself knows the node, so that its prober will within a cycle. */
function isListedByAgent(scene: Scene, from: number, to: number): boolean {
  return scene.nodes[from]?.agent?.nodeList?.listed[to] === 1;
}

/** An agent that does not know where a node's pods are cannot answer that node's probes of its own endpoint either. */
function claim(scene: Scene, gaps: readonly Gap[]): Claim {
  const observers = [...new Set(gaps.map(({ from }) => from))];
  const missing = [...new Set(gaps.map(({ to }) => to))];
  const isRead = observers.every((at) => scene.nodes[at]?.agent?.nodeList != null);
  const [first = 0] = observers;
  const unanswered = gaps
    .map(({ from, to }) => to * scene.size + from)
    .filter((cell) => isFailing(scene, "endpoint", cell));
  return {
    id: "node-missing-from-view",
    ...(unanswered.length === 0 ? {} : { severity: "error" as const }),
    confidence: isRead ? "confirmed" : "likely",
    title: titleOf(scene, observers, missing),
    nodes: [...new Set([...observers, ...missing])].map((at) => nameOf(scene, at)),
    host: [],
    endpoint: unanswered,
    evidence: observers.slice(0, 5).flatMap((at) => evidence(scene, at, gaps)),
    confirm: [
      {
        node: nameOf(scene, first),
        argv: ["cilium-dbg", "node", "list"],
        expect: `no entry ${nameOf(scene, missing[0] ?? 0)}`,
      },
      {
        node: nameOf(scene, first),
        argv: ["cilium-dbg", "troubleshoot", "kvstore"],
        expect: "an error, in kvstore mode",
      },
    ],
  };
}

function titleOf(scene: Scene, observers: readonly number[], missing: readonly number[]): string {
  const who =
    observers.length === 1 ? `the agent of ${nameOf(scene, observers[0] ?? 0)} does` : `${observers.length} agents do`;
  return `${who} not list ${missing.length === 1 ? nameOf(scene, missing[0] ?? 0) : `${missing.length} nodes`} that others list`;
}

function evidence(scene: Scene, at: number, gaps: readonly Gap[]): Claim["evidence"][number][] {
  const agent = scene.nodes[at]?.agent;
  const name = nameOf(scene, at);
  const lacking = gaps.filter(({ from }) => from === at).map(({ to }) => nameOf(scene, to));
  const shown = `${lacking.slice(0, 5).join(", ")}${lacking.length > 5 ? ` and ${lacking.length - 5} more` : ""}`;
  const kvstore = agent?.status?.kvstoreState ?? "";
  const isKvstoreBad = kvstore !== "" && !/^(?:Ok|Disabled)$/i.test(kvstore);
  return [
    { text: `${name} does not list ${shown}`, node: name, capture: "cilium-health-status.json" as const },
    ...(isKvstoreBad
      ? [
          {
            text: `its kvstore is in state ${kvstore}: ${agent?.status?.kvstoreMessage ?? ""}`,
            node: name,
            capture: "cilium-status.json" as const,
          },
        ]
      : []),
  ];
}
