import { dirname, resolve } from "node:path";
import { HealthError } from "../model/errors.ts";
import type { ConnectionFlags } from "../model/request.ts";
import type { Environment } from "./cluster.ts";
import type { Auth, Connection, ExecCluster } from "./connection.ts";
import { emptyCluster, emptyUser, inClusterEntries } from "./in-cluster.ts";
import { authOf, impersonationOf } from "./kubeconfig-auth.ts";
import type { ClusterEntry, Kubeconfig, UserEntry } from "./kubeconfig-entries.ts";
import { describePlaces, type KubeconfigPlaces, kubeconfigPlaces, loadKubeconfig } from "./kubeconfig-files.ts";
import { flagsIdentifyUser, overrideCluster, overrideUser } from "./kubeconfig-flags.ts";
import { parseProxyUrl } from "./proxy.ts";
import { type ReadTextFile, readFailure, readTextFile } from "./text-files.ts";

/** The entries a run uses, before flags. */
interface Chosen {
  readonly context: string;
  readonly clusterName: string;
  readonly userName: string;
  readonly cluster: ClusterEntry;
  readonly user: UserEntry;
}

/**
 * Flags, kubeconfig files and, where nothing is configured, the pod's service account, resolved into one Connection by
 * kubectl's rules (client-go tools/clientcmd). Reads files, runs nothing. Throws HealthError (exit 3) with one sentence.
 */
export function resolveConnection(
  flags: ConnectionFlags,
  environment: Pick<Environment, "env" | "homeDir" | "cwd" | "platform">,
  readFile: ReadTextFile = readTextFile,
): Connection {
  const places = kubeconfigPlaces(flags.kubeconfig, environment);
  const config = loadKubeconfig(places, readFile);
  const chosen = choose(config, places, flags) ?? serviceAccount(places, config, environment.env, readFile);
  const cluster = overrideCluster(chosen.cluster, flags, environment.cwd);
  const user = overrideUser(chosen.user, flags, environment.cwd);
  const server = serverUrl(cluster.server, chosen);
  checkCluster(chosen.clusterName, cluster);
  const caPem = authorityOf(chosen.clusterName, cluster, readFile);
  const auth = authOf(chosen.userName, user, execCluster(cluster, caPem));
  return {
    context: chosen.context,
    clusterName: chosen.clusterName,
    userName: chosen.userName,
    server,
    caPem,
    insecureSkipTlsVerify: cluster.insecureSkipTlsVerify,
    tlsServerName: cluster.tlsServerName === "" ? null : cluster.tlsServerName,
    proxyUrl: cluster.proxyUrl === "" ? null : cluster.proxyUrl,
    disableCompression: cluster.disableCompression,
    // Over plain http anybody on the way could read them (client_config.go: "only try to read the auth information if we are secure").
    auth: server.startsWith("https:") ? auth : noAuth,
    impersonation: impersonationOf(chosen.userName, user),
    requestTimeoutMs: flags.requestTimeoutMs,
  };
}

const noAuth: Auth = { bearer: { kind: "none" }, certificate: null };

/** The context's entries; null when neither a context nor a flag says which cluster is meant. */
function choose(config: Kubeconfig, places: KubeconfigPlaces, flags: ConnectionFlags): Chosen | null {
  const name = flags.context || config.currentContext;
  const context = config.contexts.get(name);
  if (name !== "" && context === undefined) throw unknownContext(name, config, flags.context !== null);
  const clusterName = flags.cluster || (context?.cluster ?? "");
  const userName = flags.user || (context?.user ?? "");
  if (name === "" && clusterName === "" && !flags.server) return null;
  const origin = context?.origin ?? config.files[0] ?? describePlaces(places);
  return {
    context: name,
    clusterName,
    userName,
    cluster: clusterEntry(config, clusterName, origin, flags),
    user: userEntry(config, userName, origin, flags),
  };
}

function unknownContext(name: string, config: Kubeconfig, fromFlag: boolean): HealthError {
  const where = fromFlag ? "" : ` (it is the current-context of ${config.files.join(", ")})`;
  return new HealthError(`context "${name}" does not exist${where}`, {
    exitCode: 3,
    hint: known("Contexts", config.contexts),
  });
}

function clusterEntry(config: Kubeconfig, name: string, origin: string, flags: ConnectionFlags): ClusterEntry {
  const entry = config.clusters.get(name);
  if (entry !== undefined) return entry;
  if (flags.server && !flags.cluster) return emptyCluster(origin);
  const hint = known("Clusters", config.clusters);
  if (name === "") throw new HealthError(`the context in ${origin} names no cluster`, { exitCode: 3, hint });
  throw new HealthError(
    `cluster "${name}" does not exist${flags.cluster ? "" : `, but the context in ${origin} names it`}`,
    {
      exitCode: 3,
      hint,
    },
  );
}

/** No user at all is an anonymous one; a user who is named must exist, as `kubectl config view --minify` has it. */
function userEntry(config: Kubeconfig, name: string, origin: string, flags: ConnectionFlags): UserEntry {
  const entry = config.users.get(name);
  if (entry !== undefined) return entry;
  if (name === "" || (flagsIdentifyUser(flags) && !flags.user)) return emptyUser(origin);
  throw new HealthError(
    `auth info "${name}" does not exist${flags.user ? "" : `, but the context in ${origin} names it`}`,
    {
      exitCode: 3,
      hint: known("Users", config.users),
    },
  );
}

function known(what: string, entries: ReadonlyMap<string, unknown>): string {
  const names = [...entries.keys()].sort();
  const shown = names.length > 20 ? [...names.slice(0, 20), `and ${names.length - 20} more`] : names;
  return names.length === 0 ? `${what}: none` : `${what}: ${shown.join(", ")}`;
}

/** Nothing says which cluster is meant: the pod's own, or an error. A file given by hand is never passed over for it. */
function serviceAccount(
  places: KubeconfigPlaces,
  config: Kubeconfig,
  env: Environment["env"],
  readFile: ReadTextFile,
): Chosen {
  const entries = places.kind === "flag" ? null : inClusterEntries(env, readFile);
  if (entries !== null) return { context: "", clusterName: "", userName: "", ...entries };
  if (config.contexts.size > 0) {
    throw new HealthError(`current-context is not set in ${config.files.join(", ")}`, {
      exitCode: 3,
      hint: `Choose one with --context. ${known("Contexts", config.contexts)}`,
    });
  }
  const found = config.files.length === 0 ? "no kubeconfig found" : "the kubeconfig has no context";
  throw new HealthError(`${found}: looked at ${describePlaces(places)}, and this is not a pod with a service account`, {
    exitCode: 3,
    hint: "Set KUBECONFIG, or give --kubeconfig, or --server and --token.",
  });
}

/**
 * As client-go reads a server (rest/url_utils.go, DefaultServerURL): without a scheme it is plain http, a query is
 * dropped, a path prefix kept.
 */
function serverUrl(server: string, chosen: Chosen): string {
  const said = `cluster "${chosen.clusterName}" in ${chosen.cluster.origin}`;
  if (server === "") throw new HealthError(`no server found for ${said}`, { exitCode: 3 });
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(server) ? server : `http://${server}`;
  const url = URL.canParse(full) ? new URL(full) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.hostname === "") {
    throw new HealthError(`the server "${server}" of ${said} is not an http or https URL`, { exitCode: 3 });
  }
  if (url.username !== "" || url.password !== "") {
    throw new HealthError(`the server of ${said} carries a user name or password; put them into the user entry`, {
      exitCode: 3,
    });
  }
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, "")}`;
}

function checkCluster(name: string, cluster: ClusterEntry): void {
  const said = `cluster "${name}" in ${cluster.origin}`;
  if (cluster.certificateAuthority !== "" && cluster.certificateAuthorityData !== null) {
    throw new HealthError(
      `${said}: certificate-authority and certificate-authority-data are both given; remove one of them`,
      {
        exitCode: 3,
      },
    );
  }
  if (
    cluster.insecureSkipTlsVerify &&
    (cluster.certificateAuthority !== "" || cluster.certificateAuthorityData !== null)
  ) {
    throw new HealthError(
      `${said}: a certificate-authority with the insecure flag is not allowed; remove one of them`,
      { exitCode: 3 },
    );
  }
  if (cluster.proxyUrl !== "") parseProxyUrl(cluster.proxyUrl, `proxy-url of ${said}`, ["http:", "https:", "socks5:"]);
}

function authorityOf(name: string, cluster: ClusterEntry, readFile: ReadTextFile): string | null {
  if (cluster.certificateAuthority === "") return cluster.certificateAuthorityData;
  const path = resolve(dirname(cluster.origin), cluster.certificateAuthority);
  const file = readFile(path);
  if (file.kind === "ok") return file.text;
  throw new HealthError(`cannot read certificate-authority ${path} for cluster "${name}": ${readFailure(file)}`, {
    exitCode: 3,
  });
}

/** The server as it is written: a plugin may compare it with what it knows. */
function execCluster(cluster: ClusterEntry, caPem: string | null): ExecCluster {
  return {
    server: cluster.server,
    ...(cluster.tlsServerName === "" ? {} : { "tls-server-name": cluster.tlsServerName }),
    ...(cluster.insecureSkipTlsVerify ? { "insecure-skip-tls-verify": true } : {}),
    ...(caPem === null ? {} : { "certificate-authority-data": Buffer.from(caPem).toString("base64") }),
    ...(cluster.proxyUrl === "" ? {} : { "proxy-url": cluster.proxyUrl }),
    ...(cluster.disableCompression ? { "disable-compression": true } : {}),
    config: cluster.execConfig,
  };
}
