import {
  decoded,
  elements,
  flag,
  isPresent,
  malformedAt,
  member,
  members,
  parseKubeconfigYaml,
  text,
  toJson,
  type YamlValue,
} from "./kubeconfig-yaml.ts";

/** Field names and meaning: client-go tools/clientcmd/api/v1/types.go. Text is "" when not given; paths are as written. */
export interface ClusterEntry {
  /** Absolute path of the file that defines it: its relative paths start in that file's folder. */
  readonly origin: string;
  readonly server: string;
  readonly tlsServerName: string;
  readonly insecureSkipTlsVerify: boolean;
  readonly certificateAuthority: string;
  readonly certificateAuthorityData: string | null;
  readonly proxyUrl: string;
  readonly disableCompression: boolean;
  /** Extension `client.authentication.k8s.io/exec`, as JSON; null when there is none. */
  readonly execConfig: unknown;
}

export interface ExecEntry {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly apiVersion: string;
  readonly installHint: string;
  readonly provideClusterInfo: boolean;
  readonly interactiveMode: string;
}

export interface AuthProviderEntry {
  readonly name: string;
  /** `id-token` of the provider's config. No other field is kept. */
  readonly idToken: string;
}

export interface UserEntry {
  readonly origin: string;
  readonly clientCertificate: string;
  readonly clientCertificateData: string | null;
  readonly clientKey: string;
  readonly clientKeyData: string | null;
  readonly token: string;
  readonly tokenFile: string;
  readonly username: string;
  readonly password: string;
  readonly as: string;
  readonly asUid: string;
  readonly asGroups: readonly string[];
  readonly asUserExtra: ReadonlyMap<string, readonly string[]>;
  readonly authProvider: AuthProviderEntry | null;
  readonly exec: ExecEntry | null;
}

export interface ContextEntry {
  readonly origin: string;
  readonly cluster: string;
  readonly user: string;
}

/** One file, or several merged. */
export interface Kubeconfig {
  /** The files that were read, in order of precedence, absolute. */
  readonly files: readonly string[];
  /** "" when no file sets it. */
  readonly currentContext: string;
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
  readonly contexts: ReadonlyMap<string, ContextEntry>;
}

/** The reserved name of the cluster extension a plugin gets as `spec.cluster.config`. */
const execExtension = "client.authentication.k8s.io/exec";

/** Reads one kubeconfig's text. Throws HealthError naming file and line. */
export function readKubeconfig(file: string, content: string): Kubeconfig {
  const root = parseKubeconfigYaml(file, content);
  checkKind(root);
  return {
    files: [file],
    currentContext: text(member(root, "current-context")),
    clusters: named(root, "clusters", (entry) => readCluster(file, member(entry, "cluster"))),
    users: named(root, "users", (entry) => readUser(file, member(entry, "user"))),
    contexts: named(root, "contexts", (entry) => readContext(file, member(entry, "context"))),
  };
}

function checkKind(root: YamlValue): void {
  const kind = text(member(root, "kind"));
  const version = text(member(root, "apiVersion"));
  if (kind !== "" && kind !== "Config") throw malformedAt(member(root, "kind"), `is "${kind}", not "Config"`);
  if (version !== "" && version !== "v1") throw malformedAt(member(root, "apiVersion"), `is "${version}", not "v1"`);
}

/** A name may stand only once in one file; kubectl refuses the file too. */
function named<T>(root: YamlValue, list: string, read: (entry: YamlValue) => T): Map<string, T> {
  const found = new Map<string, T>();
  for (const entry of elements(member(root, list))) {
    const name = text(member(entry, "name"));
    if (found.has(name)) throw malformedAt(entry, `repeats the name "${name}"`);
    found.set(name, read(entry));
  }
  return found;
}

function readCluster(origin: string, value: YamlValue): ClusterEntry {
  const extension = elements(member(value, "extensions")).find((one) => text(member(one, "name")) === execExtension);
  return {
    origin,
    server: text(member(value, "server")),
    tlsServerName: text(member(value, "tls-server-name")),
    insecureSkipTlsVerify: flag(member(value, "insecure-skip-tls-verify")),
    certificateAuthority: text(member(value, "certificate-authority")),
    certificateAuthorityData: decoded(member(value, "certificate-authority-data")),
    proxyUrl: text(member(value, "proxy-url")),
    disableCompression: flag(member(value, "disable-compression")),
    execConfig: extension === undefined ? null : toJson(member(extension, "extension")),
  };
}

function readUser(origin: string, value: YamlValue): UserEntry {
  return {
    origin,
    clientCertificate: text(member(value, "client-certificate")),
    clientCertificateData: decoded(member(value, "client-certificate-data")),
    clientKey: text(member(value, "client-key")),
    clientKeyData: decoded(member(value, "client-key-data")),
    token: text(member(value, "token")),
    tokenFile: text(member(value, "tokenFile")),
    username: text(member(value, "username")),
    password: text(member(value, "password")),
    as: text(member(value, "as")),
    asUid: text(member(value, "as-uid")),
    asGroups: elements(member(value, "as-groups")).map(text),
    asUserExtra: new Map(members(member(value, "as-user-extra")).map(([key, list]) => [key, elements(list).map(text)])),
    authProvider: readAuthProvider(member(value, "auth-provider")),
    exec: readExec(member(value, "exec")),
  };
}

function readAuthProvider(value: YamlValue): AuthProviderEntry | null {
  if (!isPresent(value)) return null;
  return { name: text(member(value, "name")), idToken: text(member(member(value, "config"), "id-token")) };
}

function readExec(value: YamlValue): ExecEntry | null {
  if (!isPresent(value)) return null;
  const apiVersion = text(member(value, "apiVersion"));
  const mode = text(member(value, "interactiveMode"));
  return {
    command: text(member(value, "command")),
    args: elements(member(value, "args")).map(text),
    env: elements(member(value, "env")).map((one) => ({
      name: text(member(one, "name")),
      value: text(member(one, "value")),
    })),
    apiVersion,
    installHint: text(member(value, "installHint")),
    provideClusterInfo: flag(member(value, "provideClusterInfo")),
    // Optional before v1, where it stands for IfAvailable (client-go clientcmd/api/v1/defaults.go).
    interactiveMode: mode === "" && /\/v1(alpha|beta)1$/.test(apiVersion) ? "IfAvailable" : mode,
  };
}

function readContext(origin: string, value: YamlValue): ContextEntry {
  return { origin, cluster: text(member(value, "cluster")), user: text(member(value, "user")) };
}
