import { runChecks } from "../analyse/check-engine.ts";
import type { Request } from "../cli/request.ts";
import { endpointCapture, settingCaptures } from "../collect/check-captures.ts";
import type { CheckReport } from "../model/check-report.ts";
import { checkDocument } from "../render/check-document.ts";
import { checkTable } from "../render/check-table.ts";
import { jsonChunks } from "../render/json.ts";
import type { RenderOptions } from "../render/options.ts";
import { yamlChunks } from "../render/yaml.ts";
import { comparedLists } from "./check-lists.ts";
import type { ExitCode, Io } from "./io.ts";
import { lookAt, runSignal } from "./look.ts";
import { openState } from "./open-state.ts";
import { shortFrom } from "./short-round.ts";
import { readOptions, writeAll } from "./show.ts";
import type { StateReader } from "./state.ts";

type CheckRequest = Extract<Request, { kind: "check" }>;

/** Settings of every node, compared; beside them the reachability of the same moment, by which harm is judged. */
export async function check(request: CheckRequest, io: Io): Promise<ExitCode> {
  const seen = await lookClosely(request, io);
  await writeAll(checkChunks(seen, request.format, readOptions(request, io, request.all)), io);
  return io.signal.aborted ? 130 : seen.exitCode;
}

export function checkChunks(
  seen: CheckReport,
  format: CheckRequest["format"],
  options: RenderOptions,
): Iterable<string> {
  switch (format) {
    case "table":
      return checkTable(seen, options);
    case "json":
      return jsonChunks(checkDocument(seen, options.all));
    case "yaml":
      return yamlChunks(checkDocument(seen, options.all));
    default: {
      const never: never = format;
      return never;
    }
  }
}

/** Opens what the flags name, asks, compares. */
export async function lookClosely(
  request: CheckRequest,
  io: Io,
  kind: "cluster" | "demo" = "cluster",
): Promise<CheckReport> {
  const state = await openState(request, io, kind);
  try {
    return await checkState(state, request, io);
  } finally {
    io.progress(null);
    await state.close();
  }
}

async function checkState(state: StateReader, request: CheckRequest, io: Io): Promise<CheckReport> {
  const signal = runSignal(request, io);
  const isAll = request.lists || request.from !== null;
  const more = (agents: number) => [
    ...settingCaptures(isAll || agents < shortFrom),
    ...(request.lists && agents >= shortFrom ? [endpointCapture] : []),
  ];
  const { facts, report } = await lookAt(state, request, io, signal, null, { more });
  const lists = await comparedLists(state, request, facts, io, signal);
  return runChecks(facts, report, lists, request);
}
