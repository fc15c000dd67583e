import { analysePair } from "../analyse/summary/pair.ts";
import type { Request } from "../cli/request.ts";
import { HealthError } from "../model/errors.ts";
import type { Location } from "../model/locate.ts";
import type { PairReport } from "../model/pair.ts";
import { jsonChunks } from "../render/json.ts";
import { pairDocument } from "../render/pair-document.ts";
import { pairTable } from "../render/pair-table.ts";
import { yamlChunks } from "../render/yaml.ts";
import { isLate, waitNotes } from "./fresh-report.ts";
import type { ExitCode, Io } from "./io.ts";
import { locate } from "./locate.ts";
import { type Look, runSignal } from "./look.ts";
import { lookOver } from "./mesh-look.ts";
import { openState } from "./open-state.ts";
import { renderOptions, writeAll } from "./show.ts";
import { seeNodes } from "./spell.ts";

type PairRequest = Extract<Request, { kind: "pair" }>;

export async function pair(request: PairRequest, io: Io): Promise<ExitCode> {
  const seen = await lookOver(request, io, { named: [request.a, request.b] });
  const { facts, report, waits } = seen;
  const judged = analysePair(facts, report, request.a, request.b);
  if (judged === null) {
    const names = new Set(report.nodes.map((node) => node.name));
    const unknown = names.has(request.a) ? request.b : request.a;
    throw new HealthError(`there is no node "${unknown}" in this cluster or in any agent's view`, {
      exitCode: 2,
      hint: seeNodes(request),
    });
  }
  const isOld = waits !== undefined && isLate(waits);
  const notes = waits === undefined ? [] : waitNotes(waits);
  const location = request.locate ? await located(judged, seen, request, io) : null;
  const found: PairReport = {
    ...judged,
    notes,
    location,
    exitCode: isOld && judged.exitCode === 0 ? 3 : judged.exitCode,
  };
  const chunks =
    request.format === "table"
      ? pairTable(found, renderOptions(request.show, io, true))
      : request.format === "json"
        ? jsonChunks(pairDocument(found))
        : yamlChunks(pairDocument(found));
  await writeAll(chunks, io);
  return io.signal.aborted ? 130 : found.exitCode;
}

/** Asks the two agents once more, while connections are sent; null where the run was ended before. */
async function located(judged: PairReport, { facts }: Look, request: PairRequest, io: Io): Promise<Location | null> {
  const signal = runSignal(request, io);
  if (io.signal.aborted) return null;
  const state = await openState(request, io);
  try {
    return await locate(judged, facts, request.scope.target, state, io, signal);
  } finally {
    io.progress(null);
    await state.close();
  }
}
