import { execExitCode, execGroups } from "../analyse/exec/exec-groups.ts";
import { zoneOf } from "../analyse/matrix/scope.ts";
import { agentNodes } from "../analyse/summary/ping.ts";
import type { Request } from "../cli/request.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { fanOut } from "../collect/fan-out.ts";
import type { ExecReport, ExecResult } from "../model/exec.ts";
import type { NodeFacts, Source } from "../model/facts.ts";
import { factsReducer } from "../parse/facts.ts";
import { execDocument } from "../render/exec-document.ts";
import { execGroupChunks } from "../render/exec-groups.ts";
import { execSummaryLines } from "../render/exec-summary.ts";
import { jsonChunks } from "../render/json.ts";
import { type ExecFolder, execFolder } from "./exec-folder.ts";
import { PrefixPrinter } from "./exec-printer.ts";
import { ownCommandRefused } from "./exec-refused.ts";
import { AgentRun, mostDropped, unaskedResult } from "./exec-run.ts";
import { ExecStore } from "./exec-store.ts";
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
  const closed = new AbortController();
  const signal = AbortSignal.any([runSignal(request, io), closed.signal]);
  const reducer = factsReducer(reader.source, request.collect.container);
  for (const list of await reader.lists(signal)) reducer.addList(list);
  const facts = reducer.finish();
  rejectUnknownNodes(request, facts);
  const nodes = agentNodes(facts, request.scope);
  const store = new ExecStore();
  const results = await fanOutOver(nodes, cluster, folder, store, request, io, signal, () => closed.abort());
  return reportOf(nodes, results, store.notes(), reader.source, request, io, signal.aborted);
}

async function fanOutOver(
  nodes: readonly NodeFacts[],
  cluster: Cluster,
  folder: ExecFolder | null,
  store: ExecStore,
  request: ExecRequest,
  io: Io,
  signal: AbortSignal,
  readerGone: () => void,
): Promise<ReadonlyMap<string, ExecResult>> {
  const results = new Map<string, ExecResult>();
  const runs = new Map<string, AgentRun>();
  const printer = request.shown === "prefix" ? new PrefixPrinter(io, request.show, readerGone) : null;
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const pods = nodes.flatMap(({ agent }) => (agent?.pod.state === "running" ? [agent.pod] : []));
  const isShownAtTheEnd = request.shown === "group" || request.shown === "json";
  const keeps = folder !== null || isShownAtTheEnd;
  const runOf = (name: string): AgentRun | null => {
    const node = byName.get(name);
    const known = runs.get(name);
    if (known !== undefined || node === undefined) return known ?? null;
    const run = new AgentRun(node, zoneOf(node), request.maxBytes, keeps, io.now().getTime());
    runs.set(name, run);
    return run;
  };
  io.progress(progressText(0, pods.length));
  const refusal = await fanOut(
    cluster,
    oneZoneAfterTheOther(pods, nodes),
    request.argv,
    { ...limitsOf(request), maxBytes: request.maxBytes + mostDropped },
    {
      begun: (pod) => void runOf(pod.node),
      output: (pod, stream, piece) => {
        const run = runOf(pod.node);
        if (run === null) return;
        const part = run.take(stream, piece);
        printer?.add(pod.node, stream, part);
      },
      ended: async (pod, outcome, started) => {
        const result = runOf(pod.node)?.result(outcome, started, io.now().getTime());
        runs.delete(pod.node);
        if (result === undefined) return;
        await printer?.end(pod.node);
        const files = folder === null || result.durationNs === null ? result : await folder.keep(result);
        results.set(pod.node, isShownAtTheEnd ? store.keep(shared(result, files)) : files);
        io.progress(progressText(results.size, pods.length));
      },
    },
    signal,
  );
  if (refusal !== null) throw ownCommandRefused(refusal);
  return results;
}

/** With --to and --show both, the bytes are needed once more. */
function shared(result: ExecResult, files: ExecResult): ExecResult {
  const both = (stream: "stdout" | "stderr") => ({ ...result[stream], file: files[stream].file });
  return { ...result, stdout: both("stdout"), stderr: both("stderr") };
}

function progressText(done: number, total: number): string {
  return `${done} of ${total} agents have ended`;
}

function reportOf(
  nodes: readonly NodeFacts[],
  ended: ReadonlyMap<string, ExecResult>,
  notes: readonly string[],
  source: Source,
  request: ExecRequest,
  io: Io,
  partial: boolean,
): ExecReport {
  const results = nodes.map((node) => ended.get(node.name) ?? unaskedResult(node, zoneOf(node)));
  return {
    generatedAt: io.now().toISOString(),
    source,
    partial,
    command: request.argv,
    results,
    notes: nodes.length === 0 ? ["no Cilium agent was found"] : notes,
    exitCode: execExitCode(results),
  };
}

async function show(report: ExecReport, folder: ExecFolder | null, request: ExecRequest, io: Io): Promise<void> {
  const options = renderOptions(request.show, io, true);
  await folder?.finish(report);
  if (request.shown === "json") await writeAll(jsonChunks(execDocument(report)), io);
  if (request.shown === "group") await writeGroups(report, request, io);
  if (request.shown === null) await io.write(`${folder?.path ?? ""}\n`);
  const lines = execSummaryLines(report, options.columns, request.shown !== "group");
  for (const line of lines) await io.output("stderr", new TextEncoder().encode(`${line}\n`));
}

async function writeGroups({ results }: ExecReport, request: ExecRequest, io: Io): Promise<void> {
  const options = renderOptions(request.show, io, true);
  for (const chunk of execGroupChunks(execGroups(results), options, io.stdoutIsTerminal)) {
    const bytes = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    if (!(await io.output("stdout", bytes))) return;
  }
}
