import { type Agent as HttpAgent, Agent as PlainAgent } from "node:http";
import { Agent as SecureAgent } from "node:https";
import { directSockets, type ExecSockets } from "./exec-sockets.ts";
import { endpointTls, type TlsIdentity } from "./tls-identity.ts";

/** Connections to one API server under one TLS identity. */
export interface Agents {
  /** Keeps its connections for the next call; two at most. */
  readonly rest: HttpAgent;
  readonly exec: ExecSockets;
  /** Ends the connections for REST calls, and those that wait for a proxy; an exec's own ends with its WebSocket. */
  close(): void;
}

export interface Way {
  readonly server: URL;
  readonly tls: TlsIdentity;
}

export const restPooling = { keepAlive: true, maxSockets: 2 } as const;

/** Both for a way without a proxy; opens nothing. */
export function directAgents({ server, tls }: Way): Agents {
  const secure = server.protocol !== "http:";
  const rest = secure ? new SecureAgent({ ...restPooling, ...endpointTls(tls) }) : new PlainAgent(restPooling);
  return { rest, exec: directSockets(server, tls), close: () => rest.destroy() };
}
