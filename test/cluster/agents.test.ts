import { readFileSync } from "node:fs";
import { createServer, get, type Agent as HttpAgent, type Server } from "node:http";
import { createServer as createSecureServer, get as getSecurely } from "node:https";
import { Socket } from "node:net";
import { resolve } from "node:path";
import { TLSSocket } from "node:tls";
import { afterEach, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { type Agents, directAgents } from "../../src/cluster/agents.ts";
import type { Connection } from "../../src/cluster/connection.ts";
import { type ExecSockets, placeOf } from "../../src/cluster/exec-sockets.ts";
import { proxiedAgents } from "../../src/cluster/proxied-agents.ts";
import { type KeyPair, tlsIdentity } from "../../src/cluster/tls-identity.ts";
import { anonymous } from "./connections.ts";
import { httpProxy, portOf, socksProxy, type TestProxy } from "./proxies.ts";

const pem = (name: string) => readFileSync(resolve(import.meta.dirname, "../fixtures/credentials", name), "utf8");
const authority = pem("ca.pem");
const serverTls = { cert: pem("server.pem"), key: pem("server.key") };
const nameOnlyTls = { cert: pem("name-only.pem"), key: pem("name-only.key") };
const clientPair: KeyPair = { certificate: pem("client.pem"), key: pem("client.key") };

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

interface ApiServer {
  readonly port: number;
  /** Connections so far. */
  readonly connections: () => number;
}

/** Answers each request with the client certificate's name, each WebSocket with a greeting. */
async function apiServer(tls: typeof serverTls | null): Promise<ApiServer> {
  const server: Server =
    tls === null
      ? createServer()
      : createSecureServer({ ...tls, ca: authority, requestCert: true, rejectUnauthorized: false });
  let connections = 0;
  server.on(tls === null ? "connection" : "secureConnection", () => connections++);
  server.on("request", (request, response) => {
    const certificate = request.socket instanceof TLSSocket ? request.socket.getPeerCertificate() : null;
    response.end(`${request.url} ${certificate?.subject?.CN ?? "nobody"}`);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => socket.send("hello"));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  ends.push(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });
  return { port: portOf(server), connections: () => connections };
}

async function started(proxy: Promise<TestProxy>): Promise<TestProxy> {
  const running = await proxy;
  ends.push(() => running.close());
  return running;
}

function agents(
  server: string,
  proxy: string | null,
  connection: Partial<Connection> = {},
  pair: KeyPair | null = null,
): Agents {
  const whole = { ...anonymous, caPem: authority, server, ...connection };
  const tls = tlsIdentity(whole, pair, () => []);
  const way = { server: new URL(server), tls };
  const made =
    proxy === null ? directAgents(way) : proxiedAgents({ ...way, proxy: new URL(proxy), proxyAuthorities: () => [] });
  ends.push(() => made.close());
  return made;
}

function body(url: string, agent: HttpAgent): Promise<string> {
  const fetch = url.startsWith("https:") ? getSecurely : get;
  return new Promise((settle, fail) => {
    fetch(url, { agent }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => settle(text));
    }).on("error", fail);
  });
}

function greeting(url: string, way: ExecSockets): Promise<string> {
  return new Promise((settle, fail) => {
    const socket = new WebSocket(url.replace(/^http/, "ws"), way);
    socket.on("error", fail);
    socket.on("message", (data) => {
      socket.terminate();
      settle(String(data));
    });
  });
}

describe("straight to the server", () => {
  it("20 REST calls need one or two connections, an exec one of its own", async () => {
    const api = await apiServer(serverTls);
    const url = `https://127.0.0.1:${api.port}`;
    const { rest, exec } = agents(url, null, {}, clientPair);
    const calls = Array.from({ length: 20 }, (_, call) => body(`${url}/${call}`, rest));
    expect((await Promise.all(calls))[19]).toBe("/19 first");
    expect(api.connections()).toBeLessThanOrEqual(2);
    const before = api.connections();
    expect(await greeting(url, exec)).toBe("hello");
    expect(await greeting(url, exec)).toBe("hello");
    expect(api.connections()).toBe(before + 2);
  });

  it("an exec's connection holds nothing back from its first byte on", async () => {
    const set = vi.spyOn(Socket.prototype, "setNoDelay");
    ends.push(() => set.mockRestore());
    for (const tls of [serverTls, null]) {
      const api = await apiServer(tls);
      const url = `http${tls === null ? "" : "s"}://127.0.0.1:${api.port}`;
      const { exec } = agents(url, null);
      set.mockClear();
      const hello = greeting(url, exec);
      expect(set).toHaveBeenCalledExactlyOnceWith(true);
      expect(await hello).toBe("hello");
    }
  });

  it.each([
    ["https://api.test", "api.test", 443],
    ["http://api.test/prefix", "api.test", 80],
    ["https://api.test:6443", "api.test", 6443],
    ["https://[fd00::1]:6443", "fd00::1", 6443],
    ["https://10.0.0.1:0", "10.0.0.1", 0],
  ])("an exec dials the place of %s", (server, host, port) => {
    expect(placeOf(new URL(server))).toEqual({ host, port });
  });

  it("plain http is spoken to an http server", async () => {
    const api = await apiServer(null);
    const url = `http://127.0.0.1:${api.port}`;
    const { rest, exec } = agents(url, null);
    expect(await body(`${url}/x`, rest)).toBe("/x nobody");
    expect(await greeting(url, exec)).toBe("hello");
  });
});

const kinds = [
  { kind: "http", start: () => httpProxy(), scheme: "http" },
  { kind: "https", start: () => httpProxy(serverTls), scheme: "https" },
  { kind: "socks5", start: () => socksProxy(), scheme: "socks5" },
] as const;

describe.each(kinds)("through a proxy of kind $kind", ({ kind, start, scheme }) => {
  it("REST and exec arrive, REST over one kept connection, the client certificate with them", async () => {
    const api = await apiServer(serverTls);
    const proxy = await started(start());
    const url = `https://127.0.0.1:${api.port}`;
    const { rest, exec } = agents(url, `${scheme}://127.0.0.1:${proxy.port}`, {}, clientPair);
    for (let call = 0; call < 5; call++) expect(await body(`${url}/x`, rest)).toBe("/x first");
    expect(proxy.asked).toEqual([`127.0.0.1:${api.port}`]);
    expect(await greeting(url, exec)).toBe("hello");
    expect(proxy.asked).toEqual(Array(2).fill(`127.0.0.1:${api.port}`));
  });

  it("the name is resolved by the proxy, which alone may know it", async () => {
    const api = await apiServer(serverTls);
    const proxy = await started(start());
    const url = `https://api.test:${api.port}`;
    const { rest, exec } = agents(url, `${scheme}://127.0.0.1:${proxy.port}`);
    expect(await body(`${url}/x`, rest)).toBe("/x nobody");
    expect(await greeting(url, exec)).toBe("hello");
    expect(proxy.asked).toEqual(Array(2).fill(`api.test:${api.port}`));
  });

  it("a certificate for another name is refused, and accepted under tls-server-name", async () => {
    const api = await apiServer(nameOnlyTls);
    const proxy = await started(start());
    const url = `https://127.0.0.1:${api.port}`;
    const way = `${scheme}://127.0.0.1:${proxy.port}`;
    await expect(body(url, agents(url, way).rest)).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    expect(await body(`${url}/x`, agents(url, way, { tlsServerName: "api.test" }).rest)).toBe("/x nobody");
  });

  it("a plain http server is reached too", async () => {
    const api = await apiServer(null);
    const proxy = await started(start());
    const url = `http://127.0.0.1:${api.port}`;
    const { rest, exec } = agents(url, `${scheme}://127.0.0.1:${proxy.port}`);
    expect(await body(`${url}/x`, rest)).toBe("/x nobody");
    expect(await greeting(url, exec)).toBe("hello");
    const whole = kind === "socks5" ? `127.0.0.1:${api.port}` : `GET http://127.0.0.1:${api.port}/x`;
    expect(proxy.asked).toEqual([whole, `127.0.0.1:${api.port}`]);
  });

  it("a proxy that is not there is named", async () => {
    const proxy = await start();
    await proxy.close();
    const { rest, exec } = agents("https://api.test", `${scheme}://127.0.0.1:${proxy.port}`);
    const sentence = `the proxy 127.0.0.1:${proxy.port} cannot be used: connect ECONNREFUSED`;
    await expect(body("https://api.test", rest)).rejects.toThrow(sentence);
    await expect(greeting("https://api.test", exec)).rejects.toThrow(sentence);
  });
});

describe("an HTTP proxy", () => {
  it("gets its user name and password", async () => {
    const api = await apiServer(serverTls);
    const proxy = await started(httpProxy());
    const url = `https://127.0.0.1:${api.port}`;
    await body(url, agents(url, `http://ada:p%40w@127.0.0.1:${proxy.port}`).rest);
    expect(proxy.authorization()).toBe(`Basic ${Buffer.from("ada:p@w").toString("base64")}`);
  });

  it("that refuses the way is named with its answer, which is not taken for the server's", async () => {
    const proxy = await started(httpProxy(null, 407));
    const { rest, exec } = agents("https://api.test", `http://127.0.0.1:${proxy.port}`);
    const sentence = `the proxy 127.0.0.1:${proxy.port} refused the way to api.test: 407 Proxy Authentication Required`;
    await expect(body("https://api.test", rest)).rejects.toThrow(sentence);
    await expect(greeting("https://api.test", exec)).rejects.toThrow(sentence);
  });

  it("that never answers is given up when the agents are closed", async () => {
    const proxy = await started(httpProxy(null, null));
    const made = agents("https://api.test", `http://127.0.0.1:${proxy.port}`);
    const waiting = body("https://api.test", made.rest);
    const settled = expect(waiting).rejects.toThrow("cannot be used");
    while (proxy.asked.length === 0) await new Promise((next) => setImmediate(next));
    made.close();
    await settled;
  });
});
