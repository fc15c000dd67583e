import { createHash } from "node:crypto";
import { ByteCollector } from "../cluster/byte-collector.ts";
import { programIsMissing } from "../collect/outcomes.ts";
import { describeOutcome, type ExecOutcome } from "../model/capture.ts";
import type { ExecOutput, ExecResult, OutputStream } from "../model/exec.ts";
import type { NodeFacts } from "../model/facts.ts";

/** Bytes beyond the limit that are read and let go of, so that a command that ends soon is not left running. */
export const mostDropped = 4 * 1024 * 1024;

/** One stream of one command, up to the limit. */
class Kept {
  readonly #bytes: ByteCollector | null;
  readonly #limit: number;
  readonly #hash = createHash("sha256");
  #length = 0;
  #dropped = 0;

  constructor(limitBytes: number, keeps: boolean) {
    this.#limit = limitBytes;
    this.#bytes = keeps ? new ByteCollector(limitBytes) : null;
  }

  /** What of the piece is within the limit. */
  take(piece: Uint8Array): Uint8Array {
    const part = piece.subarray(0, Math.min(piece.length, this.#limit - this.#length));
    this.#bytes?.add(part);
    this.#hash.update(part);
    this.#length += part.length;
    this.#dropped += piece.length - part.length;
    return part;
  }

  output(): ExecOutput {
    const bytes = this.#bytes?.bytes() ?? new Uint8Array();
    return { bytes, digest: this.#hash.digest("hex"), length: this.#length, cut: this.#dropped > 0, file: "" };
  }

  get length(): number {
    return this.#length;
  }
}

/** The command in one agent while it runs. */
export class AgentRun {
  readonly node: NodeFacts;
  readonly zone: string;
  readonly startedAt: number;
  readonly #kept: { readonly [stream in OutputStream]: Kept };
  readonly #limit: number;

  /** `now`: epoch milliseconds. */
  constructor(node: NodeFacts, zone: string, limitBytes: number, keeps: boolean, now: number) {
    this.node = node;
    this.zone = zone;
    this.startedAt = now;
    this.#limit = limitBytes;
    this.#kept = { stdout: new Kept(limitBytes, keeps), stderr: new Kept(limitBytes, keeps) };
  }

  take(stream: OutputStream, piece: Uint8Array): Uint8Array {
    return this.#kept[stream].take(piece);
  }

  result(outcome: ExecOutcome, started: boolean, now: number): ExecResult {
    const spoke = this.#kept.stdout.length + this.#kept.stderr.length > 0;
    return {
      node: this.node.name,
      zone: this.zone,
      pod: this.node.agent?.pod.name ?? "",
      ...endOf(outcome, started, spoke, this.#limit),
      durationNs: Math.round((now - this.startedAt) * 1e6),
      stdout: this.#kept.stdout.output(),
      stderr: this.#kept.stderr.output(),
    };
  }
}

type End = Pick<ExecResult, "state" | "exitCode" | "message" | "mayStillRun">;

/** `started`: the exec was let in. An error of the kubelet or the runtime after that tells that nothing was run. */
function endOf(outcome: ExecOutcome, started: boolean, spoke: boolean, limitBytes: number): End {
  const message = describeOutcome(outcome);
  const open = { exitCode: null, message, mayStillRun: true };
  const never = { exitCode: null, message, mayStillRun: false };
  switch (outcome.kind) {
    case "ok":
      return { state: "ended", exitCode: 0, message: "", mayStillRun: false };
    case "exit":
      return { state: "ended", exitCode: outcome.code, message: "", mayStillRun: false };
    case "too-big":
      return {
        ...open,
        state: "cut",
        message: `its output was still coming long after ${limitBytes} bytes (--max-bytes): it was left`,
      };
    case "timeout":
      return outcome.phase === "command" ? { ...open, state: "timed-out" } : { ...never, state: "failed" };
    case "aborted":
      return started
        ? { ...open, state: "interrupted", message: "interrupted while it ran" }
        : { ...never, state: "unasked", message: "the run ended before it was asked" };
    case "remote-error":
      if (programIsMissing(outcome)) return { ...never, state: "not-started" };
      return spoke ? { ...open, state: "lost" } : { ...never, state: "failed" };
    case "bad-status":
      return { ...never, state: "lost" };
    case "dead-peer":
    case "closed-without-status":
    case "network":
      return started ? { ...open, state: "lost" } : { ...never, state: "failed" };
    case "http":
      return { ...never, state: "failed" };
    default: {
      const none: never = outcome;
      return none;
    }
  }
}

const nothing: ExecOutput = { bytes: new Uint8Array(), digest: "", length: 0, cut: false, file: "" };

/** Of an agent nobody tried to ask. */
export function unaskedResult(node: NodeFacts, zone: string): ExecResult {
  const pod = node.agent?.pod;
  const message =
    pod === undefined
      ? "no agent pod"
      : pod.state === "running"
        ? "the run ended before it was asked"
        : `its agent is not running (${pod.reason || pod.state})`;
  const end = { state: "unasked", exitCode: null, message, mayStillRun: false, durationNs: null } as const;
  return { node: node.name, zone, pod: pod?.name ?? "", ...end, stdout: nothing, stderr: nothing };
}
