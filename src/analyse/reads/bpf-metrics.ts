import { isRecord, numberOf, readJson, textAt } from "./json.ts";

/** One reason's packets since the map was made: a count read once says that it happened, not when. */
export interface PacketCount {
  /** Cilium's own words: `Success`, `Policy denied`, `CT: Map insertion failed`, … */
  readonly reason: string;
  /** `ingress` or `egress`. */
  readonly direction: string;
  readonly packets: number;
}

/**
 * `cilium-dbg bpf metrics list -o json`. Newer agents print a row for each reason, direction and source line, older
 * ones a row for each reason with `values` by direction (cilium-dbg/cmd/bpf_metrics_list.go). null when the text is
 * neither, or an empty list: a datapath that forwards anything counts it.
 */
export function readBpfMetrics(text: string): readonly PacketCount[] | null {
  const json = readJson(text);
  if (!Array.isArray(json)) return null;
  const counts = json.filter(isRecord).flatMap((row) => countsOf(row));
  return counts.length === 0 ? null : counts;
}

function countsOf(row: Readonly<Record<string, unknown>>): PacketCount[] {
  const reason = textAt(row, "description") || textAt(row, "reason");
  const values = row["values"];
  if (reason === "") return [];
  if (!isRecord(values)) return [{ reason, direction: lower(row, "direction"), packets: numberOf(row, "packets") }];
  return Object.entries(values).flatMap(([direction, value]) =>
    isRecord(value) ? [{ reason, direction: direction.toLowerCase(), packets: numberOf(value, "packets") }] : [],
  );
}

function lower(row: Readonly<Record<string, unknown>>, key: string): string {
  return textAt(row, key).toLowerCase();
}

/** Packets of all rows whose reason matches, in both directions. */
export function packetsBecause(counts: readonly PacketCount[], reason: RegExp): number {
  return counts.reduce((sum, count) => (reason.test(count.reason) ? sum + count.packets : sum), 0);
}

/** pkg/monitor/api/drop.go: 133 `Policy denied`, 181 `Policy denied by denylist`, before 1.6 also `(L3)` and `(L4)`. */
export const policyDenied = /^policy denied/i;
