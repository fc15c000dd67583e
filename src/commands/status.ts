import type { Request, StatusFormat } from "../cli/request.ts";
import type { Report } from "../model/report.ts";
import { reportDocument } from "../render/document.ts";
import { jsonChunks } from "../render/json.ts";
import { nameChunks } from "../render/name.ts";
import type { RenderOptions } from "../render/options.ts";
import { statusTable } from "../render/status-table.ts";
import { yamlChunks } from "../render/yaml.ts";
import type { ExitCode, Io } from "./io.ts";
import { look } from "./look.ts";
import { renderOptions, writeAll } from "./show.ts";

export async function status(request: Extract<Request, { kind: "status" }>, io: Io): Promise<ExitCode> {
  const { report } = await look(request, io);
  await writeAll(statusChunks(report, request.format, renderOptions(request.show, io, request.all)), io);
  return io.signal.aborted ? 130 : report.exitCode;
}

export function statusChunks(report: Report, format: StatusFormat, options: RenderOptions): Iterable<string> {
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
    default: {
      const never: never = format;
      return never;
    }
  }
}
