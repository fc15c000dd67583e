import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";

/** A way to an API server on loopback that counts what comes back on it. */
export interface Forwarder {
  /** The text of the kubeconfig it was started with, with its own port as the server's. */
  readonly kubeconfig: string;
  /** Bytes that the API server has sent to all clients so far, TLS and all. */
  bytes(): number;
  close(): void;
}

/** Forwards connections to the one server that the kubeconfig names; they are not read, so that its certificate holds. */
export async function startForwarder(kubeconfig: string): Promise<Forwarder> {
  const text = readFileSync(kubeconfig, "utf8");
  const [, port] = /https:\/\/127\.0\.0\.1:(\d+)/.exec(text) ?? [];
  if (port === undefined) throw new Error(`${kubeconfig} names no server on 127.0.0.1`);
  let bytes = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), "127.0.0.1");
    upstream.on("data", (chunk) => {
      bytes += chunk.length;
    });
    client.pipe(upstream).pipe(client);
    client.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
    upstream.on("error", () => client.destroy()).on("close", () => client.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP port");
  const own = text.replaceAll(`https://127.0.0.1:${port}`, `https://127.0.0.1:${address.port}`);
  return { kubeconfig: own, bytes: () => bytes, close: () => void server.close() };
}
