import type { HealthReply } from "./health-json.ts";
import { readSummaryHead } from "./health-text-lines.ts";
import { readTree } from "./health-text-tree.ts";

/** `cilium-health status --verbose` since 1.17: the two head lines of the summary, then the tree. */
export function parseHealthVerbose(lines: readonly string[]): HealthReply {
  const head = lines.map(readSummaryHead).find((one) => one !== null);
  return { ...readTree(lines), timestamp: head?.timestamp ?? 0, probeIntervalNs: head?.probeIntervalNs ?? null };
}
