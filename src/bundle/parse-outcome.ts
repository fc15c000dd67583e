import type { OtherOutcome } from "./layout.ts";

/** A failed capture's outcome as it was saved; one that makes no sense is still a failure and says so. */
export function parseOutcome(bytes: Uint8Array): OtherOutcome {
  const json = parse(bytes);
  const text = (key: string) => (typeof json[key] === "string" ? json[key] : "");
  const number = (key: string) => (typeof json[key] === "number" ? json[key] : 0);
  const kind = text("kind");
  switch (kind) {
    case "http": {
      const retry = json["retryAfterSeconds"];
      const retryAfterSeconds = typeof retry === "number" ? retry : null;
      return { kind, status: number("status"), reason: text("reason"), message: text("message"), retryAfterSeconds };
    }
    case "remote-error":
      return { kind, message: text("message"), stderr: text("stderr") };
    case "timeout":
      return { kind, phase: text("phase") === "handshake" ? "handshake" : "command", afterMs: number("afterMs") };
    case "dead-peer":
      return { kind, silentMs: number("silentMs") };
    case "closed-without-status":
      return { kind, code: number("code") };
    case "too-big":
      return { kind, limitBytes: number("limitBytes") };
    case "bad-status":
      return { kind, text: text("text") };
    case "aborted":
      return { kind };
    case "network":
      return { kind, code: text("code"), message: text("message") };
    case "not-run":
      return { kind, message: text("message") };
    case "cut":
      return { kind, bytes: number("bytes") };
    default:
      return { kind: "bad-status", text: "the saved outcome cannot be read" };
  }
}

function parse(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof json === "object" && json !== null ? (json as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
