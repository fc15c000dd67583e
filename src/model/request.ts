import type { Protocol, Target } from "./matrix.ts";

/** kubectl's connection flags, with its names and meaning; null or empty where not given. */
export interface ConnectionFlags {
  readonly kubeconfig: string | null;
  readonly context: string | null;
  readonly cluster: string | null;
  readonly user: string | null;
  readonly server: string | null;
  readonly token: string | null;
  readonly as: string | null;
  readonly asGroups: readonly string[];
  readonly asUid: string | null;
  readonly certificateAuthority: string | null;
  readonly clientCertificate: string | null;
  readonly clientKey: string | null;
  readonly tlsServerName: string | null;
  readonly insecureSkipTlsVerify: boolean;
  /** Milliseconds for one REST call or exec handshake; 0 waits for ever. */
  readonly requestTimeoutMs: number;
  /** kubectl's -v: 6 names each request on stderr, 8 and more its answer's size and headers; never a credential. */
  readonly verbosity: number;
}

/** A command line without any of them. */
export const noConnectionFlags: ConnectionFlags = {
  kubeconfig: null,
  context: null,
  cluster: null,
  user: null,
  server: null,
  token: null,
  as: null,
  asGroups: [],
  asUid: null,
  certificateAuthority: null,
  clientCertificate: null,
  clientKey: null,
  tlsServerName: null,
  insecureSkipTlsVerify: false,
  requestTimeoutMs: 0,
  verbosity: 0,
};

/** Where agents are looked for when no flag names another place. */
export const defaultSelector = "k8s-app=cilium";
export const defaultContainer = "cilium-agent";

/** Where agents live and how they are asked. */
export interface CollectFlags {
  /** null: CILIUM_NAMESPACE, then kube-system, then every namespace. */
  readonly namespace: string | null;
  readonly selector: string;
  readonly container: string;
  /** Agents asked at once at most; null leaves it to their number (collect/pace.ts). */
  readonly parallel: number | null;
  /** Milliseconds for one exec, counted from its start. */
  readonly timeoutMs: number;
  /** Milliseconds for the whole run; 0 has no end. */
  readonly deadlineMs: number;
}

export type Severity = "error" | "warning" | "info";
export type FailOn = Severity | "never";

/** `--ignore RULE[=NODE]`. */
export interface IgnoreFlag {
  readonly rule: string;
  readonly node: string | null;
}

/** Which part of the matrix is looked at. */
export interface Scope {
  /** Names or globs; empty looks at every node. */
  readonly nodes: readonly string[];
  readonly zones: readonly string[];
  readonly target: Target | null;
  readonly protocol: Protocol | null;
}
