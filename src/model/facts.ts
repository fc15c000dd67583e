import type { CaptureId, KeptCaptureId } from "./capture.ts";
import type { AgentPod, CiliumNode, ClusterwidePolicy, KubeNode, KubeResource } from "./kube.ts";
import type { Matrix } from "./matrix.ts";

/** Where a state was read from. `takenAt` of a saved state is its own time, never today's. */
export interface Source {
  readonly kind: "cluster" | "bundle" | "sysdump" | "captures" | "demo";
  readonly context: string;
  readonly cluster: string;
  readonly server: string;
  /** File, folder or scenario name; "" for a live cluster. */
  readonly name: string;
}

/** FACTS: the parsed snapshot. Everything analyse/ knows. */
export interface Facts {
  readonly source: Source;
  /** Cilium's cluster name, "" when unknown; it prefixes node names in agents' answers unless it is `default`. */
  readonly clusterName: string;
  /** By matrix index. */
  readonly nodes: readonly NodeFacts[];
  readonly matrix: Matrix;
  /** ConfigMap cilium-config; null when it could not be read. */
  readonly config: ReadonlyMap<string, string> | null;
  readonly policies: readonly ClusterwidePolicy[] | null;
  /** Resources that could not be read, with the sentence that says why. */
  readonly absent: ReadonlyMap<KubeResource, string>;
  /** Namespace the agents were found in, "" when none were. */
  readonly namespace: string;
}

export interface NodeFacts {
  /** Kubernetes node name in this cluster, `cluster/name` elsewhere. */
  readonly name: string;
  /** Cilium cluster the node belongs to; "" when unknown. */
  readonly cluster: string;
  readonly remote: boolean;
  readonly kube: KubeNode | null;
  readonly cilium: CiliumNode | null;
  readonly agent: AgentFacts | null;
  /** Why no agent is due here (virtual, Windows or Fargate node, not selected by the DaemonSet); "" when one is due. */
  readonly agentNotDue: string;
}

/** One agent: its pod, and what it said. */
export interface AgentFacts {
  readonly pod: AgentPod;
  /** Why nothing was asked of it, "" when it was asked. */
  readonly notAsked: string;
  /** The agent's own clock at the capture, epoch milliseconds; 0 when it could not be told. */
  readonly clock: number;
  readonly health: AgentHealth | null;
  readonly status: AgentStatus | null;
  readonly nodeList: AgentNodeList | null;
  readonly endpoints: AgentEndpoints | null;
  readonly confirming: ConfirmingFacts;
  /** Confirming captures that were asked for and not read. */
  readonly unread: ReadonlyMap<KeptCaptureId, CaptureFailure>;
  /** Captures that failed or made no sense. */
  readonly failures: readonly CaptureFailure[];
}

/** Why one capture of one agent is missing. */
export interface CaptureFailure {
  readonly id: CaptureId;
  /** A short word for machines: `timeout`, `exit`, `http-403`, `cut`, `not-json`, … */
  readonly reason: string;
  readonly message: string;
}

/** The head of an agent's health report; its rows are in the matrix. */
export interface AgentHealth {
  /** Name the agent gives itself, "" before its first node list. */
  readonly localName: string;
  /** Start of the probe cycle, epoch milliseconds; 0 when missing. */
  readonly timestamp: number;
  /** Nanoseconds; null before 1.18. */
  readonly probeIntervalNs: number | null;
  /** False when the agent answered `nodes: null`: it has finished no cycle yet. */
  readonly hasNodes: boolean;
  /** True when any probe carries lastProbed (1.18 and newer). */
  readonly hasProbeTimes: boolean;
}

/** `cilium-dbg status -o json`, reduced. Absent fields are "" or null: absent means disabled or unknown by version. */
export interface AgentStatus {
  /** `1.19.3`; "" when the message carries none. */
  readonly version: string;
  readonly state: string;
  readonly message: string;
  readonly ciliumHealthState: string;
  readonly kvstoreState: string;
  readonly kvstoreMessage: string;
  readonly routingMode: string;
  readonly tunnelProtocol: string;
  readonly hostRouting: string;
  readonly encryption: string;
  readonly nodeEncryption: string;
  readonly wireguardPeers: number | null;
  /** The public key in use on `cilium_wg0`, "" when there is none. */
  readonly wireguardPublicKey: string;
  readonly kubeProxyReplacement: string;
  readonly masquerading: string;
  readonly hostFirewall: string;
  readonly cniChaining: string;
  readonly failingControllers: readonly FailingController[];
  readonly remoteClusters: readonly RemoteCluster[];
  readonly ipamStatus: string;
  readonly healthIPs: readonly string[];
  /** Newest timestamp seen in the answer, epoch milliseconds: a lower bound of the agent's clock. */
  readonly newestTimestamp: number;
}

export interface FailingController {
  readonly name: string;
  readonly consecutiveFailures: number;
  readonly lastFailure: string;
  /** RFC 3339. */
  readonly lastFailureAt: string;
  /** RFC 3339; "" when it never succeeded or the agent was asked in short. */
  readonly lastSuccessAt: string;
}

export interface RemoteCluster {
  readonly name: string;
  readonly ready: boolean;
  readonly nodes: number;
  readonly status: string;
  readonly lastFailure: string;
}

/** `node list`, reduced: who is in it, and the entries that differ from what the node announces of itself. */
export interface AgentNodeList {
  /** By matrix index, 1 = listed. Columns beyond its length are not listed. */
  readonly listed: Uint8Array;
  readonly count: number;
  readonly entries: readonly NodeListEntry[];
}

/** One entry of an agent's node list; kept only where it differs from the CiliumNode, and for remote nodes. */
export interface NodeListEntry {
  readonly node: number;
  readonly ips: readonly string[];
  readonly healthIPs: readonly string[];
  readonly podCIDRs: readonly string[];
  readonly source: string;
}

/** `endpoint list`, reduced. */
export interface AgentEndpoints {
  readonly ready: number;
  readonly total: number;
  readonly notReady: readonly { readonly id: number; readonly name: string; readonly state: string }[];
  /** Those that belong to a pod. */
  readonly pods: readonly PodEndpoint[];
  /** The reserved:health endpoint, null when the agent has none. */
  readonly health: HealthEndpoint | null;
  /** Policy enforcement on the reserved:host endpoint, "" when there is none. */
  readonly hostEnforcement: string;
}

/** An endpoint of a pod, as an agent or a CiliumEndpoint has it. */
export interface PodEndpoint {
  /** `namespace/name`. */
  readonly pod: string;
  readonly identity: number;
  readonly ips: readonly string[];
  readonly state: string;
}

export interface HealthEndpoint {
  readonly id: number;
  readonly state: string;
  readonly ips: readonly string[];
  /** `none`, `ingress`, `egress`, `both`, `audit-…`: policy.realized.policy-enabled. */
  readonly enforcement: string;
  /** Identities whose every packet the policy in force lets in, 0 for all; null when the agent does not say. */
  readonly allowedIngress: readonly number[] | null;
  /** Ports and protocols of its ingress rules, `4240/TCP`, `0/ANY`, `8/ICMP`: who may use them is not kept. */
  readonly ingressPorts: readonly string[];
  readonly mac: string;
  /** MAC of the host's side of the pair, as the agent knows it; "" when it does not say. */
  readonly hostMac: string;
  readonly interfaceName: string;
}

/** Texts of the second round, by capture; parsed by the rules' own small readers in analyse/. */
export type ConfirmingFacts = ReadonlyMap<KeptCaptureId, string>;
