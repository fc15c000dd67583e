import { execExitCode, execGroups } from "../analyse/exec/exec-groups.ts";
import { agentNodes } from "../analyse/summary/ping.ts";
import type { Request } from "../cli/request.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { fanOut } from "../collect/fan-out.ts";
import type { ExecReport } from "../model/exec.ts";
import { factsReducer } from "../parse/facts.ts";
import { execDocument } from "../render/exec-document.ts";
import { execGroupChunks } from "../render/exec-groups.ts";
import { execSummaryLines } from "../render/exec-summary.ts";
import { jsonChunks } from "../render/json.ts";
import { counted } from "../render/units.ts";
import { type ExecFolder, execFolder } from "./exec-folder.ts";
import { ownCommandRefused } from "./exec-refused.ts";
import { mostDropped } from "./exec-run.ts";
import { ExecSink } from "./exec-sink.ts";
import { oneZoneAfterTheOther } from "./fair-order.ts";
import type { ExitCode, Io } from "./io.ts";
import { rejectUnknownNodes, runSignal } from "./look.ts";
import { openLive } from "./open-state.ts";
import { renderOptions, writeAll } from "./show.ts";
import { limitsOf, type StateReader } from "./state.ts";

type ExecRequest = Extract<Request, { kind: "exec" }>;

/** The user's own command in every agent, bounded; what it says, and where it may still run when we leave. */
export async function exec(request: ExecRequest, io: Io): Promise<ExitCode> {
  const folder = request.to === null ? null : await execFolder(request.to, io.environment.cwd);
  const { cluster, reader } = await openLive(request, io);
  try {
    const report = await runInAll(cluster, reader, folder, request, io);
    io.progress(null);
    await show(report, folder, request, io);
    return io.signal.aborted ? 130 : report.exitCode;
  } finally {
    io.progress(null);
    cluster.close();
  }
}

async function runInAll(
  cluster: Cluster,
  reader: StateReader,
  folder: ExecFolder | null,
  request: ExecRequest,
  io: Io,
): Promise<ExecReport> {
  const stopped = new AbortController();
  const signal = AbortSignal.any([runSignal(request, io), stopped.signal]);
  const reducer = factsReducer(reader.source, request.collect.container);
  for (const list of await reader.lists(signal)) reducer.addList(list);
  const facts = reducer.finish();
  rejectUnknownNodes(request, facts);
  const nodes = agentNodes(facts, request.scope);
  const pods = nodes.flatMap(({ agent }) => (agent?.pod.state === "running" ? [agent.pod] : []));
  const sink = new ExecSink(nodes, request, folder, io, () => stopped.abort());
  const limits = { ...limitsOf(request, pods.length), maxBytes: request.maxBytes + mostDropped };
  io.progress(`running it in ${counted(pods.length, "agent")}`);
  const refusal = await fanOut(cluster, oneZoneAfterTheOther(pods, nodes), request.argv, limits, sink, signal);
  if (refusal !== null) throw ownCommandRefused(refusal);
  const results = sink.results();
  return {
    generatedAt: io.now().toISOString(),
    source: reader.source,
    partial: signal.aborted,
    command: request.argv,
    results,
    notes: sink.notes(),
    exitCode: execExitCode(results),
  };
}

/** Throws what went wrong with the folder last: where the command may still run is said before. */
async function show(report: ExecReport, folder: ExecFolder | null, request: ExecRequest, io: Io): Promise<void> {
  const options = renderOptions(request.show, io, true);
  await folder?.finish(report);
  if (request.shown === "json") await writeAll(jsonChunks(execDocument(report)), io);
  if (request.shown === "group") await writeGroups(report, request, io);
  if (request.shown === null) await io.write(`${folder?.path ?? ""}\n`);
  const lines = execSummaryLines(report, options.columns, request.shown !== "group");
  for (const line of lines) await io.output("stderr", new TextEncoder().encode(`${line}\n`));
  if (folder?.failure != null) throw folder.failure;
}

async function writeGroups({ results }: ExecReport, request: ExecRequest, io: Io): Promise<void> {
  const options = renderOptions(request.show, io, true);
  for (const chunk of execGroupChunks(execGroups(results), options, io.stdoutIsTerminal)) {
    const bytes = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    if (!(await io.output("stdout", bytes))) return;
  }
}
