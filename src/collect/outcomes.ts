import type { CaptureOutcome } from "../model/capture.ts";
import type { CaptureSpec } from "./captures.ts";

/** 126 and 127 are the runtime's codes for a program that cannot be started; some runtimes say it in words alone. */
export function programIsMissing(outcome: CaptureOutcome): boolean {
  if (outcome.kind === "exit" && (outcome.code === 126 || outcome.code === 127)) return true;
  return /executable file not found|\bexec\b.*no such file or directory/i.test(saidBy(outcome));
}

function saidBy(outcome: CaptureOutcome): string {
  switch (outcome.kind) {
    case "exit":
      return outcome.stderr;
    case "remote-error":
    case "http":
      return outcome.message;
    default:
      return "";
  }
}

/** Transient by nature. An empty reply that ended well is one too: an exec can lose all its bytes. */
export function isWorthAnotherTry(outcome: CaptureOutcome, spec: CaptureSpec): boolean {
  switch (outcome.kind) {
    case "cut":
    case "closed-without-status":
      return true;
    case "network":
      return outcome.code === "ECONNRESET" || outcome.code === "EPIPE" || isShortOfFiles(outcome.code);
    case "timeout":
      return outcome.phase === "handshake";
    case "http":
      return isBusy(outcome.status);
    case "ok":
      return spec.json && outcome.stdout.length === 0;
    default:
      return false;
  }
}

function isBusy(status: number): boolean {
  return status === 429 || (status >= 502 && status <= 504);
}

/** This process or machine has as many files open as it may. */
function isShortOfFiles(code: string): boolean {
  return code === "EMFILE" || code === "ENFILE";
}

const longestPauseMs = 10_000;
/** Until some of the connections under way have ended. */
const filesPauseMs = 500;

/** An API server that is busy asks for time: its Retry-After, one second without it, ten at most. */
export function pauseBeforeRetryMs(outcome: CaptureOutcome): number {
  if (outcome.kind === "network" && isShortOfFiles(outcome.code)) return filesPauseMs;
  if (outcome.kind !== "http") return 0;
  return Math.min(longestPauseMs, (outcome.retryAfterSeconds ?? 1) * 1000);
}

/** After these the agent's other captures would only wait for the same end. */
export function agentIsOutOfReach(outcome: CaptureOutcome): boolean {
  switch (outcome.kind) {
    case "http":
    case "remote-error":
      return !programIsMissing(outcome);
    case "timeout":
    case "dead-peer":
    case "network":
    case "aborted":
      return true;
    default:
      return false;
  }
}
