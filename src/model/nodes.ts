import type { Target } from "./matrix.ts";
import type { Finding, Report, ReportNode } from "./report.ts";
import type { Severity } from "./request.ts";

/** Every list a node may stand in, compared: `nodes`. Kubernetes, CiliumNodes, each agent's node list and health list. */
export interface NodesReport {
  readonly report: Report;
  readonly lists: ListCoverage;
  /** By name; those that the scope names. */
  readonly nodes: readonly ListedNode[];
  /** The report's findings that say who is in the cluster, in its order. */
  readonly findings: readonly Finding[];
  /** By the contract, over the lists alone: paths are the business of `status`. */
  readonly exitCode: 0 | 1 | 3;
}

/** What could be compared. */
export interface ListCoverage {
  /** Whether the API's lists could be read. */
  readonly kubernetes: boolean;
  readonly ciliumNodes: boolean;
  /** Agents that are due. */
  readonly agents: number;
  /** Nodes whose agent's list was read, by name. */
  readonly nodeLists: readonly string[];
  readonly healthLists: readonly string[];
}

export interface ListedNode {
  readonly node: ReportNode;
  /** Its addresses in Kubernetes; null where it does not stand in that list, or the list could not be read. */
  readonly kubernetes: { readonly ips: readonly string[] } | null;
  readonly ciliumNode: { readonly ips: readonly string[]; readonly healthIPs: readonly string[] } | null;
  readonly nodeLists: Listing;
  readonly healthLists: Listing;
  /** Every address that anybody has for it, the node's own first. */
  readonly addresses: readonly HeldAddress[];
  /** The worst first; empty where all lists agree. */
  readonly troubles: readonly Trouble[];
}

/** In how many of the agents' lists of a kind a node stands, and in which it does not. */
export interface Listing {
  readonly listed: number;
  readonly read: number;
  /** Nodes whose agent's list lacks it. */
  readonly missingFrom: readonly string[];
}

/** An address of a node, and who has it. */
export interface HeldAddress {
  readonly ip: string;
  readonly target: Target;
  readonly kubernetes: boolean;
  readonly ciliumNode: boolean;
  /** In the lists of how many agents. */
  readonly nodeLists: number;
  readonly healthLists: number;
  /** Nodes whose agents have it, where it is none of the node's own; else empty. */
  readonly heldBy: readonly string[];
}

export const troubleKinds = [
  "ghost",
  "missing",
  "old-address",
  "duplicate-address",
  "old-health-ip",
  "no-health-ip",
  "no-cilium-node",
  "no-agent",
  "agent-down",
  "agent-not-ready",
  "no-answer",
  "warming-up",
  "node-not-ready",
] as const;

export type TroubleKind = (typeof troubleKinds)[number];

/** One way in which a node stands out. */
export interface Trouble {
  readonly kind: TroubleKind;
  /** The finding's, where there is one. */
  readonly severity: Severity;
  /** The rule of the catalogue that explains it, "" where there is none. */
  readonly rule: string;
  /** Index into `findings`; null where that rule found no harm in it. */
  readonly finding: number | null;
  readonly ignored: boolean;
  /** One sentence without a final stop; agents are named when they are few, else counted. */
  readonly text: string;
  /** Nodes whose agents it is about, all of them. */
  readonly agents: readonly string[];
}
