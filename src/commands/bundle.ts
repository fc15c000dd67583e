import { resolve } from "node:path";
import { BundleWriter, type SavedBundle } from "../bundle/bundle-writer.ts";
import type { Request } from "../cli/request.ts";
import type { AgentPod } from "../model/kube.ts";
import { defaultContainer, defaultSelector, noConnectionFlags } from "../model/request.ts";
import { type BundleSummary, bundleChunks } from "../render/bundle.ts";
import { reportDocument } from "../render/document.ts";
import { jsonChunks } from "../render/json.ts";
import { deepOrders, isDeep, logBytes, logLines, planLines, type Suspects, suspectsOf } from "./bundle-plan.ts";
import { bundleTap, plainSteps, type SnapshotSteps } from "./bundle-tap.ts";
import type { ExitCode, Io } from "./io.ts";
import { judge, type Look, lookAt, runSignal } from "./look.ts";
import { openState } from "./open-state.ts";
import { pageChunks } from "./page.ts";
import { keyFileOf, pseudonymSteps, writeKeyFile } from "./pseudonyms.ts";
import { renderOptions, writeAll } from "./show.ts";
import type { StateReader } from "./state.ts";

type BundleRequest = Extract<Request, { kind: "bundle" }>;

/**
 * Everything a support engineer asks for, in one file, by the very steps of `status`: what they read is written while
 * it is read. Exits 0 when everything is in the file, 3 when agents could not be read or --max-bytes left something out, 130 when it was interrupted
 * and the file is marked partial.
 */
export async function bundle(request: BundleRequest, io: Io): Promise<ExitCode> {
  if (request.dryRun) return dryRun(request, io);
  const state = await openState(request, io);
  try {
    return await save(request, state, io);
  } finally {
    io.progress(null);
    await state.close();
  }
}

async function dryRun(request: BundleRequest, io: Io): Promise<ExitCode> {
  const namespace = request.collect.namespace ?? (io.environment.env["CILIUM_NAMESPACE"] || "kube-system");
  const name = request.outputFile ?? "cilium-health-<cluster>-<time>.tar.gz";
  await io.write(`${planLines(namespace, request.collect.selector, name).join("\n")}\n`);
  return 0;
}

async function save(request: BundleRequest, state: StateReader, io: Io): Promise<ExitCode> {
  const steps = request.pseudonymise
    ? pseudonymSteps(state.source, request.collect.container)
    : plainSteps(state.source);
  const file = resolve(io.environment.cwd, request.outputFile ?? defaultName(steps.source.cluster, io.now()));
  const writer = await BundleWriter.create({
    file,
    maxBytes: request.maxBytes,
    tool: { name: "kubectl-cilium_health", version: io.version },
    source: steps.source,
    pseudonymised: request.pseudonymise,
    startedAt: io.now(),
  });
  try {
    const { complete, ...saved } = await fill(writer, steps, request, state, io);
    const keyFile = request.pseudonymise ? keyFileOf(file) : "";
    if (keyFile !== "") await writeKeyFile(keyFile, steps);
    const failures = saved.failures.filter(({ what }) => !isDeep(what));
    const summary: BundleSummary = {
      ...saved,
      failures,
      deepFailures: saved.failures.length - failures.length,
      partial: io.signal.aborted,
      keyFile,
    };
    io.progress(null);
    await writeAll(bundleChunks(summary, request.format, renderOptions(request.show, io, false)), io);
    return io.signal.aborted ? 130 : complete ? 0 : 3;
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/** `cilium-health-<cluster>-<time>.tar.gz`; whatever the cluster is called, the name is one of a file. */
function defaultName(cluster: string, now: Date): string {
  const safe = cluster
    .replaceAll(/[^A-Za-z0-9_.-]+/g, "-")
    .replace(/^[-.]+/, "")
    .slice(0, 80);
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return `cilium-health-${safe === "" ? "" : `${safe}-`}${time}.tar.gz`;
}

async function fill(
  writer: BundleWriter,
  steps: SnapshotSteps,
  request: BundleRequest,
  state: StateReader,
  io: Io,
): Promise<SavedBundle & { readonly complete: boolean }> {
  const log = (line: string) => writer.log(io.now(), steps.text(line));
  const signal = runSignal(request, io);
  log(`version ${io.version}, reading ${state.source.kind} ${state.source.cluster || state.source.name}`);
  const tap = bundleTap(writer, steps, log);
  const seen = await lookAt(state, request, io, signal, tap);
  await tap.flush();
  const suspects = suspectsOf(seen.report, request.allNodesDeep);
  log(`implicated: ${suspects.nodes.join(", ") || "none"}; healthy control: ${suspects.control ?? "none"}`);
  if (!signal.aborted && !tap.isRefused()) {
    io.progress("asking implicated agents more closely");
    const orders = deepOrders(suspects, podsOf(seen), tap.done, steps.facts !== null);
    await state.round(
      orders,
      (capture) => tap.capture(capture),
      signal,
      () => {},
    );
    await tap.flush();
  }
  if (!signal.aborted) await saveLogs(writer, steps, suspects, seen, request, state, signal);
  const notes = steps.facts === null ? state.notes() : withheld(state.notes());
  const told =
    steps.facts === null ? seen : toldOf(steps.facts(), request, io, signal.aborted, { ...state, notes: () => notes });
  await writer.report("report.json", jsonChunks(reportDocument(told.report, false)));
  await writer.report("report.html", pageChunks(told, "status", request.scope));
  for (const note of notes) writer.fail("saved state", "note", note);
  log("done");
  const { failed, unasked } = told.report.coverage;
  const read = failed.length === 0 && unasked.length === 0 && !tap.isRefused() && !signal.aborted && !state.partial;
  const saved = await writer.finish(signal.aborted || state.partial, io.now());
  return { ...saved, complete: read && saved.dropped.length === 0 };
}

/** They name files, whose names nobody has a stand-in for. */
function withheld(notes: readonly string[]): readonly string[] {
  const what =
    notes.length === 1 ? "a note about the saved state is" : `${notes.length} notes about the saved state are`;
  return notes.length === 0 ? [] : [`${what} withheld: a pseudonymised bundle names no files`];
}

/** The report of the snapshot as it is written: nothing that names the network may come from before the step. */
function toldOf(facts: Look["facts"], request: BundleRequest, io: Io, interrupted: boolean, state: StateReader): Look {
  const collect = { ...request.collect, namespace: null, selector: defaultSelector, container: defaultContainer };
  const scope = { ...request.scope, nodes: [] };
  const nameless = { ...request, connection: noConnectionFlags, collect, from: null, scope };
  return { facts, report: judge(facts, nameless, io, interrupted, state) };
}

function podsOf({ facts }: Look): ReadonlyMap<string, AgentPod> {
  return new Map(facts.nodes.flatMap((node) => (node.agent === null ? [] : [[node.name, node.agent.pod] as const])));
}

/**
 * Logs of the suspects and the control, through the API: they can be had where no command can be run. Free text cannot
 * be pseudonymised with certainty, so a pseudonymised bundle has none, and says so.
 */
async function saveLogs(
  writer: BundleWriter,
  steps: SnapshotSteps,
  { nodes, control }: Suspects,
  seen: Look,
  request: BundleRequest,
  state: StateReader,
  signal: AbortSignal,
): Promise<void> {
  if (steps.facts !== null)
    return writer.fail("logs", "withheld", "a pseudonymised bundle holds no logs: they may name anything");
  const pods = podsOf(seen);
  for (const node of [...nodes, ...(control === null ? [] : [control])]) {
    const pod = pods.get(node);
    for (const previous of pod === undefined ? [] : pod.restarts > 0 ? [false, true] : [false]) {
      if (pod !== undefined && !signal.aborted) await saveLog(writer, pod, previous, request.sinceMs, state, signal);
    }
  }
}

async function saveLog(
  writer: BundleWriter,
  { namespace, name, container }: AgentPod,
  previous: boolean,
  sinceMs: number,
  state: StateReader,
  signal: AbortSignal,
): Promise<void> {
  const sinceSeconds = sinceMs > 0 ? Math.max(1, Math.round(sinceMs / 1000)) : null;
  const asked = { namespace, pod: name, container, previous, sinceSeconds, lines: logLines, maxBytes: logBytes };
  const outcome = await state.podLog(asked, signal);
  if (outcome === null) return;
  if (outcome.kind === "ok") await writer.podLog(name, previous, outcome.bytes);
  else writer.fail(name, previous ? "previous log" : "log", outcome.message);
}
