import type { IncomingHttpHeaders } from "node:http";
import type { ExecOutcome } from "../model/capture.ts";
import { readServerStatus, type ServerStatus } from "./server-status.ts";

const viaKubectl = "try --exec-via=kubectl, which also knows the older SPDY protocol";

/**
 * The outcome of an exec whose upgrade was answered by something else than 101. `code` is the HTTP status, `body` what
 * was read of it. The same trouble may come on two planes: an API server that passes the upgrade on answers 500 where
 * one that translates answers 101 first and puts the same text into the status frame.
 */
export function refusedUpgrade(pod: string, code: number, headers: IncomingHttpHeaders, body: Uint8Array): ExecOutcome {
  const status = readServerStatus(code, headers, body);
  if (code >= 500 && /error dialing backend|error sending request/.test(status.message)) {
    return { kind: "remote-error", message: status.message, stderr: "" };
  }
  return {
    kind: "http",
    status: code,
    reason: status.reason,
    message: refusalMessage(pod, status, body.length === 0),
    retryAfterSeconds: status.retryAfterSeconds,
  };
}

function refusalMessage(pod: string, status: ServerStatus, emptyBody: boolean): string {
  if (status.code === 403 && !status.isStatus && emptyBody) {
    return `the upgrade was refused without a reason: that is not a missing right, but a proxy or an old API server that does not know the protocol; ${viaKubectl}`;
  }
  if (!status.isStatus && isNoUpgrade(status.code)) {
    return `something between here and the API server does not pass WebSocket upgrades on (${status.message}); ${viaKubectl}`;
  }
  if (status.code === 400 && /upgrade request required/i.test(status.message)) {
    return `a proxy took the WebSocket upgrade out of the request (${status.message}); ${viaKubectl}`;
  }
  // The authorizer of Kubernetes 1.35 and newer asks for `create` too, and says nothing when that is what is missing.
  if (status.code === 403 && /is forbidden:?$/.test(status.message)) {
    return `${status.message} the server gave no reason; from Kubernetes 1.35 on exec needs the verb create on pods/exec beside get (kubectl cilium-health access prints the Role)`;
  }
  return status.code === 404 ? notFoundMessage(pod, status) : status.message;
}

/** Answers of proxies that know no WebSocket: a page, a redirect, a demand for another protocol. */
function isNoUpgrade(code: number): boolean {
  return code < 400 || code === 400 || code === 405 || code === 426 || code === 501;
}

/** When a Node object is gone, the API server names the node and calls it a pod. */
function notFoundMessage(pod: string, status: ServerStatus): string {
  const named = status.objectName || (/^pods "([^"]+)" not found$/.exec(status.message)?.[1] ?? "");
  if (named === "" || named === pod || !/^pods "/.test(status.message)) return status.message;
  return `the Node object "${named}" of this pod does not exist any more`;
}
