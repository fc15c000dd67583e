import type { Capture } from "../model/capture.ts";
import type { AgentFacts, Facts, NodeFacts, Source } from "../model/facts.ts";
import type { AgentPod, KubeList } from "../model/kube.ts";
import { matrixBuilder, ownText } from "../model/matrix.ts";
import { tallySlackMs } from "../model/short-forms.ts";
import { type AgentDraft, addCapture, agentDraft } from "./agent-draft.ts";
import { whyNoAgentIsDue } from "./agent-due.ts";
import { meshReference } from "./counted-row.ts";
import { HealthTape } from "./health-tape.ts";
import { inventory } from "./inventory.ts";
import { clusterByOwnName, type NamedNode, publicName, splitName } from "./names.ts";
import type { Counting } from "./read-tally.ts";
import { TextPool } from "./text-pool.ts";

/** The reducer that builds FACTS capture by capture and lets go of each reply's text. */
export interface FactsReducer {
  /** API objects, before the captures; in any order. */
  addList(list: KubeList): void;
  /** The agents to be asked, one a node, known once pods and nodes were added. */
  agents(): readonly AgentPod[];
  add(capture: Capture): void;
  /**
   * From now on tallies are read, against what the views of these nodes' agents agree on; or the sentence why they
   * cannot be. `clock`: the agents' own at the moment it is called, epoch milliseconds.
   */
  countBy(nodes: readonly string[], clock: () => number): string | null;
  /** Nodes to which an agent that counts finds a path slow. */
  slowNodes(): ReadonlySet<string>;
  finish(): Facts;
}

export function factsReducer(source: Source, container: string): FactsReducer {
  const kube = inventory(container);
  const builder = matrixBuilder();
  const texts = new TextPool();
  const tape = new HealthTape();
  const names: string[] = [];
  const columns = new Map<string, number>();
  const drafts = new Map<string, AgentDraft>();
  const column = (name: string): number => {
    const known = columns.get(name);
    if (known !== undefined) return known;
    const own = ownText(name);
    columns.set(own, names.length);
    names.push(own);
    return names.length - 1;
  };
  let counting: Counting | null = null;
  const slow = new Set<string>();
  let learnedCluster = "";
  const ownCluster = () => kube.clusterName() || learnedCluster;
  const columnOf = remembered((name) => {
    const { name: known } = publicName(name, ownCluster());
    return splitName(known).node === "" ? -1 : column(known);
  });
  const ciliumNode = remembered((name) => {
    const known = publicName(name, ownCluster());
    return known.remote ? null : kube.ciliumNode(known.name);
  });
  const forget = () => {
    columnOf.forget();
    ciliumNode.forget();
  };
  /** Where cilium-config cannot be read, an agent's own name for its node tells the cluster's name. */
  const learnCluster = (node: string, localName: string, listed: () => readonly NamedNode[]) => {
    if (ownCluster() !== "") return;
    const ownIPs = [...(kube.kubeNode(node)?.internalIPs ?? []), ...(kube.ciliumNode(node)?.internalIPs ?? [])];
    learnedCluster = clusterByOwnName(node, localName, listed, ownIPs) ?? "";
    if (learnedCluster !== "") forget();
  };
  /** Inventory first and sorted, so that the order in which agents answer leaves no trace. */
  const placeKnownNodes = () => {
    for (const name of [...kube.nodeNames()].sort()) column(name);
  };
  const draftOf = (node: string): AgentDraft => {
    const draft = drafts.get(node) ?? agentDraft();
    drafts.set(node, draft);
    return draft;
  };
  return {
    addList: (list) => {
      kube.add(list);
      forget();
    },
    agents: () => [...kube.agents().values()],
    add: (capture) => {
      if (names.length === 0) placeKnownNodes();
      addCapture(draftOf(capture.node), capture, {
        builder,
        column: column(capture.node),
        columnOf: columnOf.of,
        learnCluster,
        texts,
        tape,
        counting,
        cilium: ciliumNode.of,
      });
    },
    countBy: (nodes, clock) => {
      const reference = meshReference(builder.matrix, nodes.map(column));
      if (typeof reference === "string") return reference;
      const missing = [...kube.probedNames()].find((name) => reference.listed[column(name)] !== 1);
      if (missing !== undefined) return `no agent lists ${missing}`;
      const heardSlow = (names: readonly string[]) => {
        for (const name of names) slow.add(publicName(name, ownCluster()).name);
      };
      counting = { reference, clock, heardSlow };
      return null;
    },
    slowNodes: () => slow,
    finish: () => {
      placeKnownNodes();
      const clock = fallbackClock(drafts.values());
      const nodes = names.map((name) => nodeFacts(name, ownCluster(), kube, drafts.get(name), clock));
      while (builder.matrix.rows.length < names.length) builder.matrix.rows.push(null);
      return {
        source,
        clusterName: ownCluster(),
        nodes,
        matrix: builder.matrix,
        config: kube.config(),
        policies: kube.policies(),
        absent: kube.absent(),
        namespace: [...kube.agents().values()][0]?.namespace ?? "",
      };
    },
  };
}

/** Each agent names every node: what a name stands for is worked out once, until something is learned about names. */
function remembered<T>(read: (name: string) => T): { of(name: string): T; forget(): void } {
  const known = new Map<string, T>();
  return {
    of: (name) => {
      const before = known.get(name);
      if (before !== undefined) return before;
      const value = read(name);
      known.set(ownText(name), value);
      return value;
    },
    forget: () => known.clear(),
  };
}

/** The newest time any agent spoke of: for agents whose clock could not be read. */
function fallbackClock(drafts: Iterable<AgentDraft>): number {
  let newest = 0;
  for (const draft of drafts) newest = Math.max(newest, draft.clock, draft.newestTime);
  return newest;
}

function nodeFacts(
  name: string,
  ownCluster: string,
  kube: ReturnType<typeof inventory>,
  draft: AgentDraft | undefined,
  clock: number,
): NodeFacts {
  const { cluster } = splitName(name);
  const remote = cluster !== "";
  const node = remote ? null : kube.kubeNode(name);
  const pod = remote ? undefined : kube.agents().get(name);
  return {
    name,
    cluster: remote ? cluster : ownCluster,
    remote,
    kube: node,
    cilium: remote ? null : kube.ciliumNode(name),
    agent: pod === undefined ? null : agentFacts(pod, draft, clock),
    agentNotDue: node === null || pod !== undefined ? "" : whyNoAgentIsDue(node),
  };
}

function agentFacts(pod: AgentPod, draft: AgentDraft | undefined, clock: number): AgentFacts {
  const notRunning = pod.state === "running" ? "" : `its agent is not running (${pod.reason || pod.state})`;
  const asked = draft?.asked === true;
  return {
    pod,
    notAsked: asked ? "" : draft?.notRun || notRunning || "it was not asked",
    clock: draft === undefined ? 0 : draft.clock || otherClock(draft, clock),
    health: draft?.health ?? null,
    status: draft?.status ?? null,
    nodeList: draft?.nodeList ?? null,
    endpoints: draft?.endpoints ?? null,
    confirming: draft?.confirming ?? new Map(),
    unread: draft?.unread ?? new Map(),
    failures: draft?.failures ?? [],
  };
}

/** Of an agent that was not asked for its clock, or did not tell. 0 where nothing shows that the reckoned one is right. */
function otherClock({ health, reckonedClock, status }: AgentDraft, newest: number): number {
  if (health === null) return 0;
  if (reckonedClock === 0) return newest;
  const behind = reckonedClock - (status?.newestTimestamp ?? 0);
  return behind > -mostAheadMs && behind < tallySlackMs ? reckonedClock : 0;
}

const mostAheadMs = 10_000;
