import { request } from "node:https";
import { WebSocket } from "ws";
import { parse } from "yaml";
import type { Demo } from "../../src/demo/index.ts";

/** What a kubeconfig's reader needs to reach the cluster. */
export interface Access {
  readonly server: string;
  readonly ca: string;
  readonly token: string;
}

export interface RestReply {
  readonly code: number;
  readonly text: string;
  readonly encoding: string;
}

export interface Frame {
  readonly channel: number;
  readonly bytes: Buffer;
}

/** One exec as the wire shows it: frames of the upgraded connection, or the HTTP refusal. */
export type ExecReply =
  | {
      readonly kind: "frames";
      readonly protocol: string;
      readonly frames: readonly Frame[];
      readonly closeCode: number;
    }
  | { readonly kind: "refused"; readonly code: number; readonly text: string };

export function accessOf(demo: Demo): Access {
  const config = parse(demo.kubeconfig) as {
    clusters: [{ cluster: { server: string; "certificate-authority-data": string } }];
    users: [{ user: { token: string } }];
  };
  const { cluster } = config.clusters[0];
  const ca = Buffer.from(cluster["certificate-authority-data"], "base64").toString("utf8");
  return { server: cluster.server, ca, token: config.users[0].user.token };
}

export function rest(
  access: Access,
  path: string,
  options: { headers?: Record<string, string>; body?: unknown } = {},
): Promise<RestReply> {
  return new Promise((resolve, reject) => {
    const call = request(`${access.server}${path}`, {
      method: options.body === undefined ? "GET" : "POST",
      ca: access.ca,
      agent: false,
      headers: { authorization: `Bearer ${access.token}`, ...options.headers },
    });
    call.on("error", reject);
    call.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const encoding = String(response.headers["content-encoding"] ?? "");
        resolve({ code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8"), encoding });
      });
    });
    call.end(options.body === undefined ? undefined : JSON.stringify(options.body));
  });
}

export async function restJson(access: Access, path: string, headers: Record<string, string> = {}): Promise<unknown> {
  return JSON.parse((await rest(access, path, { headers })).text);
}

export function openExec(
  access: Access,
  pod: string,
  argv: readonly string[],
  options: { protocols?: string[]; container?: string; namespace?: string } = {},
): WebSocket {
  const query = new URLSearchParams({ stdout: "true", stderr: "true", container: options.container ?? "cilium-agent" });
  for (const word of argv) query.append("command", word);
  const server = access.server.replace("https", "wss");
  return new WebSocket(
    `${server}/api/v1/namespaces/${options.namespace ?? "kube-system"}/pods/${pod}/exec?${query}`,
    options.protocols ?? ["v5.channel.k8s.io", "v4.channel.k8s.io"],
    { ca: access.ca, headers: { authorization: `Bearer ${access.token}` }, perMessageDeflate: false },
  );
}

export function exec(...call: Parameters<typeof openExec>): Promise<ExecReply> {
  const socket = openExec(...call);
  const frames: Frame[] = [];
  socket.on("message", (data: Buffer) => frames.push({ channel: data[0] ?? -1, bytes: data.subarray(1) }));
  return new Promise((resolve, reject) => {
    socket.on("close", (closeCode) => resolve({ kind: "frames", protocol: socket.protocol, frames, closeCode }));
    socket.on("unexpected-response", (_request, response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString("utf8");
      });
      response.on("end", () => resolve({ kind: "refused", code: response.statusCode ?? 0, text }));
    });
    socket.on("error", reject);
  });
}

/** All bytes of one channel. */
export function channel(reply: ExecReply, number: number): Buffer {
  if (reply.kind === "refused") throw new Error(`exec was refused with ${reply.code}: ${reply.text}`);
  return Buffer.concat(reply.frames.filter((frame) => frame.channel === number).map((frame) => frame.bytes));
}

/** The status object of the last frame. */
export function statusOf(reply: ExecReply): unknown {
  return JSON.parse(channel(reply, 3).toString("utf8"));
}
