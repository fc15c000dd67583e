import type { Report } from "../model/report.ts";
import { shown } from "../model/visible-text.ts";

/** `node/<name>` of every node a finding names, once, as `kubectl … -o name` prints. */
export function* nameChunks(report: Report): Generator<string> {
  const named = new Set(report.findings.filter((finding) => !finding.ignored).flatMap((finding) => finding.nodes));
  for (const node of report.nodes) if (named.has(node.name)) yield `node/${shown(node.name)}\n`;
}
