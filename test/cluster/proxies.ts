import { createServer, type Server as HttpServer, request } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, createServer as createSocketServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** A proxy on loopback that notes each way it was asked for; every name leads to 127.0.0.1. */
export interface TestProxy {
  readonly port: number;
  /** `host:port` of each tunnel, `GET http://…` of each request handed over whole. */
  readonly asked: readonly string[];
  /** Proxy-Authorization of the last tunnel, "" when there was none. */
  authorization(): string;
  close(): Promise<void>;
}

export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** An HTTP proxy; with `tls` it is an https one. `status` other than 200 refuses each CONNECT; null never answers. */
export async function httpProxy(tls: TlsFiles | null = null, status: number | null = 200): Promise<TestProxy> {
  const asked: string[] = [];
  let authorization = "";
  const server: HttpServer = tls === null ? createServer() : createSecureServer({ ...tls });
  server.on("request", (incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const target = new URL(incoming.url ?? "");
    target.hostname = "127.0.0.1";
    incoming.pipe(
      request(target, { method: incoming.method, headers: incoming.headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      }),
    );
  });
  server.on("connect", (incoming, client: Duplex) => {
    asked.push(incoming.url ?? "");
    authorization = incoming.headers["proxy-authorization"] ?? "";
    client.on("error", () => {});
    if (status === null) return;
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} Proxy Authentication Required\r\n\r\n`);
      return;
    }
    const upstream = connect(Number(incoming.url?.split(":").at(-1)), "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(upstream).pipe(client);
    });
    upstream.on("error", () => client.destroy());
    client.on("close", () => upstream.destroy());
  });
  return { ...(await listening(server)), asked, authorization: () => authorization };
}

/** A SOCKS5 proxy without authentication (RFC 1928). */
export async function socksProxy(): Promise<TestProxy> {
  const asked: string[] = [];
  const server = createSocketServer((client) => {
    client.on("error", () => {});
    client.once("data", () => {
      client.write(Uint8Array.of(5, 0));
      client.once("data", (wanted) => tunnel(client, wanted, asked));
    });
  });
  return { ...(await listening(server)), asked, authorization: () => "" };
}

/** Address type 1 is an IPv4 address, 3 a name, 4 an IPv6 address. */
function tunnel(client: Socket, wanted: Buffer, asked: string[]): void {
  const port = wanted.readUInt16BE(wanted.length - 2);
  const name =
    wanted[3] === 3
      ? wanted.subarray(5, wanted.length - 2).toString()
      : wanted.subarray(4, wanted.length - 2).join(".");
  asked.push(`${name}:${port}`);
  const upstream = connect(port, "127.0.0.1", () => {
    client.write(Uint8Array.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 0));
    client.pipe(upstream).pipe(client);
  });
  upstream.on("error", () => client.destroy());
  client.on("close", () => upstream.destroy());
}

async function listening(server: Server): Promise<Pick<TestProxy, "port" | "close">> {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: portOf(server),
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

export function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("the server does not listen on a port");
  return address.port;
}
