/**
 * A cluster as it really is, which no agent and no API object needs to know: machines, wires, filters, keys. What the
 * agents report and what the API shows are derived from it, never the other way round.
 */

/** 0 is IPv4, 1 is IPv6: the place of an address in every list of addresses. */
export type Slot = 0 | 1;

export interface Flow {
  readonly protocol: "icmp" | "tcp" | "udp" | "esp";
  readonly port: number;
  /** The answer of a flow whose request was seen in the other direction: a stateful filter lets it pass. */
  readonly reply: boolean;
  /** On its way to a pod by native routing: it passes the wire's filters and not the receiving host's own. */
  readonly routed?: boolean;
}

/** One rule that keeps packets from going on. */
export interface Filter {
  readonly protocol: Flow["protocol"] | "any";
  /** null is any port. */
  readonly port: number | null;
  readonly action: "drop" | "reject";
  readonly stateful: boolean;
}

/** A filter somewhere between two machines: a security group, a firewall, a broken line. */
export interface UnderlayCut {
  readonly filter: Filter;
  cuts(from: Machine, to: Machine): boolean;
}

/** What a policy lets through, by protocol; "all" has no policy. */
export interface Allowed {
  readonly protocols: ReadonlySet<Flow["protocol"]>;
}

/** How one agent runs; all agents of a cluster share the values unless a roll-out is half done. */
export interface Settings {
  readonly clusterName: string;
  readonly clusterID: number;
  readonly routing: "tunnel" | "native";
  readonly tunnelProtocol: "vxlan" | "geneve";
  readonly tunnelPort: number;
  readonly encryption: "disabled" | "wireguard" | "ipsec";
  readonly nodeEncryption: boolean;
  readonly endpointRoutes: boolean;
  readonly hostRouting: "BPF" | "Legacy";
  /** Native routing: the agents install routes to peers on the same link. */
  readonly directRoutes: boolean;
  /** Native routing: the network's own router knows the pod CIDRs. */
  readonly routerKnowsPods: boolean;
  readonly hostFirewall: boolean;
  readonly healthChecking: boolean;
  readonly endpointHealthChecking: boolean;
  readonly healthPort: number;
  readonly families: 1 | 2;
  readonly ipv4: boolean;
  readonly ipam: "kubernetes" | "cluster-pool" | "eni";
  readonly chaining: string;
  readonly kvstore: boolean;
  readonly enablePolicy: "default" | "always";
  readonly masquerading: "BPF" | "IPTables";
}

/** A Kubernetes Node, as far as it can differ from the machine. */
export interface KubeSide {
  ips: string[];
  podCIDRs: string[];
  ready: "True" | "False" | "Unknown";
  networkUnavailable: boolean;
  /** Seconds. */
  age: number;
}

/** A CiliumNode: what the machine's agent said of itself when it last could. */
export interface Announcement {
  ips: string[];
  healthIPs: string[];
  podCIDRs: string[];
  wireguardKey: string;
  encryptionKey: number;
  ipamError: string;
}

/** What one agent holds for true of another node. */
export interface Belief {
  readonly ips: readonly string[];
  readonly healthIPs: readonly string[];
  readonly podCIDRs: readonly string[];
}

/** How `cilium-health status` ends. */
export type HealthAnswer = "report" | "no-socket" | "exec-fails" | "no-results";

export interface Agent {
  readonly pod: string;
  state: "running" | "crashing";
  version: string;
  /** Seconds since the container started. */
  age: number;
  restarts: number;
  /** How it runs; a half-done roll-out gives some agents other values than cilium-config. */
  runs: Settings;
  /** What it believes of a node where that differs from the announcement; null: it does not list it. */
  readonly view: Map<number, Belief | null>;
  /** Nodes it has not probed yet. */
  readonly unprobed: Set<number>;
  health: HealthAnswer;
  /** `cilium-dbg` itself fails. */
  apiGone: boolean;
  /** Seconds by which its results are older than they should be. */
  late: number;
  /** Milliseconds its clock is ahead. */
  skew: number;
  /** The controllers that fail, by name, and with what. */
  readonly failing: Map<string, string>;
  kvstoreError: string;
  readonly meshErrors: Map<string, string>;
  /** Probes that would have passed and did not, for no lasting reason, by `to/target/protocol`. */
  readonly missed: Map<string, "silent" | "refused">;
  /** Addresses of tunnel ends this agent's map has wrong, by node. */
  readonly wrongTunnelEnd: Map<number, string>;
}

export interface HealthEndpoint {
  exists: boolean;
  broken: boolean;
  state: "ready" | "regenerating" | "not-ready";
  allowed: Allowed | null;
  /** The port its responder listens on; 0 when nothing listens. */
  port: number;
  /** True when something keeps changing the interface's MAC address. */
  macChanges: boolean;
}

export interface Machine {
  readonly index: number;
  readonly name: string;
  readonly cluster: string;
  readonly remote: boolean;
  readonly zone: string;
  readonly pool: string;
  /** Machines of one subnet share a link. */
  readonly subnet: string;
  readonly controlPlane: boolean;
  readonly hypervisor: number;
  osImage: string;
  kernel: string;
  providerID: string;
  /** Addresses on its NIC, and of its pods' side. */
  ips: string[];
  /** Of a second NIC on a link of its own, which nobody else is on. */
  farIPs: string[];
  healthIPs: string[];
  readonly routerIPs: string[];
  podCIDRs: string[];
  powered: boolean;
  kube: KubeSide | null;
  announced: Announcement | null;
  agent: Agent | null;
  readonly input: Filter[];
  forwardDrop: "" | "rule" | "policy";
  ipForward: boolean;
  /** By interface, where not 0. */
  readonly rpFilter: Map<string, number>;
  hostAllowed: Allowed | null;
  readonly health: HealthEndpoint;
  /** False when another program holds the health port on the node. */
  hostPortBound: boolean;
  wireguardKey: string;
  /** Keys it holds of peers where they are not the announced ones. */
  readonly wireguardPeers: Map<number, string>;
  ipsecSecret: number;
  ipsecNoStates: boolean;
  ipsecSequenceDone: boolean;
  badChecksums: boolean;
  foreignSnat: boolean;
  podRoutesLost: boolean;
  foreignRuleTable: boolean;
  /** A virtual node: the API has it, no agent is due. */
  virtual: boolean;
  /** Wrong neighbour entries, by address. */
  readonly neighbours: Map<string, "PERMANENT" | "FAILED">;
  readonly counters: Counters;
}

/** What the walks of packets left behind. */
export interface Counters {
  tunnelSent: number;
  tunnelReceived: number;
  checksumErrors: number;
  readonly drops: Map<string, number>;
  readonly xfrm: Map<string, number>;
}

export interface World {
  readonly seed: number;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly settings: Settings;
  /** What cilium-config says where it differs from what the agents were started with. */
  configured: Settings;
  readonly machines: Machine[];
  readonly cuts: UnderlayCut[];
  /** The cloud drops packets that carry a pod's address: source/destination checks, port security. */
  spoofGuard: boolean;
  /** Pod CIDRs that the network's router lost. */
  readonly lostRoutes: Set<string>;
  /** API objects of clusterwide policies. */
  readonly policies: unknown[];
  /** Ordered pairs much slower than they should be, as `from/to`. */
  readonly slow: Set<string>;
  /** Machines some fault has already touched: a second one keeps away from them. */
  readonly touched: Set<number>;
  /** API resources this run may not read. */
  readonly hidden: Set<string>;
}

/** Machines of this cluster whose agents can be asked. */
export function ownMachines(world: World): Machine[] {
  return world.machines.filter((machine) => !machine.remote);
}

/** What `from` holds for true of `to`; null when it does not list it. */
export function beliefOf(from: Machine, to: Machine): Belief | null {
  const own = from.agent?.view.get(to.index);
  return own === undefined ? to.announced : own;
}

/** The fullname agents give a node (pkg/node/types): bare in the cluster called "default". */
export function agentName(machine: Machine): string {
  return machine.cluster === "default" ? machine.name : `${machine.cluster}/${machine.name}`;
}

export function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
