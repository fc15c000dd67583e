import { setMaxListeners } from "node:events";
import type { ClientRequest, Agent as HttpAgent } from "node:http";
import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";
import { SocksProxyAgent } from "socks-proxy-agent";
import { type Agents, restPooling, type Way } from "./agents.ts";
import { endpointTls } from "./tls-identity.ts";

export interface ProxiedWay extends Way {
  /** As `proxyFor` found it. */
  readonly proxy: URL;
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

/** Both for a way through a proxy; opens nothing. */
export function proxiedAgents(way: ProxiedWay): Agents {
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  const rest = proxied(way, "rest", ending.signal);
  const exec = proxied(way, "exec", ending.signal);
  const close = () => {
    ending.abort();
    rest.destroy();
    exec.destroy();
  };
  return { rest, exec: { agent: exec }, close };
}

/**
 * https and WebSocket go through a tunnel (CONNECT); plain REST calls are handed to an HTTP proxy whole, as Go does.
 * Names are resolved by a SOCKS proxy, never here (Go's socks5 does so too): inside a private network only it can.
 */
function proxied(way: ProxiedWay, use: "rest" | "exec", ending: AbortSignal): HttpAgent {
  const { proxy } = way;
  const pooling = use === "rest" ? restPooling : { keepAlive: false };
  if (proxy.protocol.startsWith("socks")) {
    return checked(new SocksProxyAgent(proxy.href.replace(/^socks5:/, "socks5h:"), pooling), way);
  }
  // `signal` reaches net.connect and tls.connect through the agent's own options.
  const options = { ...pooling, ...proxyTls(way), signal: ending };
  if (way.server.protocol === "http:" && use === "rest") return checked(new HttpProxyAgent(proxy, options), way);
  return checked(new HttpsProxyAgent(proxy, options), way);
}

/** Go checks an https proxy with the cluster's settings; a proxy with a public certificate is trusted here as well. */
function proxyTls(way: ProxiedWay): ConnectionOptions {
  if (way.proxy.protocol !== "https:") return {};
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
function checked(agent: ProxyAgent, way: ProxiedWay): HttpAgent {
  const connect = agent.connect.bind(agent);
  const secure = way.server.protocol === "https:";
  agent.connect = async (request, options) => {
    const answer = connectAnswer(request);
    const socket = await connect(request, secure ? secured(way, options) : options).catch((error: unknown) => {
      throw new ProxyError(
        `the proxy ${way.proxy.host} cannot be used: ${error instanceof Error ? error.message : error}`,
      );
    });
    const { status, text } = answer();
    if (status === null || status === 200) return socket;
    socket.destroy();
    throw new ProxyError(
      `the proxy ${way.proxy.host} refused the way to ${way.server.host}: ${status} ${text}`.trimEnd(),
    );
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
