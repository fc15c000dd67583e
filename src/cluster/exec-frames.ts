import { type JsonObject, objectField, parseJsonObject, textField } from "./json-object.ts";

/**
 * The channel protocol of `v4.channel.k8s.io` and `v5.channel.k8s.io`: each binary WebSocket message is one byte that
 * names the channel, then that channel's bytes (k8s.io/apimachinery pkg/util/remotecommand/constants.go).
 */
export const execProtocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"] as const;

export type Frame =
  | { readonly channel: "stdout" | "stderr" | "status"; readonly data: Uint8Array }
  /** An empty message, a channel we did not ask for, or v5's close signal (255). */
  | { readonly channel: "ignored" };

const ignored: Frame = { channel: "ignored" };

export function decodeFrame(message: Uint8Array): Frame {
  const data = message.subarray(1);
  switch (message[0]) {
    case 1:
      return { channel: "stdout", data };
    case 2:
      return { channel: "stderr", data };
    case 3:
      return { channel: "status", data };
    default:
      return ignored;
  }
}

/** What the status channel says of the command. */
export type CommandStatus =
  | { readonly kind: "success" }
  | { readonly kind: "exit"; readonly code: number }
  /** The command was not run, or its end is not known: the kubelet or the container runtime failed. */
  | { readonly kind: "remote-error"; readonly message: string }
  /** The text may go on in a further frame: it begins as JSON does, and does not end yet. */
  | { readonly kind: "incomplete"; readonly text: string }
  | { readonly kind: "bad-status"; readonly text: string };

/** Reads a status channel's bytes so far. Never throws. */
export function decodeCommandStatus(bytes: Uint8Array): CommandStatus {
  const text = new TextDecoder().decode(bytes).trim();
  const status = parseJsonObject(text);
  if (status === null) return { kind: text.startsWith("{") ? "incomplete" : "bad-status", text: text.slice(0, 1000) };
  if (status["status"] === "Success") return { kind: "success" };
  if (status["status"] !== "Failure") return { kind: "bad-status", text: text.slice(0, 1000) };
  if (status["reason"] !== "NonZeroExitCode") {
    const message = textField(status, "message")
      .trim()
      .replace(/^Internal error occurred: /, "");
    return { kind: "remote-error", message: message || textField(status, "reason") };
  }
  const code = exitCode(status);
  return code === null ? { kind: "bad-status", text: text.slice(0, 1000) } : { kind: "exit", code };
}

/** `details.causes[]` with reason `ExitCode`; its message is the code (k8s.io/client-go tools/remotecommand/v4.go). */
function exitCode(status: JsonObject): number | null {
  const causes = objectField(status, "details")["causes"];
  if (!Array.isArray(causes)) return null;
  for (const cause of causes) {
    const fields = objectField({ cause }, "cause");
    const message = textField(fields, "message");
    if (fields["reason"] === "ExitCode" && /^-?\d{1,9}$/.test(message)) return Number(message);
  }
  return null;
}
