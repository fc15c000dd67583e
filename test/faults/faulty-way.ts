import { connect, createServer, type Server, type Socket } from "node:net";

/** What becomes of one connection: it is passed on, reset at once, or reset after so many bytes of the server's. */
export type Fate = "pass" | "reset" | { readonly resetAfterBytes: number };

/** A TCP way to a server on loopback, on which connections meet the fate that `fateOf` has for the nth of them. */
export class FaultyWay {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #count = 0;
  /** Connections that were reset so far. */
  resets = 0;

  private constructor(target: number, fateOf: (nth: number, way: FaultyWay) => Fate) {
    this.#server = createServer((client) => this.#accept(client, target, fateOf(++this.#count, this)));
  }

  static async to(target: number, fateOf: (nth: number, way: FaultyWay) => Fate): Promise<FaultyWay> {
    const way = new FaultyWay(target, fateOf);
    await new Promise<void>((resolve) => way.#server.listen(0, "127.0.0.1", resolve));
    return way;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the way is closed");
    return address.port;
  }

  /** Connections accepted so far. */
  get count(): number {
    return this.#count;
  }

  /** Resets every connection there is. */
  resetAll(): void {
    for (const socket of this.#open) this.#reset(socket);
  }

  /** Resolves once nobody holds a connection any more; it listens no longer then. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket, target: number, fate: Fate): void {
    this.#keep(client);
    if (fate === "reset") {
      this.#reset(client);
      return;
    }
    const beyond = connect(target, "127.0.0.1");
    this.#keep(beyond);
    client.on("close", () => beyond.destroy());
    beyond.on("close", () => client.destroySoon());
    client.pipe(beyond).pipe(client);
    if (fate === "pass") return;
    let left = fate.resetAfterBytes;
    beyond.on("data", (bytes: Buffer) => {
      left -= bytes.length;
      if (left < 0) this.#reset(client);
    });
  }

  #keep(socket: Socket): void {
    this.#open.add(socket);
    socket.on("error", () => undefined).on("close", () => this.#open.delete(socket));
  }

  #reset(socket: Socket): void {
    if (socket.destroyed) return;
    this.resets++;
    socket.resetAndDestroy();
  }
}
