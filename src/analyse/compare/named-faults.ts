import type { LineStatus } from "../../model/check-report.ts";
import type { Finding } from "../../model/report.ts";
import type { Answer, CheckScene } from "../check.ts";

/** The first finding of these ids that names a node; null when none does. The rules judged already: a check asks them. */
export function namedFault({ scene, findings }: CheckScene, node: number, ids: readonly string[]): Finding | null {
  const name = scene.nodes[node]?.name ?? "";
  return findings.find((finding) => ids.includes(finding.id) && finding.nodes.includes(name)) ?? null;
}

/** How bad a line is whose fault a finding names: what harms nothing is a warning at most. */
export function statusOf({ severity }: Finding): LineStatus {
  return severity === "error" ? "failed" : "warning";
}

/** The line of a fault that a finding names. */
export function faultAnswer(finding: Finding, node: number, text: string): Answer {
  return { node, status: statusOf(finding), text, id: finding.id, fix: finding.fix };
}
