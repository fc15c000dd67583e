import { shown } from "../model/visible-text.ts";
import { columns } from "./columns.ts";
import { apiVersion } from "./document.ts";
import { jsonChunks } from "./json.ts";
import type { RenderOptions } from "./options.ts";
import { theme } from "./theme.ts";
import { yamlChunks } from "./yaml.ts";

export interface AccessRow {
  readonly verb: string;
  readonly resource: string;
  /** "" for the whole cluster. */
  readonly namespace: string;
  readonly needed: boolean;
  readonly answer: "allowed" | "denied" | "unanswered";
  readonly reason: string;
  /** What is lost without it. */
  readonly without: string;
}

export interface AccessReport {
  readonly namespace: string;
  readonly granted: boolean;
  readonly complete: boolean;
  readonly rows: readonly AccessRow[];
  /** Command lines that are ever run in an agent. */
  readonly commands: readonly string[];
  /** What single commands run beside these, where somebody asks for it; words in capitals vary. */
  readonly optIn: readonly { readonly command: string; readonly lines: readonly string[] }[];
  /** YAML for `kubectl apply -f -`. */
  readonly manifest: string;
  /** YAML: an admission policy that allows this user these command lines alone. */
  readonly admissionPolicy: string;
}

export function accessChunks(
  report: AccessReport,
  format: "table" | "json" | "yaml",
  options: RenderOptions,
): Iterable<string> {
  if (format === "table") return accessTable(report, options);
  const document = { apiVersion, kind: "Access", ...report };
  return format === "json" ? jsonChunks(document) : yamlChunks(document);
}

/** The table, then the manifest: from the first `apiVersion:` line on it can be piped into kubectl. */
function* accessTable(report: AccessReport, options: RenderOptions): Generator<string> {
  const look = theme(options);
  const paint = { allowed: look.good, denied: look.bad, unanswered: look.doubtful };
  const rows = report.rows.map((row) => [
    paint[row.answer](row.answer),
    row.needed ? "needed" : "optional",
    row.verb,
    row.resource,
    row.namespace || "(cluster)",
    row.answer === "allowed" ? "" : `without: ${row.without}${row.reason === "" ? "" : ` (${shown(row.reason)})`}`,
  ]);
  const headings = options.noHeaders ? [] : ["ANSWER", "RIGHT", "VERB", "RESOURCE", "NAMESPACE", ""];
  for (const line of columns(headings, rows)) yield `${line}\n`;
  if (options.noHeaders) return;
  yield `\n${summaryOf(report)}\n\nCommands run in the agents' pods, and no others but by exec:\n`;
  for (const command of report.commands) yield `  ${command}\n`;
  for (const { command, lines } of report.optIn) {
    yield `Run by ${optInWords[command] ?? command} alone:\n`;
    for (const line of lines) yield `  ${line}\n`;
  }
  yield "(-o json and -o yaml have an admission policy that allows the first of these alone, as admissionPolicy;\n--include drops,locate adds the others.)\n";
  yield "(exec -- CMD runs a command of your own beside them: it needs exec without such a policy.)\n";
  yield `\nThe rights as a manifest (kubectl apply -f -):\n\n${report.manifest}`;
}

/** How people call for them. */
const optInWords: Readonly<Record<string, string>> = {
  drops: "kubectl cilium-health drops",
  locate: "kubectl cilium-health pair --locate",
};

function summaryOf(report: AccessReport): string {
  if (report.complete) return "This user has every right the reading commands use.";
  if (report.granted) return "This user can read reachability; some evidence for the diagnosis is missing.";
  return "This user cannot read reachability: a needed right is missing.";
}
