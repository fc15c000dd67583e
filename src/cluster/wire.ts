import type { Agent, OutgoingHttpHeaders } from "node:http";
import type { ExecSockets } from "./exec-sockets.ts";
import type { RequestHeaders } from "./request-headers.ts";

/** Who asks, and through which connections: what one request needs beside its path. */
export interface Identity {
  /** `Authorization` and `Impersonate-…`; a list becomes several headers of the same name. */
  readonly headers: RequestHeaders;
  /** One kept-alive connection for REST calls; holds the TLS options (authority, client certificate, server name). */
  readonly restAgent: Agent;
  /** A new connection for each exec; the same TLS options. */
  readonly execSockets: ExecSockets;
}

/** The way to one API server. rest.ts and exec.ts know nothing of kubeconfigs, plugins or proxies. */
export interface Wire {
  /** With its path prefix, if it has one (`https://rancher.example/k8s/clusters/c-1`). */
  readonly server: URL;
  /** The identity as of now: a rotated token or certificate is a new one. Throws HealthError. */
  identity(): Promise<Identity>;
  /** After a 401 answered to `refused`; true when another identity is there to be tried. Throws HealthError. */
  refresh(refused: Identity): Promise<boolean>;
  readonly userAgent: string;
  /** Whether answers may come gzipped; the kubeconfig's `disable-compression` says no. */
  readonly compression: boolean;
  /** 0 waits for ever. */
  readonly requestTimeoutMs: number;
  readonly trace: Trace;
  readonly clock: Clock;
}

/** Timers as a value, so that a test moves time by hand. */
export interface Clock {
  /** Milliseconds from a fixed but unknown start. */
  now(): number;
  /** Calls once after `ms`; the returned function cancels. */
  after(ms: number, call: () => void): () => void;
  /** Calls every `ms` until cancelled. */
  every(ms: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
  every(ms, call) {
    const timer = setInterval(call, ms);
    return () => clearInterval(timer);
  },
};

/** Resolves after `ms`, or at once when the signal is aborted. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal.addEventListener("abort", done, { once: true });
  });
}

/** One answered request, as `-v` shows it. */
export interface TracedRequest {
  readonly method: string;
  readonly url: string;
  /** `200 OK`, or what went wrong. */
  readonly outcome: string;
  readonly ms: number;
  readonly requestHeaders: OutgoingHttpHeaders;
  readonly responseHeaders: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly bodyBytes: number;
}

export type Trace = (request: TracedRequest) => void;

/** kubectl's `-v`: from 6 one line a request, from 8 headers and body size too, credentials left out. */
export function traceTo(notice: (line: string) => void, verbosity: number): Trace {
  if (verbosity < 6) return () => {};
  return (request) => {
    notice(printable(`${request.method} ${request.url} ${request.outcome} in ${Math.round(request.ms)} milliseconds`));
    if (verbosity < 8) return;
    for (const line of headerLines(request.requestHeaders)) notice(printable(`    > ${line}`));
    for (const line of headerLines(request.responseHeaders)) notice(printable(`    < ${line}`));
    notice(`    body: ${request.bodyBytes} bytes`);
  };
}

/** Headers whose value is a secret, or may carry one. */
const secretHeaders = new Set(["authorization", "proxy-authorization", "cookie", "set-cookie", "sec-websocket-key"]);

function headerLines(headers: OutgoingHttpHeaders | TracedRequest["responseHeaders"]): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (secretHeaders.has(name.toLowerCase())) return [`${name}: <masked>`];
    return (Array.isArray(value) ? value : [value]).map((one) => `${name}: ${one}`);
  });
}

/** A server chooses its header values: none of them may move the cursor of the terminal that shows them. */
function printable(line: string): string {
  return line.replace(/[\p{Cc}\p{Cf}]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
