import { analyse } from "../../src/analyse/analyse.ts";
import type { Facts } from "../../src/model/facts.ts";
import type { Finding, Report } from "../../src/model/report.ts";
import { complaints, stepComplaints } from "./sound.ts";

/** The report of some facts with nothing filtered or ignored. Throws where a finding of it is unsound, whatever it says. */
export function reportOf(facts: Facts): Report {
  const unsound: string[] = [];
  const report = analyse(facts, {
    scope: { nodes: [], zones: [], target: null, protocol: null },
    failOn: "warning",
    ignores: [],
    generatedAt: "2031-05-02T09:20:05Z",
    partial: false,
    spell: (step) => {
      unsound.push(...stepComplaints(facts, step));
      const { node, argv } = step;
      return { argv, command: node === null ? `kubectl ${argv.join(" ")}` : `on ${node}: ${argv.join(" ")}` };
    },
  });
  unsound.push(...report.findings.flatMap(complaints));
  if (unsound.length > 0) throw new Error(unsound.join("\n"));
  return report;
}

export function findingsOf(facts: Facts): readonly Finding[] {
  return reportOf(facts).findings;
}

export function idsOf(facts: Facts): string[] {
  return findingsOf(facts).map((finding) => finding.id);
}
