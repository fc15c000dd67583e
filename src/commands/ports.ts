import { analysePorts } from "../analyse/ports/ports.ts";
import type { DocumentFormat, Request } from "../cli/request.ts";
import type { PortsReport } from "../model/ports.ts";
import { jsonChunks } from "../render/json.ts";
import type { RenderOptions } from "../render/options.ts";
import { portsDocument } from "../render/ports-document.ts";
import { portsTable } from "../render/ports-table.ts";
import { yamlChunks } from "../render/yaml.ts";
import { ExecRefused } from "./exec-refused.ts";
import type { ExitCode, Io } from "./io.ts";
import { type Look, look } from "./look.ts";
import { readOptions, writeAll } from "./show.ts";

/** What must be open. Where no agent may be asked, what cilium-config says is shown before it is said so. */
export async function ports(request: Extract<Request, { kind: "ports" }>, io: Io): Promise<ExitCode> {
  const show = async ({ facts, report }: Look) => {
    const needed = analysePorts(facts, report, request.scope);
    await writeAll(portsChunks(needed, request.format, readOptions(request, io, true)), io);
    return needed.exitCode;
  };
  const seen = await look(request, io).catch(async (error: unknown) => {
    if (error instanceof ExecRefused) await show(error.seen);
    throw error;
  });
  const code = await show(seen);
  return io.signal.aborted ? 130 : code;
}

export function portsChunks(needed: PortsReport, format: DocumentFormat, options: RenderOptions): Iterable<string> {
  switch (format) {
    case "table":
      return portsTable(needed, options);
    case "json":
      return jsonChunks(portsDocument(needed));
    case "yaml":
      return yamlChunks(portsDocument(needed));
    default: {
      const never: never = format;
      return never;
    }
  }
}
