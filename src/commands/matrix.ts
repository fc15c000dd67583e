import { heatMap } from "../analyse/heat/heat-map.ts";
import type { Request } from "../cli/request.ts";
import { reportDocument } from "../render/document.ts";
import { jsonChunks } from "../render/json.ts";
import { matrixText } from "../render/matrix.ts";
import { matrixCapacity } from "../render/matrix-grid.ts";
import type { RenderOptions } from "../render/options.ts";
import { yamlChunks } from "../render/yaml.ts";
import { throwCounted } from "./exec-refused.ts";
import type { ExitCode, Io } from "./io.ts";
import type { Look } from "./look.ts";
import { lookOver } from "./mesh-look.ts";
import { pageChunks } from "./page.ts";
import { readOptions, writeAll } from "./show.ts";

type MatrixRequest = Extract<Request, { kind: "matrix" }>;

export async function matrix(request: MatrixRequest, io: Io): Promise<ExitCode> {
  const seen = await lookOver(request, io, { everyProbe: true }).catch(throwCounted);
  await writeAll(matrixChunks(seen, request, readOptions(request, io, request.all)), io);
  return io.signal.aborted ? 130 : seen.report.exitCode;
}

/** A script reads the same document as `status --all` gives: every path, healthy ones too. */
export function matrixChunks(
  seen: Look,
  { by, format, scope }: Pick<MatrixRequest, "by" | "format" | "scope">,
  options: RenderOptions,
): Iterable<string> {
  const { facts, report } = seen;
  switch (format) {
    case "table":
      return matrixText(heatMap(facts, report, { by, scope, capacity: matrixCapacity(report, options) }), options);
    case "json":
      return jsonChunks(reportDocument(report, true));
    case "yaml":
      return yamlChunks(reportDocument(report, true));
    case "html":
      return pageChunks(seen, by, scope);
    default: {
      const never: never = format;
      return never;
    }
  }
}
