import type { CaptureId, CaptureOutcome } from "../model/capture.ts";
import type { Source } from "../model/facts.ts";
import type { KubeResource } from "../model/kube.ts";

/**
 * The version of this layout. A newer program reads every older one; an older program says that a newer one is needed.
 * 1: `bundle.json` as the first member, `kube/<resource>.json`, `nodes/<node>/<capture id>` with `.rc`, `.stderr` and `.outcome.json`, `logs/<pod>/…`,
 * `report.json`, `log.txt`, and `index.json` as the last member.
 */
export const formatVersion = 1;

export const indexPath = "index.json";

/** The first member: a file that has it and no index was cut before its end. */
export const headPath = "bundle.json";

export interface BundleHead {
  readonly formatVersion: number;
  readonly tool: { readonly name: string; readonly version: string };
}

export const listFiles: Readonly<Record<KubeResource, string>> = {
  pods: "kube/pods.json",
  nodes: "kube/nodes.json",
  ciliumnodes: "kube/ciliumnodes.json",
  ciliumclusterwidenetworkpolicies: "kube/ciliumclusterwidenetworkpolicies.json",
  "cilium-config": "kube/cilium-config.json",
};

/** A list that a recording may hold. */
export const ciliumEndpointsFile = "kube/ciliumendpoints.json";

/** Where a node's files are. Kubernetes names need no escaping; anything else cannot leave its folder. */
export function nodeFolder(node: string): string {
  return `nodes/${pathPart(node)}`;
}

export function capturePath(node: string, id: CaptureId): string {
  return `${nodeFolder(node)}/${id}`;
}

export function logPath(pod: string, previous: boolean): string {
  return `logs/${pathPart(pod)}/${previous ? "previous" : "current"}.log`;
}

/** A name as one part of a path: whatever it holds, it names something inside its folder. */
export function pathPart(name: string): string {
  const part = encodeURIComponent(Buffer.from(name).toString());
  return /^\.*$/.test(part) ? `%2E${part.slice(1)}_` : part;
}

/** Beside a capture's stdout: the exit code when it was not 0, what was said on stderr, and every other ending. */
export const sidecars = { code: ".rc", stderr: ".stderr", outcome: ".outcome.json" } as const;

export interface IndexMember {
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hex of the bytes as they stand in the archive. */
  readonly sha256: string;
}

/** Something that was to be in the bundle and is not, or not whole. */
export interface IndexFailure {
  /** A node, a pod, a resource or a member. */
  readonly where: string;
  readonly what: string;
  readonly message: string;
}

export interface BundleIndex {
  readonly formatVersion: number;
  readonly tool: { readonly name: string; readonly version: string };
  /** RFC 3339, of the machine that saved it. */
  readonly createdAt: string;
  /** True when the run was interrupted or hit its deadline. */
  readonly partial: boolean;
  readonly pseudonymised: boolean;
  readonly source: Omit<Source, "name">;
  readonly members: readonly IndexMember[];
  readonly failures: readonly IndexFailure[];
  /** Members left out for --max-bytes. */
  readonly dropped: readonly string[];
  /** Secrets masked, by member. */
  readonly masked: readonly { readonly path: string; readonly count: number }[];
}

/** The outcomes that `.rc` and `.stderr` cannot tell. */
export type OtherOutcome = Exclude<CaptureOutcome, { readonly kind: "ok" | "exit" }>;
