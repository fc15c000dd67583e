import type { ExecOutcome } from "../model/capture.ts";
import { describeNetworkError, hostAndPort } from "./network-error.ts";

/**
 * What an error of the WebSocket leaves of an exec: `code` is Node's or that of ws (lib/receiver.js), whose errors of the
 * handshake have none. `limitBytes` is the size up to which it takes a frame.
 */
export function brokenSession(
  error: Error & { readonly code?: unknown },
  server: URL,
  limitBytes: number,
): ExecOutcome {
  const code = typeof error.code === "string" ? error.code : "";
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") return { kind: "too-big", limitBytes };
  const host = hostAndPort(server);
  if (code.startsWith("WS_ERR_")) {
    return { kind: "network", code, message: `the answer of ${host} is no valid WebSocket frame (${error.message})` };
  }
  if (/subprotocol|Sec-WebSocket|Upgrade header/.test(error.message)) {
    const message = `${host} accepted the exec in a way Kubernetes does not (${error.message}): a proxy may stand in between; try --exec-via=kubectl`;
    return { kind: "network", code, message };
  }
  return { kind: "network", ...describeNetworkError(error, server) };
}
