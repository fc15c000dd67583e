/** PEM text as the kubeconfig carries it, or the file it names (absolute; read anew when credentials are renewed). */
export type PemSource =
  | { readonly kind: "data"; readonly pem: string }
  | { readonly kind: "file"; readonly path: string };

/** A client certificate: the user's identity at the TLS layer, alone or beside a bearer. */
export interface CertificateSource {
  readonly certificate: PemSource;
  readonly key: PemSource;
}

/** What fills the `Authorization` header. */
export type Bearer =
  | { readonly kind: "none" }
  | { readonly kind: "token"; readonly token: string }
  /** `path` is absolute. `fallback` is the `token` beside it, used while the file cannot be read; "" when there is none. */
  | { readonly kind: "tokenFile"; readonly path: string; readonly fallback: string }
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "plugin"; readonly plugin: ExecPlugin }
  /** The cached id-token; the refresh token is deliberately not here, so that nothing can spend it. */
  | { readonly kind: "oidc"; readonly idToken: string };

/** A client certificate and a bearer can stand side by side, as in client-go. */
export interface Auth {
  readonly bearer: Bearer;
  readonly certificate: CertificateSource | null;
}

export const execApiVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"] as const;
export type ExecApiVersion = (typeof execApiVersions)[number];

export const interactiveModes = ["Never", "IfAvailable", "Always"] as const;
export type InteractiveMode = (typeof interactiveModes)[number];

/** An exec-credential plugin, ready to be run. */
export interface ExecPlugin {
  /** Absolute when the kubeconfig's command had a path separator, else a name for PATH. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly apiVersion: ExecApiVersion;
  readonly interactiveMode: InteractiveMode;
  /** Shown when the command is not found; "" when the kubeconfig gives none. */
  readonly installHint: string;
  /** What `provideClusterInfo` hands over; null when it is not set. */
  readonly cluster: ExecCluster | null;
}

/** `spec.cluster` of KUBERNETES_EXEC_INFO, field by field as client-go writes it (client-go rest/exec.go, ConfigToExecCluster). */
export interface ExecCluster {
  readonly server: string;
  readonly "tls-server-name"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  /** Base64 of the PEM text. */
  readonly "certificate-authority-data"?: string;
  readonly "proxy-url"?: string;
  readonly "disable-compression"?: boolean;
  /** Extension `client.authentication.k8s.io/exec` of the cluster entry; null when there is none. */
  readonly config: unknown;
}

export interface Impersonation {
  readonly user: string;
  /** "" when not given. */
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: ReadonlyMap<string, readonly string[]>;
}

/** Kubeconfig, flags and service account boiled down to what a request needs: a plain value that touches nothing. */
export interface Connection {
  /** "" in a cluster, or with flags alone. */
  readonly context: string;
  /** Kubeconfig name of the cluster entry; "" when there is none. */
  readonly clusterName: string;
  /** Kubeconfig name of the user entry; "" when there is none. */
  readonly userName: string;
  /** Absolute http or https URL with its path prefix, without trailing slash, query or user name. */
  readonly server: string;
  /** PEM; null trusts the system's authorities. */
  readonly caPem: string | null;
  readonly insecureSkipTlsVerify: boolean;
  /** null checks the certificate against the host in `server`. */
  readonly tlsServerName: string | null;
  /** The kubeconfig's `proxy-url`, which wins over the environment; null when not set. */
  readonly proxyUrl: string | null;
  readonly disableCompression: boolean;
  /** Nothing but "none" for a plain http server: kubectl sends no credentials there either. */
  readonly auth: Auth;
  readonly impersonation: Impersonation | null;
  /** Milliseconds; 0 waits for ever. */
  readonly requestTimeoutMs: number;
}
