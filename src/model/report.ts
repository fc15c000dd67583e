import type { CaptureId, ConfirmingCaptureId } from "./capture.ts";
import type { Source } from "./facts.ts";
import type { Matrix, Target } from "./matrix.ts";
import type { Severity } from "./request.ts";
import type { PathCounts } from "./status.ts";

/** REPORT: the whole input of every renderer. Public JSON is one projection of it. */
export interface Report {
  /** RFC 3339. */
  readonly generatedAt: string;
  /** The agents' own time of the capture, RFC 3339; "" when nobody answered. */
  readonly takenAt: string;
  readonly source: Source;
  /** True when the run was interrupted or hit its deadline: what is shown is what was known. */
  readonly partial: boolean;
  readonly cilium: CiliumSettings;
  readonly coverage: Coverage;
  readonly summary: Summary;
  readonly nodes: readonly ReportNode[];
  readonly cells: Cells;
  readonly findings: readonly Finding[];
  readonly unexplained: number;
  readonly exitCode: 0 | 1 | 3;
}

export interface CiliumSettings {
  readonly versions: readonly string[];
  readonly routingMode: string;
  readonly tunnelProtocol: string;
  readonly encryption: string;
  /** null when it could not be told. */
  readonly healthChecking: boolean | null;
  readonly endpointHealthChecking: boolean | null;
}

/** Counts are of this cluster's nodes and agents. */
export interface Coverage {
  readonly nodes: number;
  readonly agents: number;
  readonly answered: number;
  readonly failed: readonly CoverageFailure[];
  readonly unasked: readonly { readonly node: string; readonly reason: string }[];
  /** Things that could not be read and whose absence narrows the diagnosis, as sentences. */
  readonly notes: readonly string[];
  /** The other clusters whose contexts were named; absent where none was. */
  readonly clusters?: readonly ClusterCoverage[];
  /** Agents that counted their good probes instead of telling each; null where every one told them. */
  readonly counted: CountedAgents | null;
}

/** Another cluster of the mesh that this run was told to ask. */
export interface ClusterCoverage {
  readonly context: string;
  /** Cilium's name of it, "" where it could not be read. */
  readonly cluster: string;
  readonly agents: number;
  readonly answered: number;
  /** Why it could not be looked at, "" where it was. */
  readonly problem: string;
}

/** Of their good probes no latency is known but of some, and no age but the most it may be. */
export interface CountedAgents {
  readonly agents: number;
  /** Nanoseconds that none of the counted probes is older than. */
  readonly mostAgeNs: number;
}

export interface CoverageFailure {
  readonly node: string;
  readonly pod: string;
  readonly reason: string;
  readonly message: string;
  readonly capture: CaptureId;
}

export type Verdict = "healthy" | "unhealthy" | "incomplete" | "unknown";

export interface Summary {
  readonly verdict: Verdict;
  /** Id of the first finding when it is a warning or worse. */
  readonly cause: string | null;
  /** Ordered pairs from ≠ to, by target. */
  readonly pairs: { readonly [target in Target]: PathCounts };
  /** Ordered pairs of which at least one looked-at target is unreachable, and how many pairs there are. */
  readonly unreachablePairs: number;
  readonly totalPairs: number;
  /** The one node that every unreachable pair starts or ends at; null when there is none such, or several. */
  readonly hub: string | null;
  /** Nanoseconds: age of the newest and the oldest probe; null when no time is known. */
  readonly newestProbeNs: number | null;
  readonly oldestProbeNs: number | null;
}

export interface Tally {
  readonly reachable: number;
  readonly total: number;
}

export interface ReportNode {
  /** Row and column of `cells`. */
  readonly index: number;
  readonly name: string;
  readonly cluster: string;
  readonly remote: boolean;
  /** Has a Kubernetes Node; null where the Nodes could not be read. */
  readonly known: boolean | null;
  readonly zone: string;
  readonly ip: string;
  readonly healthIP: string;
  readonly podCIDRs: readonly string[];
  readonly agent: ReportAgent | null;
  /** Of the others' paths to this node; `total` leaves out unasked agents and targets that are off. */
  readonly in: { readonly [target in Target]: PathCounts };
  readonly out: { readonly [target in Target]: PathCounts };
  readonly latency: { readonly icmpMedianNs: number | null; readonly httpMedianNs: number | null };
  readonly oldestProbeNs: number | null;
}

/** `ok` answered · `failed` asked without a usable row · `down` not running · `none` no agent pod where one is due · `warming-up` no cycle yet. */
export type AgentState = "ok" | "failed" | "down" | "none" | "not-due" | "warming-up";

export interface ReportAgent {
  readonly pod: string;
  readonly version: string;
  readonly state: AgentState;
  readonly restarts: number;
  readonly endpoints: { readonly ready: number; readonly total: number } | null;
}

/** The joined matrix as codes (`cellStatus`), row-major by node index, and which finding claims a cell. */
export interface Cells {
  readonly size: number;
  readonly host: Uint8Array;
  readonly endpoint: Uint8Array;
  /** 0 unclaimed, else finding index + 1. */
  readonly claims: { readonly host: Uint16Array; readonly endpoint: Uint16Array };
  readonly matrix: Matrix;
  /** Agents' clocks by node index, epoch milliseconds; 0 unknown. */
  readonly clocks: Float64Array;
  /** Epoch milliseconds of a row's report, used where probes carry no time of their own; 0 unknown. */
  readonly timestamps: Float64Array;
}

export type Confidence = "confirmed" | "likely" | "possible";

export interface Evidence {
  readonly text: string;
  readonly node: string | null;
  readonly capture: CaptureId | null;
}

/** A command that would confirm or refute, for the reader to paste. */
export interface Confirmation {
  readonly node: string | null;
  readonly argv: readonly string[];
  readonly command: string;
  /** What its output shows if the finding is right. */
  readonly expect: string;
}

export interface Finding {
  readonly id: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly ignored: boolean;
  readonly title: string;
  readonly nodes: readonly string[];
  readonly pathCount: number;
  readonly evidence: readonly Evidence[];
  readonly alternatives: readonly { readonly id: string; readonly why: string }[];
  readonly confirm: readonly Confirmation[];
  readonly fix: string;
  readonly docs: string;
}

/** A capture that a rule wants from a node in the second round. */
export interface Want {
  readonly node: string;
  readonly capture: ConfirmingCaptureId;
}
