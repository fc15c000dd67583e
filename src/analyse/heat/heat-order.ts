import { targets } from "../../model/matrix.ts";
import type { Cells, Report, ReportNode } from "../../model/report.ts";
import { noPath } from "../../model/status.ts";
import { compareNames } from "../summary/coverage.ts";

/** A node as a row and a column of a heat map. */
export interface HeatNode {
  readonly node: ReportNode;
  readonly heading: string;
  readonly trouble: number;
  readonly isFrom: boolean;
  readonly isTo: boolean;
}

/** Nodes that a path starts or ends at, so that shapes show: this cluster first, by zone, then the worst first. */
export function heatOrder(report: Report): HeatNode[] {
  const { starts, ends } = pathEnds(report.cells);
  return report.nodes
    .map((node) => ({
      node,
      heading: headingOf(node),
      trouble: troubleOf(node, report.summary.hub),
      isFrom: starts[node.index] === 1,
      isTo: ends[node.index] === 1,
    }))
    .filter(({ isFrom, isTo }) => isFrom || isTo)
    .sort(
      (a, b) =>
        Number(a.node.remote) - Number(b.node.remote) ||
        compareNames(a.heading, b.heading) ||
        b.trouble - a.trouble ||
        compareNames(a.node.name, b.node.name),
    );
}

function headingOf(node: ReportNode): string {
  if (!node.remote) return node.zone;
  return node.zone === "" ? node.cluster : `${node.cluster}/${node.zone}`;
}

/** Where every broken path starts or ends at one node, the others are in no trouble of their own. */
function troubleOf(node: ReportNode, hub: string | null): number {
  const sum = (status: "unreachable" | "unknown" | "stale" | "unasked") =>
    targets.reduce((count, target) => count + node.in[target][status] + node.out[target][status], 0);
  const broken = hub !== null && hub !== node.name ? 0 : sum("unreachable");
  const unheard = node.agent === null || node.agent.state === "ok" || node.agent.state === "not-due" ? 0 : 1;
  const ownDoubt = targets.reduce((count, target) => count + node.out[target].unknown + node.out[target].stale, 0);
  return broken * 1e8 + unheard * 1e7 + Math.min(ownDoubt, 1e6);
}

function pathEnds(cells: Cells): { starts: Uint8Array; ends: Uint8Array } {
  const starts = new Uint8Array(cells.size);
  const ends = new Uint8Array(cells.size);
  for (const target of targets) {
    for (let from = 0; from < cells.size; from++) {
      for (let to = 0; to < cells.size; to++) {
        if ((cells[target][from * cells.size + to] ?? noPath) === noPath) continue;
        starts[from] = 1;
        ends[to] = 1;
      }
    }
  }
  return { starts, ends };
}
