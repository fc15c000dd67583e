import { HealthError } from "../model/errors.ts";
import { apiUrl } from "./api-path.ts";
import { type Exchange, type Exchanged, exchange } from "./http-exchange.ts";
import { describeNetworkError, hostAndPort } from "./network-error.ts";
import { describeServerStatus, readServerStatus, type ServerStatus } from "./server-status.ts";
import { type Identity, sleep, type Wire } from "./wire.ts";

export type RestAnswer =
  /** Any JSON: nothing in it is trusted yet. */
  | { readonly kind: "ok"; readonly value: unknown }
  | { readonly kind: "refused"; readonly status: ServerStatus; readonly message: string }
  /** No answer, or none that can be read; one line that names host and port. */
  | { readonly kind: "failed"; readonly message: string };

/** An answer that is text, such as a container's log. */
export type TextAnswer =
  | { readonly kind: "ok"; readonly body: Uint8Array }
  | Exclude<RestAnswer, { readonly kind: "ok" }>;

type Call = Pick<Exchange, "method" | "url" | "body"> & { readonly accept: string };
type Answered = Extract<Exchanged, { readonly kind: "answer" }>;

const jsonAlone = "application/json";

/** Bytes of one answer. A page of 500 pods or nodes is some 10 to 20 MB. */
const maxAnswerBytes = 64 * 1024 * 1024;
const maxRetries = 5;
const maxWaitMs = 10_000;

/**
 * Calls the API server, one request at a time over one kept-alive connection. 429 and server errors are tried again
 * (Retry-After is obeyed up to 10 s, at most 5 times), as is a connection cut under way; a 401 gets the credentials
 * refreshed and one more try. All that is called here is safe to repeat.
 */
export class RestClient {
  readonly #wire: Wire;
  readonly #random: () => number;
  #turn: Promise<unknown> = Promise.resolve();
  #everAnswered = false;

  constructor(wire: Wire, random: () => number = Math.random) {
    this.#wire = wire;
    this.#random = random;
  }

  /** `path` from its `/api` or `/apis`. Nothing is thrown, also where the credentials cannot be had. */
  get(path: string, query: readonly [string, string][], signal: AbortSignal): Promise<RestAnswer> {
    const url = apiUrl(this.#wire.server, path, query);
    return this.#call({ method: "GET", url, body: null, accept: jsonAlone }, signal, (answer) => this.#parse(answer));
  }

  getText(path: string, query: readonly [string, string][], signal: AbortSignal): Promise<TextAnswer> {
    const call = { method: "GET", url: apiUrl(this.#wire.server, path, query), body: null, accept: "*/*" } as const;
    return this.#call(call, signal, ({ body }): TextAnswer => ({ kind: "ok", body }));
  }

  post(path: string, body: object, signal: AbortSignal): Promise<RestAnswer> {
    const url = apiUrl(this.#wire.server, path, []);
    const call = { method: "POST", url, body: JSON.stringify(body), accept: jsonAlone } as const;
    return this.#call(call, signal, (answer) => this.#parse(answer));
  }

  async #call<T>(call: Call, signal: AbortSignal, read: (answer: Answered) => T): Promise<T | Failed> {
    try {
      const result = await this.#callWithRetries(call, signal);
      return result.kind === "answer" && isSuccess(result) ? read(result) : failed(result);
    } catch (error) {
      if (error instanceof HealthError) return { kind: "failed", message: error.message };
      return { kind: "failed", message: describeNetworkError(error, this.#wire.server).message };
    }
  }

  async #callWithRetries(call: Call, signal: AbortSignal): Promise<Exchanged> {
    let refreshed = false;
    for (let retries = 0; ; retries++) {
      const identity = await this.#wire.identity();
      const result = await this.#inTurn(() => this.#exchange(call, identity, signal));
      if (result.kind === "answer" && result.code === 401 && !refreshed) {
        refreshed = true;
        if (await this.#wire.refresh(identity)) continue;
      }
      const waitMs = retries < maxRetries ? this.#waitBeforeRetry(result, retries) : null;
      if (waitMs === null) return result;
      await sleep(this.#wire.clock, waitMs, signal);
    }
  }

  /** One connection serves one request at a time; a request's time starts when its turn comes. */
  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(run);
    this.#turn = result.catch(() => {});
    return result;
  }

  async #exchange(call: Call, identity: Identity, signal: AbortSignal): Promise<Exchanged> {
    const { clock, compression, requestTimeoutMs, userAgent } = this.#wire;
    const headers = {
      ...identity.headers,
      Accept: call.accept,
      "Accept-Encoding": compression ? "gzip" : "identity",
      "User-Agent": userAgent,
      ...(call.body === null ? {} : { "Content-Type": "application/json" }),
    };
    const started = clock.now();
    const request = {
      ...call,
      headers,
      agent: identity.restAgent,
      timeoutMs: requestTimeoutMs,
      maxBytes: maxAnswerBytes,
    };
    const result = await exchange(request, clock, signal);
    if (result.kind === "answer") this.#everAnswered = true;
    this.#wire.trace({
      method: call.method,
      url: call.url.href,
      outcome: traced(result),
      ms: clock.now() - started,
      requestHeaders: headers,
      responseHeaders: result.kind === "answer" ? result.headers : {},
      bodyBytes: result.kind === "answer" ? result.body.length : 0,
    });
    return result;
  }

  /** Milliseconds, or null when another try would not help. */
  #waitBeforeRetry(result: Exchanged, retries: number): number | null {
    const backoffMs = 250 * 2 ** retries * (0.5 + this.#random() / 2);
    if (result.kind === "answer") {
      if (!isTransient(result.code)) return null;
      const { retryAfterSeconds } = readServerStatus(result.code, result.headers, result.body);
      return Math.min(maxWaitMs, (retryAfterSeconds ?? 0) * 1000 + backoffMs);
    }
    if (result.kind !== "network") return null;
    if (result.reused) return 0;
    // A server that is restarted under way comes back; one that never answered is the wrong address.
    const mayComeBack = result.code === "ECONNRESET" || result.code === "EPIPE" || this.#everAnswered;
    return mayComeBack ? backoffMs : null;
  }

  #parse({ body }: Answered): RestAnswer {
    try {
      const value: unknown = JSON.parse(body.toString());
      return { kind: "ok", value };
    } catch {
      const host = hostAndPort(this.#wire.server);
      return {
        kind: "failed",
        message: `the answer of ${host} (${body.length} bytes) is not JSON: is this the address of a Kubernetes API server?`,
      };
    }
  }
}

type Failed = Exclude<RestAnswer, { readonly kind: "ok" }>;

function isSuccess({ code }: Answered): boolean {
  return code >= 200 && code < 300;
}

function failed(result: Exchanged): Failed {
  switch (result.kind) {
    case "answer":
      return refused(result);
    case "network":
    case "gave-up":
      return { kind: "failed", message: result.message };
    case "aborted":
      return { kind: "failed", message: "interrupted" };
    default: {
      const never: never = result;
      return never;
    }
  }
}

function isTransient(code: number): boolean {
  return code === 429 || code === 500 || code === 502 || code === 503 || code === 504;
}

function refused(answer: Answered): Failed {
  const status = readServerStatus(answer.code, answer.headers, answer.body);
  return { kind: "refused", status, message: describeServerStatus(status) };
}

function traced(result: Exchanged): string {
  if (result.kind === "answer") return `${result.code} ${result.text}`.trim();
  return result.kind === "aborted" ? "interrupted" : result.message;
}
