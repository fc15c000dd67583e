import type { AddressProbes, HealthNode, ProbeResult } from "./health-json.ts";
import { parseGoDuration, parseTime } from "./time.ts";

/** What the text forms of `cilium-health status` share (pkg/health/client/client.go, Cilium 1.4 to 1.20). */

/** The head of a summary: when the report was made, and from 1.18 on how often one is. */
export interface SummaryHead {
  /** Epoch milliseconds, 0 when it cannot be read. */
  readonly timestamp: number;
  /** Nanoseconds, null before 1.18. */
  readonly probeIntervalNs: number | null;
}

/** People who paste a report often cut the time off. */
const summaryHead = /^\s*Cluster health:\s+\d+\/\d+ reachable\b(?:\s+\(([^)]*)\)(?:\s+\(Probe interval: ([^)]*)\))?)?/;

export function readSummaryHead(line: string): SummaryHead | null {
  const match = summaryHead.exec(line);
  if (match === null) return null;
  const [, time = "", interval] = match;
  return { timestamp: parseTime(time), probeIntervalNs: interval === undefined ? null : parseGoDuration(interval) };
}

export const localMark = " (localhost)";

/** `Unavailable`, `<nil>` and nothing are no address. */
export function readAddress(text: string): string {
  return /^[0-9A-Fa-f:.]{2,45}$/.test(text) ? text : "";
}

/** `OK, RTT=831.2µs`, or the reason of a failure; from 1.18 on with `(Last probed: …)` behind it. */
export function readLeaf(text: string): ProbeResult {
  const [, said = "", probed = ""] = /^(.*?)\s*(?:\(Last probed: ([^)]*)\))?$/.exec(text.trim()) ?? [];
  const lastProbed = Math.floor(parseTime(probed) / 1000);
  const [, rtt] = /^OK, RTT=(\S+)$/.exec(said) ?? [];
  if (rtt === undefined) return { status: said === "" ? "no reason given" : said, latencyNs: 0, lastProbed };
  return { status: "", latencyNs: parseGoDuration(rtt) ?? 0, lastProbed };
}

/** A summary's cells: columns are padded to three blanks or more. */
export function cellsOf(line: string): string[] {
  return line.trim().split(/\s{2,}/);
}

export const reachableProbes = { icmp: succeeded(), http: succeeded() } as const;

/** A summary tells neither protocol nor reason. */
export const unreachableProbes = {
  icmp: null,
  http: { status: "unreachable (this form of the report gives no reason)", latencyNs: 0, lastProbed: 0 },
} as const;

export const unknownProbes = { icmp: null, http: null } as const;

function succeeded(): ProbeResult {
  return { status: "", latencyNs: 0, lastProbed: 0 };
}

/** The node being read, filled while its lines come. */
export interface NodeDraft {
  readonly name: string;
  host: AddressProbes[] | null;
  endpoint: AddressProbes[] | null;
}

export function finishNode({ name, host, endpoint }: NodeDraft): HealthNode {
  return { name, host, endpoint };
}
