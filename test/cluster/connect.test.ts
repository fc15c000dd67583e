import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { Cluster, Environment, OpenCluster } from "../../src/cluster/cluster.ts";
import { openCluster, openClusterViaKubectl } from "../../src/cluster/connect.ts";
import type { ConnectionFlags } from "../../src/model/request.ts";
import { noConnectionFlags as noFlags } from "../../src/model/request.ts";
import { type ApiDouble, acceptExec, fixtureTls, frame, startApiDouble, statusBody, success } from "./api-double.ts";

const dir = mkdtempSync(path.join(tmpdir(), "connect-"));
afterAll(() => rmSync(dir, { recursive: true }));

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const never = new AbortController().signal;
const pods = { group: "", version: "v1", plural: "pods", namespace: "x", labelSelector: null, fieldSelector: null };
const question = { verb: "get", group: "", resource: "pods", subresource: "exec", namespace: "x", name: "" };
const command = {
  namespace: "x",
  pod: "p",
  container: "c",
  argv: ["true"],
  timeoutMs: 30_000,
  maxBytes: 1000,
};

/** A cluster that knows the one who has a client certificate, and answers lists, reviews and execs. */
async function friendlyApi(certificate: "server" | null = "server") {
  const names: string[] = [];
  const nameOf = (socket: unknown) => {
    const subject = (socket as TLSSocket).getPeerCertificate?.().subject;
    names.push(subject === undefined ? "" : String(subject.CN));
  };
  const api = await startApiDouble({
    certificate,
    onRequest: (request, response) => {
      nameOf(request.socket);
      if (request.headers.authorization === "Bearer old") {
        response.writeHead(401).end(statusBody(401, "Unauthorized", "Unauthorized"));
      } else response.end(JSON.stringify({ kind: "PodList", items: [], status: { allowed: true } }));
    },
    onUpgrade: (request, socket, head) => {
      nameOf(socket);
      acceptExec(request, socket, head, (peer) => {
        peer.send(frame(1, "out"));
        peer.send(success);
      });
    },
  });
  cleanups.push(() => api.close());
  return { api, names };
}

/** An HTTP proxy that does with each CONNECT what it is told. */
async function startProxy(onConnect: (target: string, socket: Duplex) => void) {
  const targets: string[] = [];
  const server = createServer();
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  server.on("connect", (request, socket) => {
    targets.push(request.url ?? "");
    socket.on("error", () => {});
    onConnect(request.url ?? "", socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const idle = async () => {
    while (open.size > 0) await new Promise((resolve) => setImmediate(resolve));
  };
  cleanups.push(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, targets, idle };
}

interface Kubeconfig {
  readonly cluster?: object;
  readonly user?: object;
}

function writeKubeconfig(name: string, api: ApiDouble, { cluster, user }: Kubeconfig = {}): string {
  const file = path.join(dir, name);
  const ca = Buffer.from(fixtureTls("ca.crt")).toString("base64");
  const trust = api.url.protocol === "https:" ? { "certificate-authority-data": ca } : {};
  const config = {
    clusters: [{ name: "prod-eu", cluster: { server: api.url.href, ...trust, ...cluster } }],
    users: [{ name: "me", user: user ?? { token: "t" } }],
    contexts: [{ name: "prod", context: { cluster: "prod-eu", user: "me" } }],
    "current-context": "prod",
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

interface Opened {
  readonly cluster: Cluster;
  readonly notices: string[];
}

async function opened(
  kubeconfig: string,
  changed: Partial<ConnectionFlags> = {},
  how: OpenCluster = openCluster,
): Promise<Opened> {
  const notices: string[] = [];
  const environment: Environment = {
    env: { PATH: process.env["PATH"], KUBECTL_PATH: path.join(dir, "no-kubectl-here") },
    homeDir: dir,
    cwd: dir,
    platform: "linux",
    stdinIsTerminal: false,
    lendTerminal: (run) => run(),
    notice: (line) => notices.push(line),
    userAgent: "kubectl-cilium_health/test",
  };
  const flags: ConnectionFlags = { ...noFlags, kubeconfig, ...changed };
  const cluster = await how(flags, environment);
  cleanups.push(() => cluster.close());
  return { cluster, notices };
}

const userCertificate = (name: string) => ({
  "client-certificate-data": Buffer.from(fixtureTls(`${name}.crt`)).toString("base64"),
  "client-key-data": Buffer.from(fixtureTls(`${name}.key`)).toString("base64"),
});

describe("an opened cluster", () => {
  it("lists, asks and execs with the kubeconfig's trust and client certificate", async () => {
    const { api, names } = await friendlyApi();
    const { cluster } = await opened(writeKubeconfig("certificate", api, { user: userCertificate("client") }));
    expect([cluster.context, cluster.clusterName]).toEqual(["prod", "prod-eu"]);
    expect(await cluster.list(pods, never)).toEqual({ kind: "ok", items: [] });
    expect(await cluster.may(question, never)).toEqual({ kind: "allowed" });
    expect(await cluster.exec(command, never)).toEqual({ kind: "ok", stdout: Buffer.from("out"), stderr: "" });
    expect(names).toEqual(["test-client", "test-client", "test-client"]);
    expect(api.connections).toBe(2);
  });

  it("resumes TLS sessions from exec to exec", async () => {
    const { api } = await friendlyApi();
    const { cluster } = await opened(writeKubeconfig("resumed", api));
    for (let i = 0; i < 3; i++) await cluster.exec(command, never);
    expect(api.resumed).toEqual([false, true, true]);
  });

  it("uses a certificate that a login plugin rotated, for REST and for exec", async () => {
    const { api, names } = await friendlyApi();
    // The plugin's first answer comes with a token the server does not take.
    const credential = (token: string, name: string) => ({
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status: { token, clientCertificateData: fixtureTls(`${name}.crt`), clientKeyData: fixtureTls(`${name}.key`) },
    });
    const answers = JSON.stringify([credential("old", "client"), credential("new", "client-rotated")]);
    const plugin = path.join(dir, "plugin.cjs");
    const marker = path.join(dir, "asked");
    rmSync(marker, { force: true });
    writeFileSync(
      plugin,
      `const fs = require("node:fs"); const asked = fs.existsSync(${JSON.stringify(marker)}) ? 1 : 0;
       fs.writeFileSync(${JSON.stringify(marker)}, ""); console.log(JSON.stringify(${answers}[asked]));`,
    );
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: process.execPath,
      args: [plugin],
      interactiveMode: "Never",
    };
    const { cluster } = await opened(writeKubeconfig("plugin", api, { user: { exec } }));
    expect(await cluster.list(pods, never)).toEqual({ kind: "ok", items: [] });
    expect((await cluster.exec(command, never)).kind).toBe("ok");
    expect(names).toEqual(["test-client", "test-client-rotated", "test-client-rotated"]);
  });

  it("speaks to a plain http server", async () => {
    const { api } = await friendlyApi(null);
    const { cluster } = await opened(writeKubeconfig("plain", api));
    expect((await cluster.list(pods, never)).kind).toBe("ok");
    expect((await cluster.exec(command, never)).kind).toBe("ok");
  });

  it("checks the certificate against tls-server-name, for REST and for exec", async () => {
    const { api } = await friendlyApi();
    const right = await opened(writeKubeconfig("right", api, { cluster: { "tls-server-name": "api.cluster.test" } }));
    expect((await right.cluster.list(pods, never)).kind).toBe("ok");
    expect((await right.cluster.exec(command, never)).kind).toBe("ok");
    const wrong = await opened(writeKubeconfig("wrong", api, { cluster: { "tls-server-name": "other.example" } }));
    const message = expect.stringMatching(/certificate is valid for DNS:api\.cluster\.test.*, not other\.example/);
    expect(await wrong.cluster.list(pods, never)).toEqual({ kind: "absent", status: null, message });
    expect(await wrong.cluster.exec(command, never)).toMatchObject({ kind: "network", message });
  });

  it("trusts no authority the kubeconfig does not name, unless told not to look", async () => {
    const { api } = await friendlyApi();
    const file = writeKubeconfig("untrusted", api, { cluster: { "certificate-authority-data": undefined } });
    const { cluster } = await opened(file);
    expect(await cluster.list(pods, never)).toHaveProperty("message", expect.stringMatching(/unknown authority/));
    const blind = await opened(file, { insecureSkipTlsVerify: true });
    expect((await blind.cluster.list(pods, never)).kind).toBe("ok");
    expect((await blind.cluster.exec(command, never)).kind).toBe("ok");
  });

  it("with -v 6 names context and server, and every request, but no token", async () => {
    const { api } = await friendlyApi();
    const { cluster, notices } = await opened(writeKubeconfig("verbose", api), { verbosity: 8 });
    await cluster.list(pods, never);
    await cluster.exec(command, never);
    const text = notices.join("\n");
    expect(notices[0]).toMatch(/context "prod", cluster "prod-eu", server https:/);
    expect(text).toMatch(/GET .*\/api\/v1\/namespaces\/x\/pods\?limit=500 200 OK in \d+ milliseconds/);
    expect(text).toMatch(/GET .*\/pods\/p\/exec\?.* 101 Switching Protocols in \d+ milliseconds/);
    expect(text).toContain("Authorization: <masked>");
    expect(text).not.toContain("Bearer");
  });

  it("ends everything when it is closed", async () => {
    const api = await startApiDouble({
      onRequest: () => {},
      onUpgrade: (request, socket, head) => acceptExec(request, socket, head, () => cluster.close()),
    });
    cleanups.push(() => api.close());
    const { cluster } = await opened(writeKubeconfig("closed", api));
    const answers = await Promise.all([cluster.list(pods, never), cluster.exec(command, never)]);
    expect(answers).toEqual([{ kind: "absent", status: null, message: "interrupted" }, { kind: "aborted" }]);
    await api.idle();
  });

  it("ends an exec too that waits for its upgrade", async () => {
    const api = await startApiDouble({ onUpgrade: () => cluster.close() });
    cleanups.push(() => api.close());
    const { cluster } = await opened(writeKubeconfig("waiting", api));
    expect(await cluster.exec(command, never)).toEqual({ kind: "aborted" });
    await api.idle();
  });

  it("can exec by a kubectl child instead", async () => {
    const { api } = await friendlyApi();
    const { cluster } = await opened(writeKubeconfig("kubectl", api), {}, openClusterViaKubectl);
    expect((await cluster.list(pods, never)).kind).toBe("ok");
    expect(await cluster.exec(command, never)).toMatchObject({ kind: "network", code: "ENOENT" });
  });

  it("goes through the kubeconfig's proxy, for REST and for exec", async () => {
    const { api } = await friendlyApi();
    const proxy = await startProxy((_target, socket) => {
      const onward = connect(Number(api.url.port), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        socket.pipe(onward).pipe(socket);
      });
      onward.on("error", () => socket.destroy());
      socket.on("close", () => onward.destroy());
    });
    const { cluster } = await opened(writeKubeconfig("proxied", api, { cluster: { "proxy-url": proxy.url } }));
    for (let i = 0; i < 3; i++) expect((await cluster.list(pods, never)).kind).toBe("ok");
    expect(proxy.targets).toEqual([api.url.host]);
    expect((await cluster.exec(command, never)).kind).toBe("ok");
    expect((await cluster.exec(command, never)).kind).toBe("ok");
    expect(proxy.targets).toHaveLength(3);
    expect(api.connections).toBe(3);
  });

  it("names a proxy that refuses, and the server behind it", async () => {
    const { api } = await friendlyApi();
    const proxy = await startProxy((_target, socket) => socket.end("HTTP/1.1 407 Who are you\r\n\r\n"));
    const { cluster } = await opened(writeKubeconfig("refused", api, { cluster: { "proxy-url": proxy.url } }));
    const message = expect.stringMatching(new RegExp(`${api.url.host}.*proxy ${new URL(proxy.url).host}.* 407`));
    expect(await cluster.list(pods, never)).toEqual({ kind: "absent", status: null, message });
    expect(await cluster.exec(command, never)).toMatchObject({ kind: "network", message });
  });

  it("can be interrupted while a proxy says nothing", async () => {
    const { api } = await friendlyApi();
    const control = new AbortController();
    const proxy = await startProxy((_target, socket) => {
      socket.resume().on("end", () => socket.end());
      control.abort();
    });
    const { cluster } = await opened(writeKubeconfig("mute", api, { cluster: { "proxy-url": proxy.url } }));
    expect(await cluster.exec(command, control.signal)).toEqual({ kind: "aborted" });
    expect(await cluster.list(pods, control.signal)).toHaveProperty("message", "interrupted");
    cluster.close();
    await proxy.idle();
  });

  it("is not opened for a context that does not exist", async () => {
    const { api } = await friendlyApi();
    const file = writeKubeconfig("context", api);
    await expect(opened(file, { context: "nope" })).rejects.toMatchObject({ name: "HealthError", exitCode: 3 });
  });
});
