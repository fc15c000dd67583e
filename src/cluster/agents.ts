import { type Agent as HttpAgent, Agent as PlainAgent } from "node:http";
import { Agent as SecureAgent } from "node:https";
import { isIP } from "node:net";
import { type ConnectionOptions, checkServerIdentity } from "node:tls";
import type { TlsIdentity } from "./tls-identity.ts";

/** Connections to one API server under one TLS identity. */
export interface Agents {
  /** Keeps its connections for the next call; two at most. */
  readonly rest: HttpAgent;
  /** A new connection for each exec: a WebSocket cannot be handed on. */
  readonly exec: HttpAgent;
  /** Ends every connection, also one that waits for a proxy to answer. */
  close(): void;
}

export interface Way {
  readonly server: URL;
  readonly tls: TlsIdentity;
}

export const restPooling = { keepAlive: true, maxSockets: 2 } as const;
export const execPooling = { keepAlive: false } as const;

/** Makes the two agents of a way without a proxy; opens nothing. */
export function directAgents(way: Way): Agents {
  const [rest, exec] = [direct(way, restPooling), direct(way, execPooling)];
  const close = () => {
    rest.destroy();
    exec.destroy();
  };
  return { rest, exec, close };
}

function direct(way: Way, pooling: { readonly keepAlive: boolean }): HttpAgent {
  if (way.server.protocol === "http:") return new PlainAgent({ ...pooling });
  return new SecureAgent({ ...pooling, ...endpointTls(way.tls) });
}

/** How the API server itself is spoken to, whatever stands in between. */
export function endpointTls(tls: TlsIdentity): ConnectionOptions {
  return {
    secureContext: tls.secureContext,
    rejectUnauthorized: tls.rejectUnauthorized,
    // SNI carries no addresses; and behind a proxy Node would check the certificate against "localhost" for one.
    servername: isIP(tls.servername) === 0 ? tls.servername : "",
    checkServerIdentity: (_host, certificate) => checkServerIdentity(tls.servername, certificate),
  };
}
