import { connect, type Socket } from "node:net";
import { connect as connectSecurely, type TLSSocket } from "node:tls";
import type { ClientOptions } from "ws";
import { bareHost } from "./api-path.ts";
import { endpointTls, type TlsIdentity } from "./tls-identity.ts";

/** How each exec gets a connection of its own, as `ws` takes it: a WebSocket's cannot be handed on. */
export type ExecSockets = Pick<ClientOptions, "agent" | "createConnection">;

/**
 * Straight to the server, TLS sessions resumed. An https.Agent would do as well, for some 7 % more of an exec's CPU (600
 * of them, Node 22): it keeps lists of sockets, and these are used once.
 */
export function directSockets(server: URL, tls: TlsIdentity): ExecSockets {
  const place = placeOf(server);
  if (server.protocol === "http:") return { createConnection: () => withoutDelay(connect(place)) };
  const options = { ...place, ...endpointTls(tls) };
  let session: Buffer | undefined;
  const open = () => {
    const socket = connectSecurely(session === undefined ? options : { ...options, session });
    onSession(socket, (ticket) => {
      session = ticket;
    });
    return withoutDelay(socket);
  };
  return { createConnection: open };
}

/** What is dialled; the port of the scheme where none is said. */
export function placeOf(server: URL): { readonly host: string; readonly port: number } {
  const usual = server.protocol === "http:" ? 80 : 443;
  return { host: bareHost(server), port: server.port === "" ? usual : Number(server.port) };
}

/**
 * The session to go on with: the newest, and none after a connection that failed or never stood. Something on the way may
 * stumble over a resumed hello, or swallow it, and must not meet it again.
 */
function onSession(socket: TLSSocket, use: (session: Buffer | undefined) => void): void {
  let stood = false;
  socket.on("session", use);
  socket.once("secureConnect", () => {
    stood = true;
  });
  socket.once("error", () => use(undefined));
  socket.once("close", () => {
    if (!stood) use(undefined);
  });
}

/**
 * As Go does. The hello and the request are longer than one packet, and the rest of each would wait a round trip for the
 * acknowledgement of what went before; an https.Agent's `noDelay` does not reach a TLS socket (Node 22).
 */
function withoutDelay<T extends Socket>(socket: T): T {
  socket.setNoDelay(true);
  return socket;
}
