import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { constants, gzip } from "node:zlib";
import { type ApiStatus, failure } from "./api-status.ts";
import { loopbackIdentity } from "./certificate.ts";
import { type ExecProtocol, type ExecServer, execProtocols, execServer, refuse } from "./exec.ts";
import { answerRest, pathWords, type RestAnswer, type RestCluster, resourcePath } from "./rest.ts";
import type { Scenario } from "./scenario.ts";
import { openStore } from "./store.ts";

export interface ServerOptions {
  readonly scenario: Scenario;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Milliseconds every command takes before it prints; default 0. */
  readonly execDelayMs?: number;
  /** What is forbidden, as `verb resource[.group][/subresource]`: `list nodes`, `create pods/exec`. */
  readonly deny?: readonly string[];
  /** Default both; `["v4.channel.k8s.io"]` is an API server before 1.30. */
  readonly protocols?: readonly ExecProtocol[];
}

export interface RunningServer {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
  close(): Promise<void>;
}

const mostBodyBytes = 1024 * 1024;
/** Bodies from here on are compressed when the client takes it, as kube-apiserver does. */
const gzipFrom = 128 * 1024;

/** Serves the scenario on 127.0.0.1 over TLS until closed. Rejects when the port is taken. */
export async function serveScenario(options: ServerOptions): Promise<RunningServer> {
  const identity = loopbackIdentity(Date.now());
  const token = randomBytes(16).toString("hex");
  const store = openStore(options.scenario);
  const rest: RestCluster = { store, deny: options.deny ?? [] };
  const exec = execServer({
    ...rest,
    scenario: options.scenario,
    protocols: options.protocols ?? execProtocols,
    execDelayMs: options.execDelayMs ?? 0,
  });
  const server = createServer({ key: identity.key, cert: identity.cert, keepAliveTimeout: 60_000 });
  server.on("request", (request, response) => void onRequest(rest, token, request, response));
  server.on("upgrade", (request, socket, head) => onUpgrade(exec, token, request, socket, head));
  const close = closer(server, exec);
  const port = await listen(server, options.port ?? 0);
  return { url: `https://127.0.0.1:${port}`, ca: identity.ca, token, close };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port); // never a pipe's name: it listens on TCP
    });
  });
}

function closer(server: Server, exec: ExecServer): () => Promise<void> {
  const sockets = new Set<Duplex>();
  server.on("connection", (socket: Duplex) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  return () => {
    exec.close();
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  };
}

async function onRequest(
  cluster: RestCluster,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const url = new URL(request.url ?? "/", "https://127.0.0.1");
  const answer = (): RestAnswer => {
    if (!isAuthenticated(request, token)) return { code: 401, body: unauthorized };
    if (body === null) return { code: 413, body: failure(413, "RequestEntityTooLarge", "the body is too large") };
    if (/\/pods\/[^/]+\/exec$/.test(url.pathname)) {
      return { code: 400, body: failure(400, "BadRequest", "Upgrade request required") };
    }
    return answerRest(cluster, {
      method: request.method ?? "GET",
      path: url.pathname,
      query: url.searchParams,
      accept: request.headers.accept ?? "",
      user: userOf(request),
      body: parsed(body),
      nowMs: Date.now(),
    });
  };
  respond(request, response, answer());
}

/** A plain-text body is the log of a pod or a probe's word; anything else is JSON. */
function respond(request: IncomingMessage, response: ServerResponse, { code, body }: RestAnswer): void {
  const plain = typeof body === "string";
  const bytes = Buffer.from(plain ? body : JSON.stringify(body), "utf8");
  response.statusCode = code;
  response.setHeader("Content-Type", plain ? "text/plain; charset=utf-8" : "application/json");
  const compressed = bytes.length >= gzipFrom && /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
  if (!compressed) return void response.end(bytes);
  gzip(bytes, { level: constants.Z_BEST_SPEED }, (error, small) => {
    if (error === null) response.setHeader("Content-Encoding", "gzip");
    response.end(error === null ? small : bytes);
  });
}

function onUpgrade(exec: ExecServer, token: string, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const url = new URL(request.url ?? "/", "https://127.0.0.1");
  const words = pathWords(url.pathname);
  const path = words === null ? null : resourcePath(words);
  const isExec = path !== null && path.plural === "pods" && path.subresource === "exec";
  if (!isAuthenticated(request, token)) {
    refuse(socket, 401, unauthorized);
  } else if (!isExec) {
    refuse(socket, 404, failure(404, "NotFound", "the server could not find the requested resource"));
  } else {
    exec.accept({ request, socket, head, path, query: url.searchParams, user: userOf(request) });
  }
}

const unauthorized: ApiStatus = failure(401, "Unauthorized", "Unauthorized");

function isAuthenticated(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? "", "utf8");
  const wanted = Buffer.from(`Bearer ${token}`, "utf8");
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function userOf(request: IncomingMessage): string {
  const impersonated = request.headers["impersonate-user"];
  return typeof impersonated === "string" ? impersonated : "demo";
}

/** null when there is too much of it, or the client went away. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > mostBodyBytes) return null;
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parsed(body: string): unknown {
  try {
    return body === "" ? undefined : JSON.parse(body);
  } catch {
    return undefined;
  }
}
