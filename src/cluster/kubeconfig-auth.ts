import { dirname, resolve, sep } from "node:path";
import { HealthError } from "../model/errors.ts";
import {
  type Auth,
  type Bearer,
  type CertificateSource,
  type ExecCluster,
  type ExecPlugin,
  execApiVersions,
  type Impersonation,
  interactiveModes,
  type PemSource,
} from "./connection.ts";
import type { ExecEntry, UserEntry } from "./kubeconfig-entries.ts";

/** A user entry that contradicts itself or lacks something; the checks of client-go tools/clientcmd/validation.go. */
function unusable(userName: string, entry: UserEntry, problem: string, hint = ""): HealthError {
  return new HealthError(`user "${userName}" in ${entry.origin}: ${problem}`, { exitCode: 3, hint });
}

/**
 * Who a user entry says is asking. Order as in client-go: a bearer token, then basic, then the plugin (only without a
 * client certificate), then the legacy auth-provider. `cluster` is what a plugin may be told. Throws HealthError.
 */
export function authOf(userName: string, entry: UserEntry, cluster: ExecCluster): Auth {
  if (entry.exec !== null && entry.authProvider !== null) {
    throw unusable(userName, entry, "exec and auth-provider are both given; remove one of them");
  }
  const plugin = entry.exec === null ? null : pluginOf(userName, entry, entry.exec, cluster);
  const certificate = certificateOf(userName, entry);
  return { certificate, bearer: bearerOf(userName, entry, certificate === null ? plugin : null) };
}

function bearerOf(userName: string, entry: UserEntry, plugin: ExecPlugin | null): Bearer {
  const basic = entry.username !== "" || entry.password !== "";
  if (basic && (entry.token !== "" || entry.tokenFile !== "")) {
    throw unusable(userName, entry, "a token and a username or password are both given; only one is allowed");
  }
  // client-go reads the file even where a token stands beside it, and takes the token while it cannot.
  if (entry.tokenFile !== "")
    return { kind: "tokenFile", path: inFolderOf(entry, entry.tokenFile), fallback: entry.token };
  if (entry.token !== "") return { kind: "token", token: entry.token };
  if (basic) return { kind: "basic", username: entry.username, password: entry.password };
  if (plugin !== null) return { kind: "plugin", plugin };
  return entry.authProvider === null ? { kind: "none" } : providerOf(userName, entry, entry.authProvider);
}

/** What took the place of the providers that kubectl dropped in 1.26. */
const successors: Readonly<Record<string, string>> = {
  gcp: "gke-gcloud-auth-plugin (gcloud container clusters get-credentials writes a new user entry)",
  azure: "kubelogin (kubelogin convert-kubeconfig rewrites the user entry)",
};

function providerOf(userName: string, entry: UserEntry, provider: { name: string; idToken: string }): Bearer {
  if (provider.name === "oidc") return { kind: "oidc", idToken: provider.idToken };
  const successor = Object.hasOwn(successors, provider.name) ? successors[provider.name] : undefined;
  const hint =
    successor === undefined
      ? "Use an exec plugin, a token or a client certificate."
      : `Its place was taken by the exec plugin ${successor}.`;
  throw unusable(userName, entry, `the auth-provider "${provider.name}" is not supported, as in kubectl`, hint);
}

function certificateOf(userName: string, entry: UserEntry): CertificateSource | null {
  if (entry.clientCertificate === "" && entry.clientCertificateData === null) return null;
  if (entry.clientCertificate !== "" && entry.clientCertificateData !== null) {
    throw unusable(
      userName,
      entry,
      "client-certificate and client-certificate-data are both given; remove one of them",
    );
  }
  if (entry.clientKey !== "" && entry.clientKeyData !== null) {
    throw unusable(userName, entry, "client-key and client-key-data are both given; remove one of them");
  }
  const key = pemSource(entry, entry.clientKey, entry.clientKeyData);
  const certificate = pemSource(entry, entry.clientCertificate, entry.clientCertificateData);
  if (key === null || certificate === null) {
    throw unusable(userName, entry, "a client certificate is given without client-key or client-key-data");
  }
  return { certificate, key };
}

function pemSource(entry: UserEntry, path: string, data: string | null): PemSource | null {
  if (data !== null) return { kind: "data", pem: data };
  return path === "" ? null : { kind: "file", path: inFolderOf(entry, path) };
}

function pluginOf(userName: string, entry: UserEntry, exec: ExecEntry, cluster: ExecCluster): ExecPlugin {
  const problem = (text: string) => unusable(userName, entry, `its exec plugin ${text}`);
  if (exec.command === "") throw problem("has no command");
  if (exec.env.some((one) => one.name === "")) throw problem("has an env variable without a name");
  const apiVersion = execApiVersions.find((version) => version === exec.apiVersion);
  if (apiVersion === undefined) {
    const shown = exec.apiVersion === "" ? "no apiVersion" : `apiVersion "${exec.apiVersion}"`;
    throw problem(`has ${shown}; known are ${execApiVersions.join(" and ")}`);
  }
  const interactiveMode = interactiveModes.find((mode) => mode === exec.interactiveMode);
  if (interactiveMode === undefined) {
    const shown = exec.interactiveMode === "" ? "no interactiveMode" : `interactiveMode "${exec.interactiveMode}"`;
    throw problem(`has ${shown}; it must be one of ${interactiveModes.join(", ")}`);
  }
  return {
    // A bare name is looked up in PATH; anything with a separator is relative to its kubeconfig (loader.go).
    command: exec.command.includes(sep) ? inFolderOf(entry, exec.command) : exec.command,
    args: exec.args,
    env: exec.env,
    apiVersion,
    interactiveMode,
    installHint: exec.installHint,
    cluster: exec.provideClusterInfo ? cluster : null,
  };
}

/** Whom to impersonate; null when nobody. Throws HealthError for groups, a uid or extras without a user. */
export function impersonationOf(userName: string, entry: UserEntry): Impersonation | null {
  if (entry.as !== "") return { user: entry.as, uid: entry.asUid, groups: entry.asGroups, extra: entry.asUserExtra };
  if (entry.asUid === "" && entry.asGroups.length === 0 && entry.asUserExtra.size === 0) return null;
  throw new HealthError(`requesting uid, groups or user-extra for user "${userName}" without impersonating a user`, {
    exitCode: 3,
    hint: "Add --as, or as: in the kubeconfig.",
  });
}

function inFolderOf(entry: { readonly origin: string }, path: string): string {
  return resolve(dirname(entry.origin), path);
}
