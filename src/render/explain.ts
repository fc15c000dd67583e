import type { Severity } from "../model/request.ts";
import { columns } from "./columns.ts";
import { apiVersion } from "./document.ts";
import { jsonChunks } from "./json.ts";
import type { RenderOptions } from "./options.ts";
import { theme } from "./theme.ts";
import { yamlChunks } from "./yaml.ts";

/** One cause of the catalogue, in words; `docs` is the address of Cilium's own page. */
export interface ExplainedRule {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly meaning: string;
  readonly apart: string;
  readonly confirm: string;
  readonly fix: string;
  readonly docs: string;
}

/** `closely`: the whole prose of each rule instead of a line. JSON and YAML carry it all in either case. */
export function explainChunks(
  rules: readonly ExplainedRule[],
  closely: boolean,
  format: "table" | "json" | "yaml",
  options: RenderOptions,
): Iterable<string> {
  if (format === "table") return closely ? rulePages(rules, options) : ruleTable(rules, options);
  const document = { apiVersion, kind: "Rules", rules };
  return format === "json" ? jsonChunks(document) : yamlChunks(document);
}

function* ruleTable(rules: readonly ExplainedRule[], options: RenderOptions): Generator<string> {
  const look = theme(options);
  const rows = rules.map(({ id, severity, title }) => [id, look.severity[severity](severity), title]);
  for (const line of columns(options.noHeaders ? [] : ["RULE", "SEVERITY", "TITLE"], rows)) yield `${line}\n`;
}

function* rulePages(rules: readonly ExplainedRule[], options: RenderOptions): Generator<string> {
  const look = theme(options);
  for (const rule of rules) {
    yield `${look.severity[rule.severity](rule.severity)}  ${look.strong(rule.id)}\n\n`;
    const parts = [
      ["title", rule.title],
      ["meaning", rule.meaning],
      ["told apart", rule.apart],
      ["confirm", rule.confirm],
      ["fix", rule.fix],
      ["page", rule.docs],
    ] as const;
    for (const [label, text] of parts) yield* paragraph(label, text, options.columns);
  }
}

const labelWidth = 12;
/** Longer lines are hard to read. */
const widest = 100;

/** The label on the first line, the text beside it, broken between words; what stands in backticks stays together. */
function* paragraph(label: string, text: string, width: number): Generator<string> {
  const room = Math.min(width, widest) - labelWidth;
  let line = "";
  let head = label;
  for (const [word] of text.matchAll(/[^\s`]*`[^`]*`[^\s`]*|\S+/g)) {
    if (line !== "" && line.length + 1 + word.length > room) {
      yield `${head.padEnd(labelWidth)}${line}\n`;
      [head, line] = ["", ""];
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  yield `${head.padEnd(labelWidth)}${line}\n`;
}
