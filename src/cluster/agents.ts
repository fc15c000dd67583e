import { setMaxListeners } from "node:events";
import { type ClientRequest, type Agent as HttpAgent, Agent as PlainAgent } from "node:http";
import { Agent as SecureAgent } from "node:https";
import { isIP, type Socket } from "node:net";
import { type ConnectionOptions, checkServerIdentity } from "node:tls";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";
import { SocksProxyAgent } from "socks-proxy-agent";
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
  /** As `proxyFor` found it; null goes straight. */
  readonly proxy: URL | null;
  /** PEM trusted for the TLS connection to an https proxy, beside the cluster's own. */
  readonly proxyAuthorities: () => readonly string[];
}

/**
 * What went wrong between here and the proxy, or what the proxy refused. Its message names the proxy; the server's own
 * troubles reach the caller as they are.
 */
class ProxyError extends Error {
  override readonly name = "ProxyError";
  readonly code = "EPROXY";
}

const restAgent = { keepAlive: true, maxSockets: 2 } as const;
const execAgent = { keepAlive: false } as const;

/** Makes the two agents; opens nothing. */
export function createAgents(way: Way): Agents {
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  const rest = way.proxy === null ? direct(way, restAgent) : proxied(way, way.proxy, "rest", ending.signal);
  const exec = way.proxy === null ? direct(way, execAgent) : proxied(way, way.proxy, "exec", ending.signal);
  const close = () => {
    ending.abort();
    rest.destroy();
    exec.destroy();
  };
  return { rest, exec, close };
}

function direct(way: Way, pooling: { readonly keepAlive: boolean }): HttpAgent {
  if (way.server.protocol === "http:") return new PlainAgent({ ...pooling });
  return new SecureAgent({ ...pooling, ...endpointTls(way.tls) });
}

function endpointTls(tls: TlsIdentity): ConnectionOptions {
  return {
    secureContext: tls.secureContext,
    rejectUnauthorized: tls.rejectUnauthorized,
    // SNI carries no addresses; and behind a proxy Node would check the certificate against "localhost" for one.
    servername: isIP(tls.servername) === 0 ? tls.servername : "",
    checkServerIdentity: (_host, certificate) => checkServerIdentity(tls.servername, certificate),
  };
}

/**
 * https and WebSocket go through a tunnel (CONNECT); plain REST calls are handed to an HTTP proxy whole, as Go does.
 * Names are resolved by a SOCKS proxy, never here (Go's socks5 does so too): inside a private network only it can.
 */
function proxied(way: Way, proxy: URL, use: "rest" | "exec", ending: AbortSignal): HttpAgent {
  const pooling = use === "rest" ? restAgent : execAgent;
  if (proxy.protocol.startsWith("socks")) {
    return checked(new SocksProxyAgent(proxy.href.replace(/^socks5:/, "socks5h:"), pooling), way, proxy);
  }
  // `signal` reaches net.connect and tls.connect through the agent's own options.
  const options = { ...pooling, ...proxyTls(way, proxy), signal: ending };
  if (way.server.protocol === "http:" && use === "rest") return checked(new HttpProxyAgent(proxy, options), way, proxy);
  return checked(new HttpsProxyAgent(proxy, options), way, proxy);
}

/** Go checks an https proxy with the cluster's settings; a proxy with a public certificate is trusted here as well. */
function proxyTls(way: Way, proxy: URL): ConnectionOptions {
  if (proxy.protocol !== "https:") return {};
  return {
    ca: [...new Set([...way.tls.ca, ...way.proxyAuthorities()])],
    rejectUnauthorized: way.tls.rejectUnauthorized,
  };
}

/** What the three kinds of proxy agents have in common. */
interface ProxyAgent extends HttpAgent {
  connect(request: ClientRequest, options: ConnectOptions): Promise<Socket>;
}

type ConnectOptions = Parameters<SocksProxyAgent["connect"]>[1];

/** Gives the connection behind the proxy our TLS options, and what the proxy does wrong a name. */
function checked(agent: ProxyAgent, way: Way, proxy: URL): HttpAgent {
  const connect = agent.connect.bind(agent);
  const secure = way.server.protocol === "https:";
  agent.connect = async (request, options) => {
    const answer = connectAnswer(request);
    const socket = await connect(request, secure ? secured(way, options) : options).catch((error: unknown) => {
      throw new ProxyError(`the proxy ${proxy.host} cannot be used: ${error instanceof Error ? error.message : error}`);
    });
    const { status, text } = answer();
    if (status === null || status === 200) return socket;
    socket.destroy();
    throw new ProxyError(`the proxy ${proxy.host} refused the way to ${way.server.host}: ${status} ${text}`.trimEnd());
  };
  return agent;
}

function secured(way: Way, options: ConnectOptions): ConnectOptions {
  return { ...options, ...endpointTls(way.tls), port: Number(options.port), secureEndpoint: true };
}

/** The proxy's answer to CONNECT, once it has come; null before, and for ways without CONNECT. */
function connectAnswer(request: ClientRequest): () => { readonly status: number | null; readonly text: string } {
  let status: number | null = null;
  let text = "";
  request.once("proxyConnect", (answer: { statusCode?: unknown; statusText?: unknown }) => {
    if (typeof answer.statusCode === "number") status = answer.statusCode;
    if (typeof answer.statusText === "string") text = answer.statusText;
  });
  return () => ({ status, text });
}
