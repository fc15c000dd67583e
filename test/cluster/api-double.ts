import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { type WebSocket, WebSocketServer } from "ws";
import { directAgents } from "../../src/cluster/agents.ts";
import { tlsIdentity } from "../../src/cluster/tls-identity.ts";
import { systemClock, type TracedRequest, type Wire } from "../../src/cluster/wire.ts";
import { anonymous } from "./connections.ts";

export function fixtureTls(name: string): string {
  return readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), "utf8");
}

export interface ApiDouble {
  readonly url: URL;
  /** TCP connections accepted so far. */
  readonly connections: number;
  /** For each TLS connection, whether it resumed an earlier session. */
  readonly resumed: boolean[];
  /** Connections that are open now. */
  readonly open: ReadonlySet<Socket>;
  /** When every connection is closed. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export interface ApiDoubleOptions {
  /** Which certificate of test/fixtures/tls; null serves plain http. */
  readonly certificate?: "server" | "expired" | "elsewhere" | null;
  readonly onRequest?: (request: IncomingMessage, response: ServerResponse) => void;
  readonly onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** A server on loopback that does to its clients whatever a test wants. */
export async function startApiDouble(options: ApiDoubleOptions): Promise<ApiDouble> {
  const name = options.certificate === undefined ? "server" : options.certificate;
  const server =
    name === null
      ? http.createServer()
      : https.createServer({
          cert: fixtureTls(`${name}.crt`),
          key: fixtureTls(`${name}.key`),
          ca: fixtureTls("ca.crt"),
          requestCert: true,
          rejectUnauthorized: false,
        });
  const open = new Set<Socket>();
  const resumed: boolean[] = [];
  let connections = 0;
  let onIdle: (() => void)[] = [];
  server.on("connection", (socket: Socket) => {
    if (socket instanceof TLSSocket) return;
    connections += 1;
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      open.delete(socket);
      if (open.size > 0) return;
      for (const call of onIdle) call();
      onIdle = [];
    });
  });
  server.on("secureConnection", (socket: TLSSocket) => {
    socket.on("error", () => {});
    resumed.push(socket.isSessionReused());
  });
  server.on("tlsClientError", () => {});
  server.on("request", options.onRequest ?? ((_request, response) => response.writeHead(404).end()));
  if (options.onUpgrade !== undefined) server.on("upgrade", options.onUpgrade);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`${name === null ? "http" : "https"}://127.0.0.1:${port}`),
    get connections() {
      return connections;
    },
    resumed,
    open,
    idle: () => (open.size === 0 ? Promise.resolve() : new Promise((resolve) => onIdle.push(resolve))),
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

const protocols = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] ?? false });

/** Answers an exec's upgrade as an API server does: 101, the first protocol offered, an empty stdout frame. */
export function acceptExec(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  run: (peer: WebSocket) => void,
): void {
  protocols.handleUpgrade(request, socket, head, (peer) => {
    peer.on("error", () => {});
    peer.send(frame(1, ""));
    run(peer);
  });
}

/** The bytes of a 101 that a server writes by hand. */
export function switchingProtocols(sent: IncomingMessage): Buffer {
  const key = `${sent.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash("sha1").update(key).digest("base64");
  const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
  lines.push(`Sec-WebSocket-Accept: ${accept}`, "Sec-WebSocket-Protocol: v5.channel.k8s.io", "", "");
  return Buffer.from(lines.join("\r\n"));
}

/** One message of the channel protocol. */
export function frame(channel: number, data: string | Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([channel]), typeof data === "string" ? Buffer.from(data) : data]);
}

export const success = frame(3, JSON.stringify({ metadata: {}, status: "Success" }));

export function failure(reason: string, message: string, details?: object): Buffer {
  return frame(3, JSON.stringify({ metadata: {}, status: "Failure", reason, message, details }));
}

export function statusBody(code: number, reason: string, message: string, details?: object): string {
  return JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message, details });
}

export interface TestWire extends Wire {
  readonly traced: TracedRequest[];
  close(): void;
}

/** A wire to a double: trusts the fixture authority, has no credentials; every part may be replaced. */
export function testWire(url: URL, replaced: Partial<Wire> & { readonly ca?: string | null } = {}): TestWire {
  const { ca: trusted, ...parts } = replaced;
  const ca = trusted === undefined ? fixtureTls("ca.crt") : trusted;
  const way = { ...anonymous, server: url.href, caPem: ca };
  const {
    rest: restAgent,
    exec: execSockets,
    close,
  } = directAgents({ server: url, tls: tlsIdentity(way, null, () => []) });
  const traced: TracedRequest[] = [];
  return {
    server: url,
    identity: () => Promise.resolve({ headers: {}, restAgent, execSockets }),
    refresh: () => Promise.resolve(false),
    userAgent: "kubectl-cilium_health/test",
    compression: true,
    requestTimeoutMs: 0,
    trace: (request) => traced.push(request),
    clock: systemClock,
    ...parts,
    traced,
    close,
  };
}
