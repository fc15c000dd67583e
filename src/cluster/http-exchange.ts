import http, { type Agent, type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import https from "node:https";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { ByteCollector } from "./byte-collector.ts";
import { describeNetworkError, hostAndPort } from "./network-error.ts";
import type { Clock } from "./wire.ts";

/** One HTTP request. Neither redirects nor retries happen here. */
export interface Exchange {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: OutgoingHttpHeaders;
  /** JSON, or null. */
  readonly body: string | null;
  readonly agent: Agent;
  /** Milliseconds from the start to the last byte; 0 has no such limit. */
  readonly timeoutMs: number;
  /** Bytes of the unpacked body. */
  readonly maxBytes: number;
}

export type Exchanged =
  | {
      readonly kind: "answer";
      readonly code: number;
      readonly text: string;
      readonly headers: IncomingHttpHeaders;
      readonly body: Buffer;
    }
  | {
      readonly kind: "network";
      readonly code: string;
      readonly message: string;
      /** The connection had served an earlier request: the server may just have closed it for idleness. */
      readonly reused: boolean;
    }
  /** A limit of ours ended it. */
  | { readonly kind: "gave-up"; readonly message: string }
  | { readonly kind: "aborted" };

/** Milliseconds. A peer that is silent for longer than the API server's own limit of 60 s is dead. */
const connectMs = 30_000;
const silentMs = 70_000;

/** Sends one request and settles exactly once, with a value; no timer or listener is left behind. */
export async function exchange(request: Exchange, clock: Clock, signal: AbortSignal): Promise<Exchanged> {
  if (signal.aborted) return { kind: "aborted" };
  const giveUp = new AbortController();
  let reason = "";
  const stopLater = (ms: number, why: string) =>
    clock.after(ms, () => {
      reason = why;
      giveUp.abort();
    });
  const abort = () => giveUp.abort();
  signal.addEventListener("abort", abort, { once: true });
  const host = hostAndPort(request.url);
  const total = `Unable to connect to the server ${host}: no answer within ${request.timeoutMs / 1000}s (--request-timeout)`;
  const stopTotal = request.timeoutMs > 0 ? stopLater(request.timeoutMs, total) : () => {};
  const silence = new Silence(stopLater, host);
  const connection = { reused: false };
  try {
    const response = await send(request, silence, connection, giveUp.signal);
    const body = await readBody(response, request.maxBytes, silence);
    if (body === null) return { kind: "gave-up", message: tooBig(host, request.maxBytes) };
    const { statusCode, statusMessage, headers } = response;
    return { kind: "answer", code: statusCode ?? 0, text: statusMessage ?? "", headers, body };
  } catch (error) {
    if (signal.aborted) return { kind: "aborted" };
    if (reason !== "") return { kind: "gave-up", message: reason };
    return { kind: "network", ...describeNetworkError(error, request.url), reused: connection.reused };
  } finally {
    stopTotal();
    silence.stop();
    signal.removeEventListener("abort", abort);
  }
}

/** The limit on quiet: shorter until the connection stands, started anew with every byte after. */
class Silence {
  readonly #stopLater: (ms: number, why: string) => () => void;
  readonly #host: string;
  #cancel: () => void;

  constructor(stopLater: (ms: number, why: string) => () => void, host: string) {
    this.#stopLater = stopLater;
    this.#host = host;
    this.#cancel = this.#arm(connectMs);
  }

  #arm(ms: number): () => void {
    return this.#stopLater(ms, `Unable to connect to the server ${this.#host}: it was silent for ${ms / 1000}s`);
  }

  heard(): void {
    this.#cancel();
    this.#cancel = this.#arm(silentMs);
  }

  stop(): void {
    this.#cancel();
  }
}

function send(
  { method, url, headers, body, agent }: Exchange,
  silence: Silence,
  connection: { reused: boolean },
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const open = url.protocol === "http:" ? http.request : https.request;
    const sent = open(url, { method, headers, agent, signal });
    sent.on("socket", (socket) => {
      connection.reused = sent.reusedSocket;
      if (!socket.connecting) silence.heard();
      else socket.once("connect", () => silence.heard());
    });
    sent.on("response", resolve);
    sent.on("error", reject);
    sent.end(body ?? undefined);
  });
}

/** The unpacked body, or null when it is bigger than `maxBytes`. Throws what the stream throws. */
async function readBody(response: IncomingMessage, maxBytes: number, silence: Silence): Promise<Buffer | null> {
  const bytes = new ByteCollector(maxBytes);
  const tooBigError = new Error("too big");
  const collector = new Writable({
    write(piece: Buffer, _encoding, done) {
      silence.heard();
      done(bytes.add(piece) ? null : tooBigError);
    },
  });
  try {
    if (response.headers["content-encoding"] === "gzip") await pipeline(response, createGunzip(), collector);
    else await pipeline(response, collector);
    return bytes.bytes();
  } catch (error) {
    if (error === tooBigError) return null;
    throw error;
  }
}

function tooBig(host: string, maxBytes: number): string {
  return `the answer of ${host} exceeded ${Math.round(maxBytes / 1048576)} MiB and was dropped`;
}
