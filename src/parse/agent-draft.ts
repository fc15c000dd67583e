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
import type { AgentEndpoints, AgentHealth, AgentNodeList, AgentStatus, CaptureFailure } from "../model/facts.ts";
import { parseAgentStatus } from "./agent-status.ts";
import { parseEndpointList } from "./endpoint-list.ts";
import type { ParseFailure } from "./json.ts";
import { readHealth } from "./read-health.ts";
import { readNodeList } from "./read-node-list.ts";
import type { ReadingContext } from "./reading-context.ts";
import { parseTime } from "./time.ts";

/** What is known of one agent while its captures come in. */
export interface AgentDraft {
  asked: boolean;
  notRun: string;
  /** By its own `date`, epoch milliseconds; 0 not yet known. */
  clock: number;
  /** By others' clocks when its tally came, epoch milliseconds; 0 where its view is no tally. */
  reckonedClock: number;
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
    reckonedClock: 0,
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

type Reader = (draft: AgentDraft, bytes: Uint8Array, capture: Capture, context: ReadingContext) => ParseFailure | null;

/** How each capture of every run changes the draft; the text is let go of on return. */
const readers: Readonly<Record<BaseCaptureId, Reader>> = {
  "cilium-health-status.json": (draft, bytes, capture, context) => {
    const parsed = readHealth(bytes, capture.node, context);
    if (!parsed.ok) return parsed;
    const { head, row, reckonedClock } = parsed.value;
    const { rows } = context.builder.matrix;
    while (rows.length <= context.column) rows.push(null);
    rows[context.column] = row;
    draft.health = head;
    draft.reckonedClock = reckonedClock;
    draft.newestTime = Math.max(draft.newestTime, head.timestamp, row.newestProbe * 1000);
    return null;
  },
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
    const parsed = readNodeList(bytes, capture.node, context);
    if (!parsed.ok) return parsed;
    draft.nodeList = parsed.value;
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
export function addCapture(draft: AgentDraft, capture: Capture, context: ReadingContext): void {
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
function saidItAll(draft: AgentDraft, stdout: Uint8Array, capture: Capture, context: ReadingContext): boolean {
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
