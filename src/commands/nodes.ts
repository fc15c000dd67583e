import { compareNodes } from "../analyse/nodes/compare.ts";
import type { NodesFormat, Request } from "../cli/request.ts";
import type { NodesReport } from "../model/nodes.ts";
import { jsonChunks } from "../render/json.ts";
import { nodesDocument } from "../render/nodes-document.ts";
import { nodesTable } from "../render/nodes-table.ts";
import type { RenderOptions } from "../render/options.ts";
import { yamlChunks } from "../render/yaml.ts";
import { ExecRefused } from "./exec-refused.ts";
import type { ExitCode, Io } from "./io.ts";
import type { Look } from "./look.ts";
import { lookOver } from "./mesh-look.ts";
import { readOptions, writeAll } from "./show.ts";

/** The lists compared. Where no agent may be asked, what the API alone shows is shown before it is said so. */
export async function nodes(request: Extract<Request, { kind: "nodes" }>, io: Io): Promise<ExitCode> {
  const show = async ({ facts, report }: Look) => {
    const compared = compareNodes(facts, report, request);
    await writeAll(nodesChunks(compared, request.format, readOptions(request, io, request.all)), io);
    return compared.exitCode;
  };
  const seen = await lookOver(request, io, { everyProbe: true, nodeLists: "of-all" }).catch(async (error: unknown) => {
    if (error instanceof ExecRefused) await show(error.seen);
    throw error;
  });
  const code = await show(seen);
  return io.signal.aborted ? 130 : code;
}

export function nodesChunks(compared: NodesReport, format: NodesFormat, options: RenderOptions): Iterable<string> {
  switch (format) {
    case "table":
    case "wide":
      return nodesTable(compared, options, format === "wide");
    case "json":
      return jsonChunks(nodesDocument(compared));
    case "yaml":
      return yamlChunks(nodesDocument(compared));
    default: {
      const never: never = format;
      return never;
    }
  }
}
