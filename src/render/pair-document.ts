import type { Location } from "../model/locate.ts";
import { targets } from "../model/matrix.ts";
import type { PairReport } from "../model/pair.ts";
import { apiVersion } from "./document.ts";
import { publicPath } from "./public-paths.ts";

/** The public document of `pair A B`: every path between the two, both ways, healthy ones too. */
export function pairDocument(pair: PairReport): Record<string, unknown> {
  const { report, a, b } = pair;
  const paths = [
    [a, b],
    [b, a],
  ].flatMap(([from, to]) =>
    targets.flatMap((target) => {
      const path = from && to ? publicPath(report.cells, from.node, to.node, target) : null;
      return path === null ? [] : [{ ...path, finding: placeOf(pair, path.finding) }];
    }),
  );
  return {
    apiVersion,
    kind: "Pair",
    generatedAt: report.generatedAt,
    takenAt: report.takenAt === "" ? null : report.takenAt,
    source: report.source,
    a: a.node.name,
    b: b.node.name,
    paths,
    location: pair.location === null ? null : locationDocument(pair.location),
    settings: pair.settings,
    findings: pair.findings,
    notes: pair.notes,
  };
}

function locationDocument({ path, ...rest }: Location) {
  return { ...path, ...rest };
}

/** A report's finding index as an index into this document's findings. */
function placeOf(pair: PairReport, index: number | null): number | null {
  const finding = index === null ? undefined : pair.report.findings[index];
  return finding === undefined ? null : pair.findings.indexOf(finding);
}
