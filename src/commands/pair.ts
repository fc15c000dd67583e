import { analysePair } from "../analyse/summary/pair.ts";
import type { Request } from "../cli/request.ts";
import { HealthError } from "../model/errors.ts";
import { jsonChunks } from "../render/json.ts";
import { pairDocument } from "../render/pair-document.ts";
import { pairTable } from "../render/pair-table.ts";
import { yamlChunks } from "../render/yaml.ts";
import type { ExitCode, Io } from "./io.ts";
import { lookOver } from "./mesh-look.ts";
import { renderOptions, writeAll } from "./show.ts";

export async function pair(request: Extract<Request, { kind: "pair" }>, io: Io): Promise<ExitCode> {
  const { facts, report } = await lookOver(request, io, { named: [request.a, request.b] });
  const found = analysePair(facts, report, request.a, request.b);
  if (found === null) {
    const names = new Set(report.nodes.map((node) => node.name));
    const unknown = names.has(request.a) ? request.b : request.a;
    throw new HealthError(`there is no node "${unknown}" in this cluster or in any agent's view`, {
      exitCode: 2,
      hint: "See the nodes with: kubectl get nodes",
    });
  }
  const chunks =
    request.format === "table"
      ? pairTable(found, renderOptions(request.show, io, true))
      : request.format === "json"
        ? jsonChunks(pairDocument(found))
        : yamlChunks(pairDocument(found));
  await writeAll(chunks, io);
  return io.signal.aborted ? 130 : found.exitCode;
}
