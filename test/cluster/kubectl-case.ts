import { fixtureTls } from "./api-double.ts";
import type { Place, World } from "./kubectl-world.ts";
import { type Seen, type SeenServer, staleToken } from "./seen-server.ts";

/** A situation in which a common client library and kubectl part ways, and what kubectl does there. */
export interface KubectlCase {
  /** What it is about; several cases may share one. */
  readonly about: string;
  readonly title: string;
  readonly place: (world: World) => Partial<Place>;
  /** What the API server sees of every request, list and exec; null where none arrives. */
  readonly seen: Partial<Seen> | null;
  /** Each different thing that a proxy is asked for. */
  readonly proxied?: (world: World) => readonly string[];
  /** How often the login plugin runs. */
  readonly runs?: number;
  /** What each run is told in KUBERNETES_EXEC_INFO. */
  readonly told?: (world: World) => object;
  /** Where it is an error: what this program says, and kubectl. */
  readonly says?: { readonly ours: RegExp; readonly kubectl: RegExp };
  /** What kubectl does otherwise, and this program does not copy; said in the title. */
  readonly kubectl?: { readonly exec?: false; readonly says?: RegExp };
}

export const authority = Buffer.from(fixtureTls("ca.crt")).toString("base64");
export const trusted = { "certificate-authority-data": authority };
export const clientPair = {
  "client-certificate-data": Buffer.from(fixtureTls("client.crt")).toString("base64"),
  "client-key-data": Buffer.from(fixtureTls("client.key")).toString("base64"),
};

interface Entries {
  readonly cluster?: object;
  readonly user?: object | null;
  readonly context?: string;
  readonly more?: { readonly clusters?: readonly object[] };
}

/** A kubeconfig of one cluster `k`, user `u` and context `c`; the server's authority is trusted unless said otherwise. */
export function config(server: SeenServer, entries: Entries = {}): string {
  const { cluster = trusted, user = { token: "t" }, context = "c", more = {} } = entries;
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": context,
    clusters: [...(more.clusters ?? []), { name: "k", cluster: { server: server.api.url.href, ...cluster } }],
    users: user === null ? [] : [{ name: "u", user }],
    contexts: [{ name: "c", context: user === null ? { cluster: "k" } : { cluster: "k", user: "u" } }],
  });
}

/** One kubeconfig at the place where it is looked for without being told. */
export function home(text: string, files: Readonly<Record<string, string>> = {}): Partial<Place> {
  return { files: { ".kube/config": text, ...files } };
}

/** A login plugin that notes each run, and gives token-1-stale, then token-2, or token-2 at once. */
export const loginScript = `#!/bin/sh
if [ "$FIRST" = stale ] && [ ! -e "$HOME/runs" ]; then token=${staleToken}; else token=token-2; fi
printf '%s\\n' "$KUBERNETES_EXEC_INFO" >> "$HOME/runs"
printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s"}}' "$token"
`;

export function login(command: string, more: object = {}, env: Readonly<Record<string, string>> = {}): object {
  const variables = Object.entries(env).map(([name, value]) => ({ name, value }));
  const apiVersion = "client.authentication.k8s.io/v1";
  return { exec: { command, apiVersion, interactiveMode: "IfAvailable", env: variables, ...more } };
}

export const token = { authorization: "Bearer t" };
export const noOneElse = { server: "one", client: "", impersonate: [] } as const;

/** A case's place, whole. */
export function placeOf(one: KubectlCase, world: World): Place {
  return { files: {}, env: {}, flags: [], ...one.place(world) };
}
