import type { Target } from "../../model/matrix.ts";
import type { Cells, Finding } from "../../model/report.ts";
import { isUnreachable } from "../../model/status.ts";

/** Whether a path is unreachable and counts: neither ignored nor claimed by an `info` finding. */
export function isOpenFailure(cells: Cells, findings: readonly Finding[], target: Target, cell: number): boolean {
  if (!isUnreachable(cells[target][cell])) return false;
  const finding = findings[(cells.claims[target][cell] ?? 0) - 1];
  return finding === undefined || !(finding.ignored || finding.severity === "info");
}
