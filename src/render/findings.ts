import type { Finding } from "../model/report.ts";
import { shown } from "../model/visible-text.ts";
import type { Theme } from "./theme.ts";
import { counted } from "./units.ts";

const mostFindings = 10;
const mostAlternatives = 3;

/** Findings as blocks: what, why, how to make sure, how to mend it. */
export function findingLines(findings: readonly Finding[], look: Theme, dots: string): string[] {
  const lines = findings.slice(0, mostFindings).flatMap((finding) => ["", ...findingBlock(finding, look)]);
  const more = findings.length - mostFindings;
  return more > 0 ? [...lines, "", `${dots} and ${counted(more, "more finding")} (-o json lists them all)`] : lines;
}

/** One line: how bad, which rule, how sure, what. */
export function findingHead(finding: Finding, look: Theme): string {
  const paint = look.severity[finding.severity];
  const ignored = finding.ignored ? ", ignored" : "";
  return `${paint(finding.severity)}  ${look.strong(finding.id)}  (${finding.confidence}${ignored})  ${shown(finding.title)}`;
}

function findingBlock(finding: Finding, look: Theme): string[] {
  return [
    findingHead(finding, look),
    ...labelled(
      "because",
      finding.evidence.map((evidence) => shown(evidence.text)),
    ),
    ...labelled(
      "or",
      finding.alternatives.slice(0, mostAlternatives).map(({ id, why }) => `${id}: ${shown(why)}`),
    ),
    ...labelled(
      "confirm",
      finding.confirm.map(
        ({ command, expect }) => `${shown(command)}${expect === "" ? "" : look.faint(`   # ${shown(expect)}`)}`,
      ),
    ),
    ...labelled("fix", [finding.fix, finding.docs].filter((text) => text !== "").map(shown)),
  ];
}

/** `  because   …`, the word on the first line alone. */
function labelled(word: string, texts: readonly string[]): string[] {
  return texts.map((text, at) => `  ${(at === 0 ? word : "").padEnd(9)} ${text}`);
}
