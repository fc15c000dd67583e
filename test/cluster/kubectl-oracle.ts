import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { Auth, Connection, PemSource } from "../../src/cluster/connection.ts";
import { resolveConnection } from "../../src/cluster/kubeconfig.ts";
import { noConnectionFlags as noFlags } from "../../src/model/request.ts";
import type { KubeconfigCase } from "./kubeconfig-cases.ts";

const fixtures = resolve(import.meta.dirname, "../fixtures/kubeconfig");

/** kubectl's `config view --raw --minify -o json`, as printed and with `--flatten` (files put in as data). */
export interface KubectlAnswer {
  readonly raw: View;
  readonly flat: View;
}

type View =
  | { readonly kind: "view"; readonly config: ViewConfig }
  | { readonly kind: "error"; readonly message: string };

interface ViewConfig {
  readonly "current-context": string;
  readonly clusters: readonly { readonly name: string; readonly cluster: ViewCluster }[] | null;
  readonly users: readonly { readonly name: string; readonly user: ViewUser }[] | null;
}

interface ViewCluster {
  readonly server: string;
  readonly "tls-server-name"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "certificate-authority-data"?: string;
  readonly "proxy-url"?: string;
  readonly "disable-compression"?: boolean;
  readonly extensions?: readonly { readonly name: string; readonly extension: unknown }[];
}

interface ViewUser {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly "client-certificate-data"?: string;
  readonly "client-key-data"?: string;
  readonly as?: string;
  readonly "as-uid"?: string;
  readonly "as-groups"?: readonly string[];
  readonly "as-user-extra"?: Readonly<Record<string, readonly string[]>>;
  readonly "auth-provider"?: { readonly name: string; readonly config: Readonly<Record<string, string>> };
  readonly exec?: {
    readonly command: string;
    readonly args: readonly string[] | null;
    readonly env: readonly { readonly name: string; readonly value: string }[] | null;
    readonly apiVersion: string;
    readonly installHint?: string;
    readonly provideClusterInfo: boolean;
    readonly interactiveMode: string;
  };
}

export function folderOf(one: KubeconfigCase): string {
  return resolve(fixtures, one.name);
}

export function recordedAnswer(one: KubeconfigCase): KubectlAnswer {
  return JSON.parse(readFileSync(resolve(folderOf(one), "kubectl.json"), "utf8"));
}

/** Asks a real kubectl in the case's folder, with nothing but the case in its environment. */
export async function askKubectl(kubectl: string, one: KubeconfigCase): Promise<KubectlAnswer> {
  return { raw: await view(kubectl, one, []), flat: await view(kubectl, one, ["--flatten"]) };
}

function view(kubectl: string, one: KubeconfigCase, more: readonly string[]): Promise<View> {
  const folder = folderOf(one);
  const flags = [
    ...(one.kubeconfig === undefined ? [] : [`--kubeconfig=${one.kubeconfig}`]),
    ...(one.context === undefined ? [] : [`--context=${one.context}`]),
  ];
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: resolve(folder, "home"),
    ...(one.variable === undefined ? {} : { KUBECONFIG: one.variable }),
  };
  const argv = ["config", "view", "--raw", "--minify", "-o", "json", ...more, ...flags];
  return new Promise((settle, fail) => {
    execFile(kubectl, argv, { cwd: folder, env }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== "number") return fail(error);
      const message = stderr.trim().replaceAll(folder, "<folder>");
      settle(error === null ? { kind: "view", config: JSON.parse(stdout) } : { kind: "error", message });
    });
  });
}

/** What this program makes of the case; throws its HealthError. */
export function ourConnection(one: KubeconfigCase): Connection {
  const folder = folderOf(one);
  return resolveConnection(
    { ...noFlags, kubeconfig: one.kubeconfig ?? null, context: one.context ?? null },
    {
      env: one.variable === undefined ? {} : { KUBECONFIG: one.variable },
      homeDir: resolve(folder, "home"),
      cwd: folder,
      platform: "linux",
    },
  );
}

/** A connection with files read and paths relative to the case's folder, so that it can be held against kubectl's data. */
export function comparable(connection: Connection, folder: string): unknown {
  const { bearer, certificate } = connection.auth;
  return {
    ...connection,
    auth: {
      bearer: comparableBearer(bearer, folder),
      certificate: certificate && { certificate: pemOf(certificate.certificate), key: pemOf(certificate.key) },
    },
    impersonation: connection.impersonation && {
      ...connection.impersonation,
      extra: Object.fromEntries(connection.impersonation.extra),
    },
  };
}

function comparableBearer(bearer: Auth["bearer"], folder: string): unknown {
  if (bearer.kind === "tokenFile") return { ...bearer, path: relative(folder, bearer.path) };
  if (bearer.kind !== "plugin" || !bearer.plugin.command.startsWith("/")) return bearer;
  return { kind: "plugin", plugin: { ...bearer.plugin, command: relative(folder, bearer.plugin.command) } };
}

function pemOf(source: PemSource): string {
  return source.kind === "data" ? source.pem : readFileSync(source.path, "utf8");
}

/** The same value, made from kubectl's answer alone; null when kubectl refuses. */
export function expectedFrom(answer: KubectlAnswer, one: KubeconfigCase): unknown {
  if (answer.raw.kind === "error" || answer.flat.kind === "error") return null;
  const config = answer.flat.config;
  const cluster = config.clusters?.[0];
  const user = config.users?.[0];
  if (cluster === undefined) return null;
  const secure = cluster.cluster.server.startsWith("https:");
  const bearer = user === undefined || !secure ? { kind: "none" } : bearerFrom(user.user, cluster.cluster, one);
  const fields = cluster.cluster;
  return {
    context: config["current-context"],
    clusterName: cluster.name,
    userName: user?.name ?? "",
    server: fields.server,
    caPem: decodedOrNull(fields["certificate-authority-data"]),
    insecureSkipTlsVerify: fields["insecure-skip-tls-verify"] ?? false,
    tlsServerName: fields["tls-server-name"] ?? null,
    proxyUrl: fields["proxy-url"] ?? null,
    disableCompression: fields["disable-compression"] ?? false,
    auth: { bearer, certificate: user === undefined || !secure ? null : certificateFrom(user.user) },
    impersonation: user === undefined ? null : impersonationFrom(user.user),
    requestTimeoutMs: 0,
  };
}

function bearerFrom(user: ViewUser, cluster: ViewCluster, one: KubeconfigCase): unknown {
  if (user.tokenFile !== undefined) return { kind: "tokenFile", path: one.tokenFile, fallback: user.token ?? "" };
  if (user.token !== undefined) return { kind: "token", token: user.token };
  if (user.username !== undefined) return { kind: "basic", username: user.username, password: user.password ?? "" };
  if (user["auth-provider"] !== undefined)
    return { kind: "oidc", idToken: user["auth-provider"].config["id-token"] ?? "" };
  if (user.exec === undefined) return { kind: "none" };
  const { provideClusterInfo, ...exec } = user.exec;
  const config = cluster.extensions?.find((extension) => extension.name === "client.authentication.k8s.io/exec");
  return {
    kind: "plugin",
    plugin: {
      ...exec,
      command: one.command ?? exec.command,
      args: exec.args ?? [],
      env: exec.env ?? [],
      installHint: exec.installHint ?? "",
      cluster: provideClusterInfo ? { server: cluster.server, config: config?.extension ?? null } : null,
    },
  };
}

function certificateFrom(user: ViewUser): unknown {
  const certificate = decodedOrNull(user["client-certificate-data"]);
  return certificate === null ? null : { certificate, key: decodedOrNull(user["client-key-data"]) };
}

function impersonationFrom(user: ViewUser): unknown {
  if (user.as === undefined) return null;
  const { as, "as-uid": uid, "as-groups": groups, "as-user-extra": extra } = user;
  return { user: as, uid: uid ?? "", groups: groups ?? [], extra: extra ?? {} };
}

function decodedOrNull(base64: string | undefined): string | null {
  return base64 === undefined ? null : Buffer.from(base64, "base64").toString("utf8");
}
