import {
  type BaseCaptureId,
  type Capture,
  type CaptureId,
  captureIds,
  checkCaptureIds,
  confirmingCaptureIds,
  describeOutcome,
  type KeptCaptureId,
} from "../model/capture.ts";
import type {
  AgentEndpoints,
  AgentHealth,
  AgentNodeList,
  AgentStatus,
  CaptureFailure,
  NodeListEntry,
} from "../model/facts.ts";
import type { CiliumNode } from "../model/kube.ts";
import type { MatrixBuilder } from "../model/matrix.ts";
import { parseAgentStatus } from "./agent-status.ts";
import { encodeRow } from "./encode-row.ts";
import { parseEndpointList } from "./endpoint-list.ts";
import type { HealthNode, HealthReply } from "./health-json.ts";
import { parseHealthReply } from "./health-reply.ts";
import type { ParseFailure } from "./json.ts";
import type { NamedNode } from "./names.ts";
import { type NodeElement, parseNodeList } from "./node-list.ts";
import { parseTime } from "./time.ts";

/** What is known of one agent while its captures come in. */
export interface AgentDraft {
  asked: boolean;
  notRun: string;
  /** By its own `date`, epoch milliseconds; 0 not yet known. */
  clock: number;
  /** Newest time in any of its answers, epoch milliseconds. */
  newestTime: number;
  health: AgentHealth | null;
  status: AgentStatus | null;
  nodeList: AgentNodeList | null;
  endpoints: AgentEndpoints | null;
  confirming: Map<KeptCaptureId, string>;
  unread: Map<KeptCaptureId, CaptureFailure>;
  failures: CaptureFailure[];
}

export function agentDraft(): AgentDraft {
  return {
    asked: false,
    notRun: "",
    clock: 0,
    newestTime: 0,
    health: null,
    status: null,
    nodeList: null,
    endpoints: null,
    confirming: new Map(),
    unread: new Map(),
    failures: [],
  };
}

/** Where a capture belongs: its agent's column, and how names become columns. */
export interface DraftContext {
  readonly builder: MatrixBuilder;
  readonly column: number;
  /** -1 for a name that names nobody. */
  readonly columnOf: (name: string) => number;
  /** Told before any name is turned into a column: what the agent calls its own node, "" when it does not say. */
  readonly learnCluster: (node: string, localName: string, listed: readonly NamedNode[]) => void;
  /** What a node of this cluster announces of itself, by its name in a reply; null for other clusters' nodes. */
  readonly cilium: (name: string) => CiliumNode | null;
}

type Reader = (draft: AgentDraft, bytes: Uint8Array, capture: Capture, context: DraftContext) => ParseFailure | null;

/** How each capture of every run changes the draft; the text is let go of on return. */
const readers: Readonly<Record<BaseCaptureId, Reader>> = {
  "cilium-health-status.json": readHealth,
  "date.txt": (draft, bytes) => {
    draft.clock = parseTime(new TextDecoder().decode(bytes).trim());
    return draft.clock === 0
      ? { ok: false, reason: "wrong-shape", message: "the agent's date is not an RFC 3339 time" }
      : null;
  },
  "cilium-status.json": (draft, bytes) => {
    const parsed = parseAgentStatus(bytes);
    if (!parsed.ok) return parsed;
    draft.status = parsed.value;
    draft.newestTime = Math.max(draft.newestTime, parsed.value.newestTimestamp);
    return null;
  },
  "cilium-node-list.json": (draft, bytes, capture, context) => {
    const parsed = parseNodeList(bytes);
    if (!parsed.ok) return parsed;
    context.learnCluster(capture.node, "", parsed.value);
    draft.nodeList = reduceNodeList(parsed.value, context);
    return null;
  },
  "cilium-endpoint-list.json": (draft, bytes) => {
    const parsed = parseEndpointList(bytes);
    if (!parsed.ok) return parsed;
    draft.endpoints = parsed.value;
    return null;
  },
};

/** A capture that is asked for again, in another form, replaces what was said of the first try. */
export function addCapture(draft: AgentDraft, capture: Capture, context: DraftContext): void {
  const { id, outcome } = capture;
  if (outcome.kind === "not-run") {
    draft.notRun = outcome.message;
    return;
  }
  draft.asked = true;
  if (!isBase(id)) {
    if (isKept(id)) keepText(draft, id, capture);
    return;
  }
  if (outcome.kind === "ok") {
    const failure = readers[id](draft, outcome.stdout, capture, context);
    draft.failures = draft.failures.filter((earlier) => earlier.id !== id);
    if (failure !== null) draft.failures.push({ id, reason: failure.reason, message: failure.message });
    return;
  }
  if (outcome.kind === "exit" && saidItAll(draft, outcome.stdout, capture, context)) return;
  draft.failures = draft.failures.filter((earlier) => earlier.id !== id);
  draft.failures.push({ id, reason: outcomeReason(capture), message: describeOutcome(outcome) });
}

/** A whole reply counts even where the command ended with an error code; a list is not taken for empty then. */
function saidItAll(draft: AgentDraft, stdout: Uint8Array, capture: Capture, context: DraftContext): boolean {
  const isBlank = new TextDecoder().decode(stdout).trim() === "";
  return !isBlank && isBase(capture.id) && readers[capture.id](draft, stdout, capture, context) === null;
}

function isBase(id: CaptureId): id is BaseCaptureId {
  return (captureIds as readonly string[]).includes(id);
}

const keptIds: readonly string[] = [...confirmingCaptureIds, ...checkCaptureIds];

function isKept(id: CaptureId): id is KeptCaptureId {
  return keptIds.includes(id);
}

/** Confirming texts are kept as they are: small, read by the rule or check that wanted them. */
function keepText(draft: AgentDraft, id: KeptCaptureId, capture: Capture): void {
  const { outcome } = capture;
  if (outcome.kind === "ok") {
    draft.confirming.set(id, new TextDecoder().decode(outcome.stdout));
    draft.unread.delete(id);
  } else if (!draft.confirming.has(id)) {
    draft.unread.set(id, { id, reason: outcomeReason(capture), message: describeOutcome(outcome) });
  }
}

/** A word for machines: `exit-1`, `http-403`, `timeout`, `cut`, … */
export function outcomeReason({ outcome }: Capture): string {
  switch (outcome.kind) {
    case "exit":
      return `exit-${outcome.code}`;
    case "http":
      return `http-${outcome.status}`;
    case "network":
      return outcome.code === "" ? "network" : outcome.code;
    default:
      return outcome.kind;
  }
}

function readHealth(
  draft: AgentDraft,
  bytes: Uint8Array,
  capture: Capture,
  context: DraftContext,
): ParseFailure | null {
  const parsed = parseHealthReply(bytes);
  if (!parsed.ok) return parsed;
  const reply = parsed.value;
  context.learnCluster(capture.node, reply.localName, (reply.nodes ?? []).map(hostAddresses));
  const row = encodeRow(context.builder, reply.nodes ?? [], context.columnOf);
  const { rows } = context.builder.matrix;
  while (rows.length <= context.column) rows.push(null);
  rows[context.column] = row;
  draft.health = healthHead(reply, row.newestProbe > 0);
  draft.newestTime = Math.max(draft.newestTime, reply.timestamp, row.newestProbe * 1000);
  return null;
}

function hostAddresses({ name, host }: HealthNode): NamedNode {
  return { name, ips: (host ?? []).map((address) => address.ip) };
}

function healthHead(reply: HealthReply, hasProbeTimes: boolean): AgentHealth {
  const { localName, timestamp, probeIntervalNs, nodes } = reply;
  return { localName, timestamp, probeIntervalNs, hasNodes: nodes !== null, hasProbeTimes };
}

/** N agents list N nodes each: only what differs from the node's own announcement is kept as an object. */
function reduceNodeList(list: readonly NodeElement[], context: DraftContext): AgentNodeList {
  const columns = list.map((element) => context.columnOf(element.name));
  const listed = new Uint8Array(columns.reduce((most, column) => Math.max(most, column + 1), 0));
  const entries: NodeListEntry[] = [];
  list.forEach((element, index) => {
    const node = columns[index] ?? -1;
    if (node < 0) return;
    listed[node] = 1;
    if (differs(element, context)) {
      const { ips, healthIPs, podCIDRs, source } = element;
      entries.push({ node, ips, healthIPs, podCIDRs, source });
    }
  });
  return { listed, count: list.length, entries };
}

function differs(element: NodeElement, context: DraftContext): boolean {
  const announced = context.cilium(element.name);
  if (announced === null) return true;
  return !sameSet(element.ips, announced.internalIPs) || !sameSet(element.healthIPs, announced.healthIPs);
}

function sameSet(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((item) => others.includes(item));
}
