import type { ClientRequest, IncomingMessage } from "node:http";
import { type ClientOptions, type RawData, WebSocket } from "ws";
import type { ExecOutcome } from "../model/capture.ts";
import { ByteCollector } from "./byte-collector.ts";
import type { ExecRequest } from "./cluster.ts";
import { brokenSession } from "./exec-failure.ts";
import { execProtocols } from "./exec-frames.ts";
import { refusedUpgrade } from "./exec-refusal.ts";
import { ExecReply } from "./exec-reply.ts";
import { execUrl } from "./exec-url.ts";
import { type HeldTimer, heldTimer } from "./held-timer.ts";
import { describeNetworkError } from "./network-error.ts";
import type { Identity, Wire } from "./wire.ts";

/**
 * Limits of one exec. API servers and container runtimes copy output in pieces of 32 KiB, one frame each
 * (k8s.io/streaming pkg/httpstream/wsstream/conn.go writes a frame a Write); kubectl pings every 5 s.
 */
const execLimits = {
  /** Milliseconds from the start to the 101, unless --request-timeout says otherwise. */
  handshakeMs: 10_000,
  pingMs: 5_000,
  missedPings: 3,
  /** Milliseconds the peer gets to answer our close. */
  closeMs: 500,
  frameBytes: 1024 * 1024,
  refusalBytes: 64 * 1024,
  /** Milliseconds that the rest of a refusal's body is waited for. */
  refusalMs: 2_000,
} as const;

/** One exec over one WebSocket: state from the first byte of the handshake to the last of the close. Used once. */
export class ExecSession {
  readonly #wire: Wire;
  readonly #identity: Identity;
  readonly #live: Set<WebSocket>;
  readonly #started: number;
  readonly #stops: (() => void)[] = [];
  #reply = new ExecReply(0);
  #onStart: () => void = () => undefined;
  #hold: () => Promise<void> | null = () => null;
  #isHeld = false;
  #time: HeldTimer | null = null;
  #phase: "handshake" | "command" = "handshake";
  #settle: ((outcome: ExecOutcome) => void) | null = null;
  #socket: WebSocket | null = null;
  #unanswered = 0;
  #heardAt = 0;
  #url = "";

  constructor(wire: Wire, identity: Identity, live: Set<WebSocket>) {
    this.#wire = wire;
    this.#identity = identity;
    this.#live = live;
    this.#started = wire.clock.now();
  }

  run(request: ExecRequest, signal: AbortSignal): Promise<ExecOutcome> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      if (signal.aborted) {
        this.#end({ kind: "aborted" });
        return;
      }
      this.#reply = new ExecReply(request.maxBytes, request.onStdout, request.onStderr);
      this.#onStart = request.onStart ?? this.#onStart;
      this.#hold = request.hold ?? this.#hold;
      this.#url = execUrl(this.#wire.server, request);
      try {
        this.#connect(request);
        this.#limit(request, signal);
      } catch (error) {
        // A header value that HTTP does not allow, for example.
        this.#end({ kind: "network", ...describeNetworkError(error, this.#wire.server) });
      }
    });
  }

  #connect(request: ExecRequest): void {
    const options: ClientOptions = {
      ...this.#identity.execSockets,
      headers: this.#requestHeaders(),
      maxPayload: execLimits.frameBytes,
      perMessageDeflate: false,
      followRedirects: false,
    };
    const socket = new WebSocket(this.#url.replace(/^http/, "ws"), [...execProtocols], options);
    this.#socket = socket;
    this.#live.add(socket);
    socket.on("upgrade", (response) => this.#trace("101 Switching Protocols", response, 0));
    socket.on("open", () => this.#opened());
    socket.on("message", (data, isBinary) => this.#received(data, isBinary));
    socket.on("ping", () => this.#heard());
    socket.on("pong", () => this.#heard());
    socket.on("unexpected-response", (sent, response) => this.#refused(request.pod, sent, response));
    socket.on("error", (error) => this.#failed(error));
    socket.on("close", (code) => this.#closed(code));
  }

  #requestHeaders(): Record<string, string> {
    // ws hands the headers to node:http as they are, where a list becomes several headers; its type knows one only.
    const headers: object = { ...this.#identity.headers, "User-Agent": this.#wire.userAgent };
    return headers as Record<string, string>;
  }

  #limit(request: ExecRequest, signal: AbortSignal): void {
    const { clock, requestTimeoutMs } = this.#wire;
    const handshakeMs = requestTimeoutMs > 0 ? requestTimeoutMs : execLimits.handshakeMs;
    const expire = (afterMs: number) => this.#end({ kind: "timeout", phase: this.#phase, afterMs });
    const stopHandshake = clock.after(handshakeMs, () => expire(handshakeMs));
    this.#socket?.once("open", stopHandshake);
    const abort = () => this.#end({ kind: "aborted" });
    signal.addEventListener("abort", abort, { once: true });
    const time = heldTimer(clock, request.timeoutMs, () => expire(request.timeoutMs));
    this.#time = time;
    this.#stops.push(
      stopHandshake,
      () => time.stop(),
      () => signal.removeEventListener("abort", abort),
    );
  }

  #opened(): void {
    if (this.#settle === null) return;
    this.#phase = "command";
    this.#onStart();
    this.#heard();
    this.#stops.push(this.#wire.clock.every(execLimits.pingMs, () => this.#ping()));
  }

  #ping(): void {
    if (this.#unanswered >= execLimits.missedPings) {
      this.#end({ kind: "dead-peer", silentMs: this.#wire.clock.now() - this.#heardAt });
      return;
    }
    // While held, answers are not read either.
    if (!this.#isHeld) this.#unanswered += 1;
    this.#socket?.ping();
  }

  #heard(): void {
    this.#unanswered = 0;
    this.#heardAt = this.#wire.clock.now();
  }

  #received(data: RawData, isBinary: boolean): void {
    this.#heard();
    if (this.#settle === null || !isBinary) return;
    const outcome = this.#reply.take(messageBytes(data));
    if (outcome !== null) this.#end(outcome);
    const until = outcome !== null || this.#isHeld ? null : this.#hold();
    if (until !== null) void this.#wait(until);
  }

  async #wait(until: Promise<void>): Promise<void> {
    this.#isHeld = true;
    this.#time?.hold();
    this.#socket?.pause();
    await until;
    if (this.#settle !== null) this.#readOn();
  }

  #readOn(): void {
    this.#isHeld = false;
    this.#heard();
    this.#time?.release();
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.resume();
  }

  /** Reads what the refusal says, within the handshake's time; what has come by then is enough. */
  #refused(pod: string, sent: ClientRequest, response: IncomingMessage): void {
    const body = new ByteCollector(execLimits.refusalBytes);
    const code = response.statusCode ?? 0;
    const done = () => {
      if (this.#settle === null) return;
      this.#trace(`${code} ${response.statusMessage ?? ""}`.trim(), response, body.length);
      this.#end(refusedUpgrade(pod, code, response.headers, body.bytes()));
      sent.destroy();
    };
    response.on("data", (piece: Buffer) => {
      if (!body.add(piece)) done();
    });
    for (const end of ["end", "error", "close"]) response.on(end, done);
    this.#stops.push(this.#wire.clock.after(execLimits.refusalMs, done));
  }

  #failed(error: Error): void {
    if (this.#settle === null) return;
    const outcome = brokenSession(error, this.#wire.server, execLimits.frameBytes);
    if (this.#phase === "handshake" && outcome.kind === "network") this.#trace(outcome.message, null, 0);
    this.#end(outcome);
  }

  #closed(code: number): void {
    if (this.#socket !== null) this.#live.delete(this.#socket);
    this.#end(this.#reply.closed(code));
  }

  /** The first outcome counts; all timers and the abort listener go with it. */
  #end(outcome: ExecOutcome): void {
    const settle = this.#settle;
    if (settle === null) return;
    this.#settle = null;
    for (const stop of this.#stops) stop();
    this.#reply = new ExecReply(0);
    this.#close(outcome.kind);
    settle(outcome);
  }

  #close(kind: ExecOutcome["kind"]): void {
    const socket = this.#socket;
    if (socket === null || socket.readyState === WebSocket.CLOSED) return;
    if (this.#isHeld) this.#readOn();
    const atOnce = kind === "aborted" || kind === "dead-peer" || kind === "too-big";
    if (atOnce || socket.readyState === WebSocket.CONNECTING) {
      socket.terminate();
      return;
    }
    socket.close(1000);
    const stopWaiting = this.#wire.clock.after(execLimits.closeMs, () => socket.terminate());
    socket.once("close", stopWaiting);
  }

  #trace(outcome: string, response: IncomingMessage | null, bodyBytes: number): void {
    this.#wire.trace({
      method: "GET",
      url: this.#url,
      outcome,
      ms: this.#wire.clock.now() - this.#started,
      requestHeaders: this.#identity.headers,
      responseHeaders: response?.headers ?? {},
      bodyBytes,
    });
  }
}

function messageBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
