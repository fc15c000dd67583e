import { checksOf } from "../analyse/summary/checks.ts";
import type { Request, StatusFormat } from "../cli/request.ts";
import type { Report } from "../model/report.ts";
import type { FailOn, Scope } from "../model/request.ts";
import { reportDocument } from "../render/document.ts";
import { jsonChunks } from "../render/json.ts";
import { junitChunks } from "../render/junit.ts";
import { markdownChunks } from "../render/markdown.ts";
import { nameChunks } from "../render/name.ts";
import type { RenderOptions } from "../render/options.ts";
import { prometheusChunks } from "../render/prometheus.ts";
import { statusTable } from "../render/status-table.ts";
import { yamlChunks } from "../render/yaml.ts";
import { ExecRefused, throwCounted } from "./exec-refused.ts";
import type { ExitCode, Io } from "./io.ts";
import type { Detail, Look } from "./look.ts";
import { lookOver } from "./mesh-look.ts";
import { pageChunks } from "./page.ts";
import { renderOptions, writeAll } from "./show.ts";

export async function status(request: Extract<Request, { kind: "status" }>, io: Io): Promise<ExitCode> {
  if (request.watch !== null) {
    return (await import("./watch.ts")).watch(request, request.watch, io).catch(throwCounted);
  }
  const show = (seen: Look) => writeAll(shownChunks(seen, request, renderOptions(request.show, io, request.all)), io);
  const seen = await lookOver(request, io, detailOf(request)).catch(async (error: unknown) => {
    // Where no agent may be asked, what the API alone shows is still worth its lines: nodes and agents that are down.
    if (error instanceof ExecRefused && error.seen.report.findings.length > 0) await show(error.seen);
    return throwCounted(error);
  });
  await show(seen);
  return io.signal.aborted ? 130 : seen.report.exitCode;
}

/** Formats that show of each probe, or of each agent, how long it took and how old it is. */
const everyProbeFormats: readonly StatusFormat[] = ["wide", "html", "prometheus"];

export function detailOf({ all, format }: Detailed): Partial<Detail> {
  return { everyProbe: all || everyProbeFormats.includes(format) };
}

type Detailed = Pick<Extract<Request, { kind: "status" }>, "all" | "format">;

/** What was looked at in the format asked for; the page alone needs more than the report. */
export function shownChunks(
  seen: Look,
  { format, scope, failOn }: { readonly format: StatusFormat; readonly scope: Scope; readonly failOn: FailOn },
  options: RenderOptions,
): Iterable<string> {
  return format === "html" ? pageChunks(seen, "status", scope) : statusChunks(seen.report, format, options, failOn);
}

export function statusChunks(
  report: Report,
  format: Exclude<StatusFormat, "html">,
  options: RenderOptions,
  failOn: FailOn = "warning",
): Iterable<string> {
  switch (format) {
    case "table":
    case "wide":
      return statusTable(report, options, format === "wide");
    case "json":
      return jsonChunks(reportDocument(report, options.all));
    case "yaml":
      return yamlChunks(reportDocument(report, options.all));
    case "name":
      return nameChunks(report);
    case "markdown":
      return markdownChunks(report, options);
    case "junit":
      return junitChunks(report, checksOf(report, failOn));
    case "prometheus":
      return prometheusChunks(report);
    default: {
      const never: never = format;
      return never;
    }
  }
}
