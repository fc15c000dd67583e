import { connect, type Socket } from "node:net";
import { connect as connectSecurely, type TLSSocket } from "node:tls";
import type { ClientOptions } from "ws";
import { endpointTls, type TlsIdentity } from "./tls-identity.ts";

/** How each exec gets a connection of its own, as `ws` takes it: a WebSocket's cannot be handed on. */
export type ExecSockets = Pick<ClientOptions, "agent" | "createConnection">;

/**
 * Straight to the server, TLS sessions resumed. An https.Agent would do as well, for a tenth more of an exec's CPU: it
 * keeps books on connections that are used once.
 */
export function directSockets(server: URL, tls: TlsIdentity): ExecSockets {
  const secure = server.protocol !== "http:";
  const to = { host: server.hostname.replace(/^\[|\]$/g, ""), port: Number(server.port) || (secure ? 443 : 80) };
  if (!secure) return { createConnection: () => withoutDelay(connect(to)) };
  const options = { ...to, ...endpointTls(tls) };
  let session: Buffer | undefined;
  const remember = (socket: TLSSocket) => {
    socket.on("session", (ticket: Buffer) => {
      session = ticket;
    });
    // A session that the server stumbles over must not meet it again.
    socket.once("error", () => {
      session = undefined;
    });
    return socket;
  };
  const open = () => connectSecurely(session === undefined ? options : { ...options, session });
  return { createConnection: () => withoutDelay(remember(open())) };
}

/**
 * As Go does. The hello and the request are longer than one packet, and the rest of each would wait a round trip for the
 * acknowledgement of what went before; an https.Agent's `noDelay` does not reach a TLS socket (Node 22).
 */
function withoutDelay<T extends Socket>(socket: T): T {
  socket.setNoDelay(true);
  return socket;
}
