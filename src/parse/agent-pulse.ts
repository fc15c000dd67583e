import { type Capture, type CaptureId, describeOutcome } from "../model/capture.ts";
import type { AgentHealth, CaptureFailure } from "../model/facts.ts";
import type { AgentPulse, ProbeTimes } from "../model/pulse.ts";
import { outcomeReason } from "./agent-draft.ts";
import { parseAgentStatus } from "./agent-status.ts";
import { isHealthHead, parseHealthHead } from "./health-head.ts";
import type { HealthReply } from "./health-json.ts";
import { parseHealthReply } from "./health-reply.ts";
import type { Parsed } from "./json.ts";
import { parseTime } from "./time.ts";

/** Builds the agents' pulses capture by capture; a later report of an agent replaces an earlier one. */
export interface PulseReducer {
  /** One that was never started tells nothing. */
  add(capture: Capture): void;
  /** By node; an agent that was not asked has none. */
  pulse(node: string): AgentPulse | null;
}

export function pulseReducer(): PulseReducer {
  const pulses = new Map<string, AgentPulse>();
  return {
    add: (capture) => {
      if (capture.outcome.kind === "not-run") return;
      pulses.set(capture.node, withCapture(pulses.get(capture.node) ?? noPulse, capture));
    },
    pulse: (node) => pulses.get(node) ?? null,
  };
}

const noPulse: AgentPulse = { clock: 0, health: null, probes: null, version: "", failures: [] };

type Told = Partial<AgentPulse>;

/** What of a capture is kept, by capture; the text is let go of. */
function readerOf(id: CaptureId): ((bytes: Uint8Array) => Parsed<Told>) | null {
  switch (id) {
    case "cilium-health-status.json":
      return readReport;
    case "date.txt":
      return readClock;
    case "cilium-status.json":
      return readVersion;
    default:
      return null;
  }
}

function withCapture(before: AgentPulse, capture: Capture): AgentPulse {
  const { id, outcome } = capture;
  const failures = before.failures.filter((failure) => failure.id !== id);
  const forgotten = { ...before, ...(id === "cilium-health-status.json" ? { health: null, probes: null } : {}) };
  const read = readerOf(id);
  if (read === null) return before;
  if (outcome.kind !== "ok" && outcome.kind !== "exit") return failed(forgotten, failures, capture);
  const told = read(outcome.stdout);
  if (told.ok) return { ...before, ...told.value, failures };
  if (outcome.kind === "exit") return failed(forgotten, failures, capture);
  return { ...forgotten, failures: [...failures, { id, reason: told.reason, message: told.message }] };
}

function failed(before: AgentPulse, failures: readonly CaptureFailure[], capture: Capture): AgentPulse {
  const { id, outcome } = capture;
  const failure = { id, reason: outcomeReason(capture), message: describeOutcome(outcome) };
  return { ...before, failures: [...failures, failure] };
}

/** In any form: the head alone, or a whole view, of which the times are kept. */
function readReport(bytes: Uint8Array): Parsed<Told> {
  const text = isHealthHead(new TextDecoder().decode(bytes.subarray(0, 16))) ? new TextDecoder().decode(bytes) : null;
  if (text !== null) {
    const head = parseHealthHead(text);
    return head.ok ? { ok: true, value: { health: head.value, probes: null } } : head;
  }
  const parsed = parseHealthReply(bytes);
  if (!parsed.ok) return parsed;
  const probes = probeTimes(parsed.value);
  return { ok: true, value: { health: headOf(parsed.value, probes.newest > 0), probes } };
}

function headOf({ localName, timestamp, probeIntervalNs, nodes }: HealthReply, hasProbeTimes: boolean): AgentHealth {
  return { localName, timestamp, probeIntervalNs, hasNodes: nodes !== null, hasProbeTimes };
}

/** A black-holed address costs an agent up to 1.16 the whole HTTP timeout, one after the other. */
const silence = /deadline exceeded|timed out|i\/o timeout|Timeout exceeded/;

function probeTimes({ nodes }: HealthReply): ProbeTimes {
  let [oldest, newest, addresses, silent] = [0, 0, 0, 0];
  for (const { host, endpoint } of nodes ?? []) {
    for (const address of [...(host ?? []), ...(endpoint ?? [])]) {
      if (address.ip !== "") addresses++;
      if (address.ip !== "" && silence.test(address.http?.status ?? "")) silent++;
      for (const probe of [address.icmp, address.http]) {
        const at = (probe?.lastProbed ?? 0) * 1000;
        if (at <= 0) continue;
        oldest = oldest === 0 ? at : Math.min(oldest, at);
        newest = Math.max(newest, at);
      }
    }
  }
  return { oldest, newest, addresses, silent };
}

function readClock(bytes: Uint8Array): Parsed<Told> {
  const clock = parseTime(new TextDecoder().decode(bytes).trim());
  if (clock > 0) return { ok: true, value: { clock } };
  return { ok: false, reason: "wrong-shape", message: "the agent's date is not an RFC 3339 time" };
}

function readVersion(bytes: Uint8Array): Parsed<Told> {
  const status = parseAgentStatus(bytes);
  return status.ok ? { ok: true, value: { version: status.value.version } } : status;
}
