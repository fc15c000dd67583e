import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import { type ApiDouble, acceptExec, startApiDouble, statusBody, success } from "./api-double.ts";

/** Who an API server takes a request to be from, and how it came. */
export interface Seen {
  /** Name of the server that was asked. */
  readonly server: string;
  readonly authorization: string;
  /** `user: ann`, `group: g1`, … by name; values of one name as they were sent. */
  readonly impersonate: readonly string[];
  /** Common name of the client certificate, "" without one. */
  readonly client: string;
  /** The server name that was asked for in TLS (SNI), "" without one. */
  readonly sni: string;
  /** Whether a compressed answer was asked for. */
  readonly gzip: boolean;
}

export interface SeenServer {
  readonly name: string;
  readonly api: ApiDouble;
  readonly port: number;
  /** Of requests for the list of pods. */
  readonly lists: Seen[];
  /** Of upgrades for exec. */
  readonly execs: Seen[];
}

/** The token this server does not take: 401. */
export const staleToken = "token-1-stale";

/** An API server with one pod `p` in the namespace `x`, which lets everybody in and writes down who they were. */
export async function seenServer(name: string, certificate: "server" | null = "server"): Promise<SeenServer> {
  const lists: Seen[] = [];
  const execs: Seen[] = [];
  const api = await startApiDouble({
    certificate,
    onRequest: (request, response) => {
      const path = (request.url ?? "").split("?")[0] ?? "";
      if (path === podsPath) lists.push(seenOf(name, request));
      const stale = request.headers.authorization === `Bearer ${staleToken}`;
      const body = stale ? null : (answers[path] ?? null);
      response.writeHead(body !== null ? 200 : stale ? 401 : 404, { "Content-Type": "application/json" });
      response.end(JSON.stringify(body) ?? statusBody(401, "Unauthorized", "Unauthorized"));
    },
    onUpgrade: (request, socket, head) => {
      execs.push(seenOf(name, request));
      acceptExec(request, socket, head, (peer) => {
        peer.send(success);
        peer.close(1000);
      });
    },
  });
  return { name, api, port: Number(api.url.port), lists, execs };
}

function seenOf(server: string, request: IncomingMessage): Seen {
  const { rawHeaders, headers, socket } = request;
  const impersonate = rawHeaders.flatMap((header, at) => {
    const kind = at % 2 === 0 ? /^impersonate-(.*)$/i.exec(header)?.[1] : undefined;
    return kind === undefined ? [] : [`${kind.toLowerCase()}: ${rawHeaders[at + 1]}`];
  });
  const secure = socket instanceof TLSSocket ? socket : null;
  const certificate = secure?.getPeerCertificate();
  return {
    server,
    authorization: headers.authorization ?? "",
    impersonate: impersonate.sort((a, b) => (a.split(":")[0] ?? "").localeCompare(b.split(":")[0] ?? "")),
    client: String(certificate?.subject?.CN ?? ""),
    sni: sniOf(secure),
    gzip: String(headers["accept-encoding"] ?? "").includes("gzip"),
  };
}

/** Node gives it, its types do not know it; false without one. */
function sniOf(socket: TLSSocket | null): string {
  const name: unknown = socket === null ? "" : Reflect.get(socket, "servername");
  return typeof name === "string" ? name : "";
}

export const podsPath = "/api/v1/namespaces/x/pods";

/** As much of an API server as kubectl exec asks for. */
const answers: Readonly<Record<string, unknown>> = {
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: [] },
  "/api/v1": {
    kind: "APIResourceList",
    groupVersion: "v1",
    resources: [
      { name: "pods", singularName: "pod", namespaced: true, kind: "Pod", verbs: ["get", "list"] },
      { name: "pods/exec", singularName: "", namespaced: true, kind: "PodExecOptions", verbs: ["create", "get"] },
    ],
  },
  [podsPath]: { kind: "PodList", apiVersion: "v1", metadata: {}, items: [] },
  [`${podsPath}/p`]: {
    kind: "Pod",
    apiVersion: "v1",
    metadata: { name: "p", namespace: "x" },
    spec: { containers: [{ name: "c" }] },
    status: { phase: "Running" },
  },
};
