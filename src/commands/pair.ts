import { analysePair } from "../analyse/summary/pair.ts";
import type { Request } from "../cli/request.ts";
import { HealthError } from "../model/errors.ts";
import type { PairReport } from "../model/pair.ts";
import { jsonChunks } from "../render/json.ts";
import { pairDocument } from "../render/pair-document.ts";
import { pairTable } from "../render/pair-table.ts";
import { yamlChunks } from "../render/yaml.ts";
import { isLate, waitNotes } from "./fresh-report.ts";
import type { ExitCode, Io } from "./io.ts";
import { lookOver } from "./mesh-look.ts";
import { renderOptions, writeAll } from "./show.ts";

export async function pair(request: Extract<Request, { kind: "pair" }>, io: Io): Promise<ExitCode> {
  const { facts, report, waits } = await lookOver(request, io, { named: [request.a, request.b] });
  const judged = analysePair(facts, report, request.a, request.b);
  if (judged === null) {
    const names = new Set(report.nodes.map((node) => node.name));
    const unknown = names.has(request.a) ? request.b : request.a;
    throw new HealthError(`there is no node "${unknown}" in this cluster or in any agent's view`, {
      exitCode: 2,
      hint: "See the nodes with: kubectl get nodes",
    });
  }
  const isOld = waits !== undefined && isLate(waits);
  const notes = waits === undefined ? [] : waitNotes(waits);
  const found: PairReport = { ...judged, notes, exitCode: isOld && judged.exitCode === 0 ? 3 : judged.exitCode };
  const chunks =
    request.format === "table"
      ? pairTable(found, renderOptions(request.show, io, true))
      : request.format === "json"
        ? jsonChunks(pairDocument(found))
        : yamlChunks(pairDocument(found));
  await writeAll(chunks, io);
  return io.signal.aborted ? 130 : found.exitCode;
}
