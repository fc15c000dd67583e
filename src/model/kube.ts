/** The API objects a run reads; each but pods is optional, its absence is said. */
export const kubeResources = [
  "pods",
  "nodes",
  "ciliumnodes",
  "ciliumclusterwidenetworkpolicies",
  "cilium-config",
] as const;

export type KubeResource = (typeof kubeResources)[number];

/**
 * One list's outcome. `items` are the JSON objects as the API server (or a saved state) gave them; parse/ turns them
 * into typed values. `absent` carries the sentence that is shown.
 */
export type KubeOutcome =
  | { readonly kind: "ok"; readonly items: readonly unknown[] }
  | { readonly kind: "absent"; readonly status: number | null; readonly message: string };

export interface KubeList {
  readonly resource: KubeResource;
  readonly outcome: KubeOutcome;
}

/** A Kubernetes Node, as far as reachability is concerned. */
export interface KubeNode {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly internalIPs: readonly string[];
  readonly podCIDRs: readonly string[];
  readonly ready: "True" | "False" | "Unknown";
  /** The Ready condition's message, "" when there is none. */
  readonly readyMessage: string;
  /** RFC 3339, "" when unknown. */
  readonly readySince: string;
  /** Last heartbeat of the Ready condition, RFC 3339, "" when unknown. A kubelet posts one every five minutes at least. */
  readonly heartbeat: string;
  /** `key=value:effect`, `key:effect` without a value. */
  readonly taints: readonly string[];
  readonly networkUnavailable: boolean;
  readonly createdAt: string;
  readonly providerID: string;
  readonly osImage: string;
  readonly kernelVersion: string;
  readonly operatingSystem: string;
  readonly annotations: ReadonlyMap<string, string>;
}

/** A CiliumNode (cilium.io/v2): what the node's agent announces to the others. */
export interface CiliumNode {
  readonly name: string;
  readonly internalIPs: readonly string[];
  readonly ciliumInternalIPs: readonly string[];
  readonly healthIPs: readonly string[];
  readonly podCIDRs: readonly string[];
  /** `spec.encryption.key`; 0 when omitted. */
  readonly encryptionKey: number;
  readonly bootID: string;
  readonly createdAt: string;
  /** The agent's public key, annotation `network.cilium.io/wg-pub-key`, "" when none. */
  readonly wireguardPublicKey: string;
  /** `status.ipam.operator-status.error`, "" when none. */
  readonly ipamError: string;
}

/** A CiliumClusterwideNetworkPolicy, reduced to what decides whether it can touch a health probe. */
export interface ClusterwidePolicy {
  readonly name: string;
  /** Labels the endpoint selector asks for, `key=value`; empty selects every endpoint. */
  readonly endpointSelector: readonly string[] | null;
  /** Set when the policy selects nodes (host firewall) instead of endpoints. */
  readonly nodeSelector: readonly string[] | null;
  readonly ingress: boolean;
  readonly egress: boolean;
}

/** State of the agent container; `running` alone is exec'd into. */
export type ContainerState = "running" | "waiting" | "terminated" | "unknown";

/** An agent pod. */
export interface AgentPod {
  readonly name: string;
  readonly namespace: string;
  readonly node: string;
  readonly container: string;
  readonly state: ContainerState;
  /** `CrashLoopBackOff`, `ContainerCreating`, `Error`, …; "" when running. */
  readonly reason: string;
  readonly ready: boolean;
  readonly restarts: number;
  /** Start of the running container, RFC 3339, "" when not running. */
  readonly startedAt: string;
  /** How the container's previous run ended; absent when this is its first. Times are RFC 3339, "" when unknown. */
  readonly previousRun?: { readonly reason: string; readonly startedAt: string; readonly finishedAt: string };
  /** Version by the image tag, "" when the image has none. */
  readonly imageVersion: string;
  readonly phase: string;
  readonly createdAt: string;
}
