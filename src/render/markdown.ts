import type { Finding, Report } from "../model/report.ts";
import { shown } from "../model/visible-text.ts";
import type { RenderOptions } from "./options.ts";
import { headLine, pairLines, unheardLines } from "./overview.ts";
import { nodeTable } from "./status-table.ts";
import { theme } from "./theme.ts";

/** To be pasted into an incident or a ticket: verdict, node table, and the findings with their commands. */
export function* markdownChunks(report: Report, options: RenderOptions): Generator<string> {
  const plain: RenderOptions = { ...options, colorLevel: 0, noHeaders: false };
  const look = theme(plain);
  const dots = options.ascii ? "..." : "…";
  yield `## Cilium health: ${report.summary.verdict}\n\n`;
  yield `${prose(headLine(report))}\n\n`;
  const lines = [...pairLines(report, look), ...unheardLines(report, dots)];
  for (const line of lines) yield `- ${prose(line)}\n`;
  if (lines.length > 0) yield "\n";
  yield* table(report, plain, dots);
  for (const finding of report.findings) yield* findingText(finding);
  yield `\n_${prose(`Taken ${report.takenAt || report.generatedAt} by kubectl cilium-health`)}_\n`;
}

function* table(report: Report, options: RenderOptions, dots: string): Generator<string> {
  const { headings, rows, rest } = nodeTable(report, options, false);
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => prose(cell.replace(/ +/g, " "))).join(" | ")} |\n`;
  yield line(headings);
  yield `|${headings.map(() => "---").join("|")}|\n`;
  for (const row of rows) yield line(row);
  if (rest !== "") yield `\n${prose(`${dots} ${rest}`)}\n`;
}

function* findingText(finding: Finding): Generator<string> {
  const { id, severity, confidence, ignored, title, evidence, alternatives, confirm, fix, docs } = finding;
  yield `\n### ${severity}: ${prose(shown(title))}\n\n`;
  yield `${code(id)} (${confidence}${ignored ? ", ignored" : ""})\n\n`;
  for (const { text } of evidence) yield `- ${prose(shown(text))}\n`;
  for (const other of alternatives) yield `- or ${code(other.id)}: ${prose(shown(other.why))}\n`;
  for (const { command, expect } of confirm) {
    yield `\nConfirm${expect === "" ? "" : ` (${prose(shown(expect))})`}:\n\n${block(shown(command))}`;
  }
  if (fix !== "") yield `\n**Fix:** ${prose(shown(fix))}\n`;
  if (docs !== "") yield `\n<${docs}>\n`;
}

/** Text that says what it says: nothing in it is markup, a table's border, HTML, or a heading. */
function prose(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\\`*_[\]|~]/g, "\\$&")
    .replace(/^(\s*)([#+-])/, "$1\\$2");
}

function code(text: string): string {
  return `\`${text.replaceAll("`", "'")}\``;
}

/** A fenced block; the fence is longer than any run of backticks in it. */
function block(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}sh\n${text}\n${fence}\n`;
}
