import type { Check, CheckOutcome, CheckSuite } from "../model/check.ts";
import type { Report } from "../model/report.ts";
import { shown } from "../model/visible-text.ts";

const program = "kubectl-cilium-health";

/** JUnit XML as Jenkins, GitLab and GitHub's reporters read it: what could not be looked at is an error. */
export function* junitChunks(report: Report, suites: readonly CheckSuite[]): Generator<string> {
  const filled = suites.filter(({ checks }) => checks.length > 0);
  yield `<?xml version="1.0" encoding="UTF-8"?>\n`;
  yield `<testsuites name="${program}" ${counts(filled.flatMap(({ checks }) => checks))}>\n`;
  for (const { name, checks } of filled) {
    yield `  <testsuite name="${text(name)}" ${counts(checks)} timestamp="${text(report.generatedAt)}">\n`;
    for (const check of checks) yield testcase(name, check);
    yield "  </testsuite>\n";
  }
  yield "</testsuites>\n";
}

function counts(checks: readonly Check[]): string {
  const count = (outcome: CheckOutcome) => checks.filter((check) => check.outcome === outcome).length;
  return `tests="${checks.length}" failures="${count("failed")}" errors="${count("unseen")}" skipped="${count("skipped")}"`;
}

const elements = { failed: "failure", unseen: "error", skipped: "skipped" } as const;

/** The details are a failure's or an error's text; elsewhere they are the test's output. */
function testcase(suite: string, { name, outcome, message, details }: Check): string {
  const head = `    <testcase classname="${program}.${text(suite)}" name="${text(name)}"`;
  const lines = details.map(text).join("\n");
  const inner: string[] = [];
  if (outcome !== "passed") {
    const element = elements[outcome];
    const body = outcome === "skipped" ? "" : lines;
    const type = outcome === "skipped" ? "" : ` type="${outcome}"`;
    inner.push(`<${element}${type} message="${text(message)}"${body === "" ? "/>" : `>${body}</${element}>`}`);
  }
  const output = outcome === "passed" ? [text(message), lines] : outcome === "skipped" ? [lines] : [];
  const said = output.filter((part) => part !== "").join("\n");
  if (said !== "") inner.push(`<system-out>${said}</system-out>`);
  if (inner.length === 0) return `${head}/>\n`;
  return `${head}>\n${inner.map((one) => `      ${one}\n`).join("")}    </testcase>\n`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Text for an element or an attribute. What XML 1.0 cannot hold at all becomes U+FFFD. */
function text(raw: string): string {
  return shown(raw)
    .replace(/[\ud800-\udfff\ufffe\uffff]/gu, "\ufffd")
    .replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
