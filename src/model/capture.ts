/**
 * A capture is one command's outcome in one agent. Ids are file names: the same ids name the files of a bundle and of
 * a captures folder, so a saved state and a live one are read by the same code.
 */
export const captureIds = [
  "cilium-health-status.json",
  "date.txt",
  "cilium-status.json",
  "cilium-node-list.json",
  "cilium-endpoint-list.json",
] as const;

/** What every run asks of every agent. */
export type BaseCaptureId = (typeof captureIds)[number];

/** What a rule may ask for in the second, bounded round, to confirm a suspicion. */
export const confirmingCaptureIds = [
  "health-endpoint.json",
  "cilium-config.json",
  "bpf-metrics.json",
  "bpf-ipcache.json",
  "encrypt-status.json",
  "wireguard-peers.txt",
  "iptables.txt",
  "iptables-nat.txt",
  "iptables-forward.txt",
  "ip_forward.txt",
  "rp_filter.txt",
  "ip-link.json",
  "ip-route.txt",
  "ip-route-2004.txt",
  "ip-rule.txt",
  "ip-addr.txt",
  "ip-neigh.txt",
  "snmp.txt",
  "xfrm_stat.txt",
] as const;

export type ConfirmingCaptureId = (typeof confirmingCaptureIds)[number];

/** What a support bundle takes beside these from implicated nodes: for people to read, no rule looks at them. */
export const deepCaptureIds = [
  "cilium-status-verbose.txt",
  "cilium-version.txt",
  "iptables-save.txt",
  "ip-route-all.txt",
  "ip-addr-all.txt",
  "sysctl.txt",
] as const;

export type DeepCaptureId = (typeof deepCaptureIds)[number];

/** What `check` alone asks, of every agent, beside confirming captures. */
export const checkCaptureIds = ["bridge-nf-call-iptables.txt", "bpf-map-pressure.json"] as const;

export type CheckCaptureId = (typeof checkCaptureIds)[number];

/** Lists that `check` compares between agents, entry by entry. */
export const listCaptureIds = [
  "bpf-ipcache.json",
  "cilium-ip-list.json",
  "cilium-service-list.json",
  "cilium-lrp-list.json",
] as const;

export type ListCaptureId = (typeof listCaptureIds)[number];

/** Captures whose text is kept until it is judged. */
export type KeptCaptureId = ConfirmingCaptureId | CheckCaptureId;

export type CaptureId = BaseCaptureId | KeptCaptureId | DeepCaptureId | ListCaptureId;

/** How one exec ended; exactly one of these, always. `stdout` is bytes, `stderr` text. */
export type ExecOutcome =
  | { readonly kind: "ok"; readonly stdout: Uint8Array; readonly stderr: string }
  | { readonly kind: "exit"; readonly code: number; readonly stdout: Uint8Array; readonly stderr: string }
  | {
      readonly kind: "http";
      /** HTTP status of the refused upgrade. */
      readonly status: number;
      /** `reason` of the Kubernetes Status body, "" when the body was none. */
      readonly reason: string;
      readonly message: string;
      readonly retryAfterSeconds: number | null;
    }
  /** `stderr` is what the command still managed to say. */
  | { readonly kind: "remote-error"; readonly message: string; readonly stderr: string }
  | { readonly kind: "timeout"; readonly phase: "handshake" | "command"; readonly afterMs: number }
  | { readonly kind: "dead-peer"; readonly silentMs: number }
  | { readonly kind: "closed-without-status"; readonly code: number }
  | { readonly kind: "too-big"; readonly limitBytes: number }
  | { readonly kind: "bad-status"; readonly text: string }
  | { readonly kind: "aborted" }
  /** `code` is the system's or TLS's (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), "" when it gave none. */
  | { readonly kind: "network"; readonly code: string; readonly message: string };

/** A capture that was never started, and why: nothing is run where the agent container is not running. */
export interface NotRun {
  readonly kind: "not-run";
  readonly message: string;
}

/** The command ended well, its reply did not: JSON that stops in the middle, after `bytes` bytes. */
export interface CutReply {
  readonly kind: "cut";
  readonly bytes: number;
}

export type CaptureOutcome = ExecOutcome | NotRun | CutReply;

export interface Capture {
  readonly node: string;
  readonly pod: string;
  readonly id: CaptureId;
  readonly argv: readonly string[];
  readonly outcome: CaptureOutcome;
}

/** One sentence for people, without a final stop. */
export function describeOutcome(outcome: CaptureOutcome): string {
  switch (outcome.kind) {
    case "ok":
      return "answered";
    case "exit":
      return `exited with code ${outcome.code}${firstLine(outcome.stderr, ": ")}`;
    case "http":
      return `the API server answered ${outcome.status}${firstLine(outcome.message, ": ")}`;
    case "remote-error":
      return [firstLine(outcome.message, "") || "the kubelet or container runtime reported an error without a text"]
        .concat(firstLine(outcome.stderr, ""))
        .filter((text) => text !== "")
        .join(": ");
    case "timeout":
      return outcome.phase === "handshake"
        ? `no answer to the exec request within ${seconds(outcome.afterMs)}`
        : `the command did not end within ${seconds(outcome.afterMs)} (--timeout)`;
    case "dead-peer":
      return `the connection fell silent for ${seconds(outcome.silentMs)}`;
    case "closed-without-status":
      return `the connection closed (code ${outcome.code}) before the command's result arrived`;
    case "too-big":
      return `the reply exceeded ${Math.round(outcome.limitBytes / 1048576)} MiB and was dropped`;
    case "bad-status":
      return `the command's result could not be read${firstLine(outcome.text, ": ")}`;
    case "aborted":
      return "interrupted";
    case "network":
      return firstLine(outcome.message, "") || outcome.code || "network error";
    case "not-run":
      return outcome.message;
    case "cut":
      return `reply cut after ${outcome.bytes} bytes`;
    default: {
      const never: never = outcome;
      return never;
    }
  }
}

function firstLine(text: string, before: string): string {
  const line = text.trim().split("\n")[0]?.trim() ?? "";
  return line === "" ? "" : `${before}${line.slice(0, 500)}`;
}

function seconds(ms: number): string {
  return `${ms / 1000}s`;
}
