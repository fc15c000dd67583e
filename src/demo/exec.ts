import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { type WebSocket, WebSocketServer } from "ws";
import { isDenied } from "./access.ts";
import { findResource } from "./api-resources.ts";
import { type ApiStatus, exitStatus, failure, internalError } from "./api-status.ts";
import { attributesOf, forbidden, podNotFound, type ResourcePath } from "./rest.ts";
import type { AgentReply, KubeObject, Scenario } from "./scenario.ts";
import type { Store } from "./store.ts";
import { at } from "./table.ts";

export const execProtocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"] as const;
export type ExecProtocol = (typeof execProtocols)[number];

export interface ExecCluster {
  readonly scenario: Scenario;
  readonly store: Store;
  readonly deny: readonly string[];
  /** What this server understands; v4 alone makes it an API server before 1.30. */
  readonly protocols: readonly ExecProtocol[];
  /** Milliseconds every command takes before it prints. */
  readonly execDelayMs: number;
}

/** One upgrade request for exec, already authenticated. */
export interface ExecCall {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly path: ResourcePath;
  readonly query: URLSearchParams;
  readonly user: string;
}

export interface ExecServer {
  accept(call: ExecCall): void;
  close(): void;
}

const stdoutChannel = 1;
const stderrChannel = 2;
const statusChannel = 3;
const frameBytes = 32 * 1024;
/** Unsent bytes of one exec beyond which the next frame waits. */
const highWater = 64 * 1024;

/** The exec side of the API server, kubelet and runtime together. */
export function execServer(cluster: ExecCluster): ExecServer {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (offered) => cluster.protocols.find((one) => offered.has(one)) ?? false,
  });
  return {
    accept: (call) => {
      const refused = refusalOf(cluster, call);
      if (refused !== null) return refuse(call.socket, refused.code, refused.body);
      const outcome = outcomeOf(cluster, call);
      const v5 = offers(call.request, "v5.channel.k8s.io") && cluster.protocols.includes("v5.channel.k8s.io");
      if (outcome.kind === "backend-error" && !v5) return refuse(call.socket, 500, outcome.httpBody);
      server.handleUpgrade(call.request, call.socket, call.head, (socket) => {
        void serve(socket, outcome, call.query, cluster.execDelayMs);
      });
    },
    close: () => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

/** Writes an HTTP answer on a socket that asked for an upgrade. "" has no body, a string is plain text. */
export function refuse(socket: Duplex, code: number, body: ApiStatus | string): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const type = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json";
  const head = [
    `HTTP/1.1 ${code} ${code === 401 ? "Unauthorized" : "Refused"}`,
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(text)}`,
    "Connection: close",
  ];
  socket.on("error", () => socket.destroy());
  socket.end(`${head.join("\r\n")}\r\n\r\n${text}`);
}

type Outcome =
  | Exclude<AgentReply, { readonly kind: "unreachable" }>
  /** The way to the kubelet failed: before the upgrade on v4, in the status frame on v5. */
  | { readonly kind: "backend-error"; readonly httpBody: ApiStatus | string; readonly status: ApiStatus };

type Refusal = { readonly code: number; readonly body: ApiStatus | string };

/** What the API server says before it turns to a kubelet; null when it lets the request pass. */
function refusalOf(cluster: ExecCluster, { request, path, query, user }: ExecCall): Refusal | null {
  const say = (status: ApiStatus & { readonly code: number }): Refusal => ({ code: status.code, body: status });
  const get = attributesOf(path, "get");
  if (isDenied(cluster.deny, get)) return say(forbidden(user, get));
  // From 1.35 on "create" is asked for too, and its refusal has no reason (kubernetes/kubernetes#134577).
  if (isDenied(cluster.deny, attributesOf(path, "create"))) {
    return say(failure(403, "Forbidden", `pods "${path.name}" is forbidden: `, { name: path.name, kind: "pods" }));
  }
  const overWebSocket = request.headers.upgrade?.toLowerCase() === "websocket";
  // A server that knows none of the offered protocols answers 403 without a body.
  if (overWebSocket && !cluster.protocols.some((one) => offers(request, one))) return { code: 403, body: "" };
  const pod = podOf(cluster.store, path);
  if (pod === null) return say(podNotFound(path.name));
  const container = query.get("container") ?? "";
  const known = containerNames(pod);
  if (container !== "" && !known.includes(container)) {
    return say(failure(400, "BadRequest", `container ${container} is not valid for pod ${path.name}`));
  }
  if (query.getAll("command").length === 0)
    return say(failure(400, "BadRequest", "you must specify at least 1 command for the container"));
  return null;
}

function offers(request: IncomingMessage, protocol: ExecProtocol): boolean {
  const offered = request.headers["sec-websocket-protocol"] ?? "";
  return offered.split(",").some((one) => one.trim() === protocol);
}

function podOf(store: Store, path: ResourcePath): KubeObject | null {
  const pods = findResource("", "v1", "pods");
  return pods === null ? null : store.get(pods, path.namespace, path.name);
}

function containerNames(pod: KubeObject): readonly unknown[] {
  const containers = pod.spec?.["containers"];
  return Array.isArray(containers) ? containers.map((one) => at(one, "name")) : [];
}

function outcomeOf(cluster: ExecCluster, { path, query }: ExecCall): Outcome {
  const pod = podOf(cluster.store, path);
  const container = query.get("container") || String((pod === null ? [] : containerNames(pod))[0] ?? "");
  const reply = cluster.scenario.reply(String(pod?.spec?.["nodeName"] ?? ""), query.getAll("command"));
  if (reply.kind === "unreachable") {
    const status = internalError(reply.message);
    return { kind: "backend-error", httpBody: failure(500, "", reply.message), status };
  }
  if (pod !== null && !isRunning(pod, container)) {
    const text = `container not found ("${container}")`;
    const status = internalError(`unable to upgrade connection: ${text}`);
    return { kind: "backend-error", httpBody: `${text}\n`, status };
  }
  return reply;
}

function isRunning(pod: KubeObject, container: string): boolean {
  const statuses = pod.status?.["containerStatuses"];
  const own = Array.isArray(statuses) ? statuses.find((one) => at(one, "name") === container) : undefined;
  return at(own, "state", "running") !== undefined;
}

/** Plays one command: an empty stdout frame, the output, the status as the last frame, close 1000. */
async function serve(socket: WebSocket, outcome: Outcome, query: URLSearchParams, delayMs: number): Promise<void> {
  const ended = new AbortController();
  socket.on("close", () => ended.abort());
  socket.on("error", () => socket.terminate());
  try {
    await send(socket, stdoutChannel, Buffer.alloc(0));
    const status = await play(socket, outcome, query, delayMs, ended.signal);
    await send(socket, statusChannel, Buffer.from(JSON.stringify(status), "utf8"));
    socket.close(1000);
  } catch {
    socket.terminate(); // The client is gone: nobody is left to tell.
  }
}

async function play(
  socket: WebSocket,
  outcome: Outcome,
  query: URLSearchParams,
  delayMs: number,
  signal: AbortSignal,
): Promise<ApiStatus> {
  if (outcome.kind === "backend-error") return outcome.status;
  if (outcome.kind === "no-such-program") return internalError(noProgramText(query.getAll("command")[0] ?? ""));
  const wait = delayMs + outcome.delayMs;
  if (wait > 0) await delay(wait, undefined, { signal });
  const stdout = outcome.overMs === undefined ? outcome.stdout : spread([...outcome.stdout], outcome.overMs, signal);
  if (isAsked(query, "stdout")) await sendAll(socket, stdoutChannel, stdout);
  if (isAsked(query, "stderr")) await sendAll(socket, stderrChannel, [outcome.stderr]);
  return exitStatus(outcome.exitCode);
}

function isAsked(query: URLSearchParams, stream: "stdout" | "stderr"): boolean {
  const value = query.get(stream);
  return value === "true" || value === "1";
}

/** containerd 2 with runc; the kubelet's streaming server wraps it. */
function noProgramText(program: string): string {
  return (
    "error executing command in container: failed to exec in container: failed to start exec: OCI runtime exec failed: " +
    `exec failed: unable to start container process: exec: "${program}": executable file not found in $PATH`
  );
}

/** The pieces one by one, at even distances over the whole time; ends when it is over. */
async function* spread(
  pieces: readonly (string | Uint8Array)[],
  overMs: number,
  signal: AbortSignal,
): AsyncGenerator<string | Uint8Array> {
  const pauseMs = overMs / (pieces.length + 1);
  for (const piece of pieces) {
    await delay(pauseMs, undefined, { signal });
    yield piece;
  }
  await delay(pauseMs, undefined, { signal });
}

async function sendAll(
  socket: WebSocket,
  channel: number,
  pieces: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  for await (const piece of pieces) {
    const bytes = typeof piece === "string" ? Buffer.from(piece, "utf8") : piece;
    for (let start = 0; start < bytes.length; start += frameBytes) {
      await send(socket, channel, bytes.subarray(start, start + frameBytes));
    }
  }
}

/** Waits only when the peer reads more slowly than we write. Rejects when the connection is gone. */
async function send(socket: WebSocket, channel: number, bytes: Uint8Array): Promise<void> {
  const frame = Buffer.allocUnsafe(1 + bytes.length);
  frame[0] = channel;
  frame.set(bytes, 1);
  const written = new Promise<void>((resolve, reject) => {
    socket.send(frame, { binary: true }, (error) => (error ? reject(error) : resolve()));
  });
  if (socket.readyState !== socket.OPEN || socket.bufferedAmount > highWater) return written;
  written.catch(() => undefined); // The next frame's own failure tells.
}
