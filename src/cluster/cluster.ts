import type { ExecOutcome } from "../model/capture.ts";
import type { KubeOutcome } from "../model/kube.ts";
import type { ConnectionFlags } from "../model/request.ts";

/** A paged list of one resource, as the API path needs it. */
export interface ListRequest {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, lower case: `pods`. */
  readonly plural: string;
  /** null lists every namespace, or a cluster-scoped resource. */
  readonly namespace: string | null;
  readonly labelSelector: string | null;
  /** `metadata.name=…` and the like. */
  readonly fieldSelector: string | null;
}

export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Never a shell line: each word is passed as it is. */
  readonly argv: readonly string[];
  /** Milliseconds for the whole exec, counted from its start, those on hold left out. */
  readonly timeoutMs: number;
  /** Bytes of stdout kept before the exec ends as `too-big`. */
  readonly maxBytes: number;
  /**
   * Takes stdout piece by piece while the command runs; nothing of it is kept then, and the outcome's own is empty. A
   * piece is good for the length of the call. Must not throw.
   */
  readonly onStdout?: (piece: Uint8Array) => void;
  /** The same for stderr, with the same limit; the outcome keeps the first 64 KiB of it all the same. */
  readonly onStderr?: (piece: Uint8Array) => void;
  /**
   * Asked after each piece: a promise where the reader is behind. Until it resolves nothing more is read, so that the
   * command waits too, and the time counts neither for `timeoutMs` nor as the peer's silence. Must not reject.
   */
  readonly hold?: () => Promise<void> | null;
  /** Called when the exec is let in: from then on the command may be running. */
  readonly onStart?: () => void;
}

/** One container's log, through the API: it can be had where no command can be run. */
export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The run before the present one. */
  readonly previous: boolean;
  /** null: from the start of what the kubelet kept. */
  readonly sinceSeconds: number | null;
  /** Newest lines asked for. */
  readonly lines: number;
  readonly maxBytes: number;
}

export type LogOutcome =
  | { readonly kind: "ok"; readonly bytes: Uint8Array }
  /** `status` is the API server's, null when it did not answer. */
  | { readonly kind: "absent"; readonly status: number | null; readonly message: string };

/** One SelfSubjectAccessReview. */
export interface AccessQuestion {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  /** "" asks for every namespace, or a cluster-scoped resource. */
  readonly namespace: string;
  /** "" asks for every name. */
  readonly name: string;
}

export type AccessAnswer =
  | { readonly kind: "allowed" }
  | { readonly kind: "denied"; readonly reason: string }
  | { readonly kind: "unanswered"; readonly message: string };

/** What the program needs of a cluster, and no more. No method throws: what went wrong is a value. */
export interface Cluster {
  /** Kubeconfig context in use, "" when there is none (in-cluster, or flags alone). */
  readonly context: string;
  /** Kubeconfig name of the cluster entry. */
  readonly clusterName: string;
  readonly server: string;
  list(request: ListRequest, signal: AbortSignal): Promise<KubeOutcome>;
  exec(request: ExecRequest, signal: AbortSignal): Promise<ExecOutcome>;
  podLog(request: LogRequest, signal: AbortSignal): Promise<LogOutcome>;
  may(question: AccessQuestion, signal: AbortSignal): Promise<AccessAnswer>;
  /** The user name the API server knows us by; null where it cannot say (SelfSubjectReview, Kubernetes 1.28 on). */
  whoAmI(signal: AbortSignal): Promise<string | null>;
  /** Closes every connection; the cluster is of no use afterwards. */
  close(): void;
}

/** What the process knows, as a value: nothing in this room reads the environment by itself. */
export interface Environment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  readonly cwd: string;
  readonly platform: string;
  readonly stdinIsTerminal: boolean;
  /** One line for people, on stderr. */
  readonly notice: (line: string) => void;
  /** Runs what may itself talk to a person on the terminal: nothing of ours is drawn there meanwhile. */
  readonly lendTerminal: <T>(run: () => Promise<T>) => Promise<T>;
  /** `kubectl-cilium_health/<version>`. */
  readonly userAgent: string;
}

/** Opens the cluster that the flags and the environment name. Throws HealthError (exit 2 or 3) with one sentence. */
export type OpenCluster = (flags: ConnectionFlags, environment: Environment) => Promise<Cluster>;
