import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, request, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect } from "node:tls";
import type { Demo } from "../../src/demo/index.ts";
import { fixtureTls } from "../cluster/api-double.ts";

/** What becomes of one command: it is passed on, or this plays the server on its connection. */
export type UpgradeFate =
  | "pass"
  | ((request: IncomingMessage, socket: Duplex, head: Buffer, reset: () => void) => void);

/** An API server before a simulated one: all REST calls are passed on, and commands that `fateOf` lets pass. */
export class UpgradeWay {
  readonly #server: Server;
  readonly #demo: Demo;
  readonly #authority: string;
  readonly #open = new Set<Socket>();
  /** Commands so far, by pod. */
  readonly upgrades = new Map<string, number>();

  private constructor(demo: Demo, fateOf: (pod: string, nth: number) => UpgradeFate) {
    this.#demo = demo;
    this.#authority = Buffer.from(authorityIn(demo.kubeconfig), "base64").toString();
    this.#server = createServer({ cert: fixtureTls("server.crt"), key: fixtureTls("server.key") });
    this.#server.on("connection", (socket: Socket) => {
      this.#open.add(socket);
      socket.on("error", () => {}).on("close", () => this.#open.delete(socket));
    });
    this.#server.on("request", (call, answer) => this.#pass(call, answer));
    this.#server.on("upgrade", (call: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on("error", () => {});
      const pod = /\/pods\/([^/]+)\/exec/.exec(call.url ?? "")?.[1] ?? "";
      const nth = (this.upgrades.get(pod) ?? 0) + 1;
      this.upgrades.set(pod, nth);
      const fate = fateOf(pod, nth);
      if (fate === "pass") this.#passOn(call, socket, head);
      else fate(call, socket, head, () => this.#reset(call.socket.remotePort));
    });
  }

  static async to(demo: Demo, fateOf: (pod: string, nth: number) => UpgradeFate): Promise<UpgradeWay> {
    const way = new UpgradeWay(demo, fateOf);
    await new Promise<void>((resolve) => way.#server.listen(0, "127.0.0.1", resolve));
    return way;
  }

  /** The demo's, for this way. */
  get kubeconfig(): string {
    const { port } = this.#server.address() as AddressInfo;
    const authority = Buffer.from(fixtureTls("ca.crt")).toString("base64");
    return this.#demo.kubeconfig
      .replace(this.#demo.server, `https://127.0.0.1:${port}`)
      .replace(authorityIn(this.#demo.kubeconfig), authority);
  }

  /** Cuts every connection there is. */
  resetAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  /** Resolves once nobody holds a connection any more. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** The TCP connection under a TLS one is found by its port. */
  #reset(port: number | undefined): void {
    for (const socket of this.#open) if (socket.remotePort === port) socket.resetAndDestroy();
  }

  #pass(call: IncomingMessage, answer: ServerResponse): void {
    const target = new URL(call.url ?? "/", this.#demo.server);
    const beyond = request(target, { method: call.method, headers: call.headers, ca: this.#authority, agent: false });
    beyond.on("response", (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    beyond.on("error", () => answer.destroy());
    call.pipe(beyond);
  }

  #passOn({ url, rawHeaders }: IncomingMessage, client: Duplex, head: Buffer): void {
    const { port } = new URL(this.#demo.server);
    const beyond = connect({ host: "127.0.0.1", port: Number(port), ca: this.#authority });
    const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));
    beyond.write(`${[`GET ${url} HTTP/1.1`, ...lines].join("\r\n")}\r\n\r\n`);
    beyond.write(head);
    beyond.on("error", () => client.destroy()).on("close", () => client.destroy());
    client.on("close", () => beyond.destroy());
    client.pipe(beyond).pipe(client);
  }
}

function authorityIn(kubeconfig: string): string {
  return /certificate-authority-data: (\S+)/.exec(kubeconfig)?.[1] ?? "";
}
