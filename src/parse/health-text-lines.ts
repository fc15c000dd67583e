import type { ProbeResult } from "./health-json.ts";
import { parseGoDuration, parseTime } from "./time.ts";

/** What the text forms of `cilium-health status` share (pkg/health/client/client.go, Cilium 1.4 to 1.20). */

/** The head of a summary: when the report was made, and from 1.18 on how often one is. */
export interface SummaryHead {
  readonly reachable: number;
  readonly total: number;
  /** Epoch milliseconds, 0 when it cannot be read. */
  readonly timestamp: number;
  /** Nanoseconds, null before 1.18. */
  readonly probeIntervalNs: number | null;
}

/** People who paste a report often cut the time off. */
const summaryHead =
  /^\s*Cluster health:\s+(\d+)\/(\d+) reachable\b(?:\s+\(([^)]*)\)(?:\s+\(Probe interval: ([^)]*)\))?)?/;

export function readSummaryHead(line: string): SummaryHead | null {
  const match = summaryHead.exec(line);
  if (match === null) return null;
  const [, reachable, total, time = "", interval] = match;
  return {
    reachable: Number(reachable),
    total: Number(total),
    timestamp: parseTime(time),
    probeIntervalNs: interval === undefined ? null : parseGoDuration(interval),
  };
}

/** Where a report begins, in any of its text forms. */
export function isHead(line: string): boolean {
  return /^\s*(?:Probe time|Cluster health):/.test(line);
}

/** `...`, `(...)`, `[…]`: whoever pasted the report left lines out, or Cilium did, which lists ten nodes at most. */
export function isElision(line: string): boolean {
  return /^\s*[[(<]?\s*(?:\.{3,}|…|snip)\s*[\])>]?\s*$/.test(line);
}

export const localMark = " (localhost)";

/** `Unavailable`, `<nil>` and nothing are no address. */
export function readAddress(text: string): string {
  return /^[0-9A-Fa-f:.]{2,45}$/.test(text) ? text : "";
}

/** `OK, RTT=831.2µs`, or the reason of a failure; from 1.18 on with `(Last probed: …)` behind it. A bare `OK` is one. */
export function readLeaf(text: string): ProbeResult {
  const [, said = "", probed = ""] = /^(.*?)\s*(?:\(Last probed: ([^)]*)\))?$/.exec(text.trim()) ?? [];
  const lastProbed = Math.floor(parseTime(probed) / 1000);
  const [isOk, rtt = ""] = /^OK\b(?:,? RTT=(\S+))?/.exec(said) ?? [];
  if (isOk === undefined) return { status: said === "" ? "no reason given" : said, latencyNs: 0, lastProbed };
  return { status: "", latencyNs: parseGoDuration(rtt) ?? 0, lastProbed };
}

/** One line of a summary: name, addresses, and what is said of the node and of its endpoint. */
export interface SummaryRow {
  readonly name: string;
  readonly isLocal: boolean;
  /** As printed, joined by commas; "" when there is none. */
  readonly ips: string;
  readonly host: string;
  readonly endpoint: string;
}

/** Columns are padded to three blanks or more, but a copy may have kept one: no cell holds any. `said` has no groups. */
export function summaryRow(said: RegExp): (line: string) => SummaryRow | null {
  const { source } = said;
  const row = new RegExp(`^\\s*(\\S+)( \\(localhost\\))?(?:\\s+(\\S+))?\\s+(${source})\\s+(${source})\\s*$`);
  return (line) => {
    const [, name, mark, ips = "", host = "", endpoint = ""] = row.exec(line) ?? [];
    return name === undefined ? null : { name, isLocal: mark === localMark, ips, host, endpoint };
  };
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
