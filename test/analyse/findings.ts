import { analyse } from "../../src/analyse/analyse.ts";
import type { Facts } from "../../src/model/facts.ts";
import type { Finding, Report } from "../../src/model/report.ts";

/** The report of some facts with nothing filtered or ignored. */
export function reportOf(facts: Facts): Report {
  return analyse(facts, {
    scope: { nodes: [], zones: [], target: null, protocol: null },
    failOn: "warning",
    ignores: [],
    generatedAt: "2031-05-02T09:20:05Z",
    partial: false,
    spell: ({ node, argv }) => (node === null ? `kubectl ${argv.join(" ")}` : `on ${node}: ${argv.join(" ")}`),
  });
}

export function findingsOf(facts: Facts): readonly Finding[] {
  return reportOf(facts).findings;
}

export function idsOf(facts: Facts): string[] {
  return findingsOf(facts).map((finding) => finding.id);
}
