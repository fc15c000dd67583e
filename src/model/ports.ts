import type { Report } from "./report.ts";

/** What must be open between nodes for the settings of this cluster, against what the probes show: `ports`. */
export interface PortsReport {
  readonly report: Report;
  readonly needs: readonly PortNeed[];
  /** Settings that could not be read and would add ports or change them, as sentences. */
  readonly unknown: readonly string[];
  /** Failing paths of the needs that a probe tells of; read anew each time: a big cluster has millions. */
  readonly failing: Iterable<FailingNeed>;
  /** By the contract; a setting that could not be read is something that could not be looked at. */
  readonly exitCode: 0 | 1 | 3;
}

export type PortProtocol = "tcp" | "udp" | "icmp" | "icmpv6" | "esp" | "ipip" | "any";

export const needKinds = [
  "health-http",
  "health-icmp",
  "health-icmpv6",
  "endpoint-http",
  "endpoint-icmp",
  "endpoint-icmpv6",
  "tunnel",
  "pods",
  "wireguard",
  "esp",
  "dsr",
  "clustermesh",
  "kvstore",
  "kube-apiserver",
  "hubble",
  "mutual-auth",
  "metrics",
] as const;

export type NeedKind = (typeof needKinds)[number];

/** One port or protocol, from where, to where, and why. */
export interface PortNeed {
  /** Unique: its kind, with more where there are several, and `:` with the other cluster's name for what is to that cluster. */
  readonly id: string;
  readonly kind: NeedKind;
  /** The other cluster, "" for this one. */
  readonly cluster: string;
  readonly protocol: PortProtocol;
  /** null for a protocol without ports, and where the setting is not known. */
  readonly port: number | null;
  /** What the port is where nobody has set it; null for a protocol without ports, or where there is no such thing. */
  readonly usualPort: number | null;
  readonly from: string;
  readonly to: string;
  readonly why: string;
  /** The network between the nodes does not see it where it travels inside something else. */
  readonly inside: "" | "wireguard" | "tunnel";
  readonly settings: readonly PortSetting[];
  readonly notes: readonly string[];
  readonly evidence: Evidence;
}

/** Where a value was read. `default`: cilium-config was read and does not set it. `unknown`: nothing could be read. */
export interface PortSetting {
  readonly name: string;
  /** "" where it is unknown. */
  readonly value: string;
  readonly source: "cilium-config" | "agents" | "default" | "unknown";
}

/**
 * `works` on every judged path · `blocked`: a finding says that this is what is shut · `fails` for no reason that is known ·
 * `explained`: fails, but for reasons other than this port · `undecided`: no path fails, and some could not be judged ·
 * `unprobed`: nothing here is asked or tells.
 */
export type NeedVerdict = "works" | "blocked" | "fails" | "explained" | "undecided" | "unprobed";

export interface Evidence {
  readonly verdict: NeedVerdict;
  /** What was counted: probes between nodes, or agents that say whether they are connected. */
  readonly by: "probes" | "agents" | "nothing";
  readonly works: number;
  readonly blocked: number;
  readonly fails: number;
  readonly explained: number;
  readonly undecided: number;
  /** Sum of the above: paths that are or should be probed, or agents. */
  readonly total: number;
  /** Ids of the findings that claim the failing paths. */
  readonly findings: readonly string[];
  /** One node that every failing path starts or ends at; null when there is none such. */
  readonly hub: string | null;
  /** A few of the failing paths, or of the agents that are not connected. */
  readonly examples: readonly string[];
}

export interface FailingNeed {
  readonly need: string;
  readonly from: string;
  readonly to: string;
  readonly verdict: "blocked" | "fails" | "explained";
  /** Index into the report's findings; null when none claims the path. */
  readonly finding: number | null;
}
