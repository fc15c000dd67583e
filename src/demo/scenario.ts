/**
 * What the simulated cluster serves: API objects and, for each agent, what its commands print. A scenario is read from
 * a recording (recorded.ts) or generated (mesh.ts); the server knows nothing of where it came from.
 */

/** A Kubernetes API object as the API server prints it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    /** RFC 3339. */
    readonly creationTimestamp?: string;
    readonly [field: string]: unknown;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** The plural names of what a scenario may hold. */
const scenarioResources = [
  "pods",
  "nodes",
  "configmaps",
  "ciliumnodes",
  "ciliumendpoints",
  "ciliumclusterwidenetworkpolicies",
] as const;

export type ScenarioResource = (typeof scenarioResources)[number];

/** How one command in one agent ends. */
export type AgentReply =
  | {
      readonly kind: "output";
      /** Produced while it is sent, so that a reply need never be whole in memory. */
      readonly stdout: Iterable<string | Uint8Array>;
      readonly stderr: string;
      readonly exitCode: number;
      /** Milliseconds before the first byte. */
      readonly delayMs: number;
      /** Milliseconds that the command runs; its pieces come spread over them. Absent: all at once. */
      readonly overMs?: number;
    }
  /** The container has no such program: the runtime's error, not the program's. */
  | { readonly kind: "no-such-program" }
  /** The API server cannot reach the node's kubelet; `message` is its text. */
  | { readonly kind: "unreachable"; readonly message: string };

export interface Scenario {
  readonly name: string;
  /** null: this cluster does not serve the resource (a CRD that is not installed). */
  objects(resource: ScenarioResource): readonly KubeObject[] | null;
  /** What `argv` prints in the agent of `node` (a pod's `spec.nodeName`). */
  reply(node: string, argv: readonly string[]): AgentReply;
}

/** A reply that is text and came at once. */
export function printed(stdout: string | Uint8Array, stderr = "", exitCode = 0): AgentReply {
  return { kind: "output", stdout: [stdout], stderr, exitCode, delayMs: 0 };
}

/** A known program that was asked something this scenario has no answer to; anything else is not in the container. */
export function unanswered(argv: readonly string[], programs: ReadonlySet<string>): AgentReply {
  if (!programs.has(argv[0] ?? "")) return { kind: "no-such-program" };
  return printed("", `Error: the demo cluster has no answer to: ${argv.join(" ")}\n`, 1);
}
