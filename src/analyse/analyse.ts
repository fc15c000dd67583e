import type { Facts } from "../model/facts.ts";
import { type Target, targets } from "../model/matrix.ts";
import type { Cells, CiliumSettings, Coverage, Finding, Report, Summary, Want } from "../model/report.ts";
import type { FailOn, IgnoreFlag, Scope } from "../model/request.ts";
import { isUnreachable } from "../model/status.ts";
import { diagnose, type SpellCommand, wantedCaptures } from "./engine.ts";
import { joinedViews } from "./joined-views.ts";
import { countByNode, countPairs, sumCounts } from "./matrix/counts.ts";
import { rules } from "./rules/index.ts";
import { firstScene, type Scene } from "./scene.ts";
import { ciliumSettings } from "./settings/settings.ts";
import { coverage } from "./summary/coverage.ts";
import { latencyByNode, type NodeLatency } from "./summary/latency.ts";
import { reportNodes } from "./summary/report-nodes.ts";
import { exitCode, isBroken, verdict } from "./summary/verdict.ts";

export interface AnalyseOptions {
  readonly scope: Scope;
  readonly failOn: FailOn;
  readonly ignores: readonly IgnoreFlag[];
  /** RFC 3339, the moment of this run. */
  readonly generatedAt: string;
  readonly partial: boolean;
  readonly spell: SpellCommand;
}

/** FACTS → REPORT. No clock, no process, no files: a function of its arguments. */
export function analyse(facts: Facts, options: AnalyseOptions): Report {
  const scene = sceneOf(facts, options.scope);
  const findings = diagnose(scene, rules, options.ignores, options.spell);
  return assemble({ facts, cells: scene.cells, cilium: scene.settings, coverage: coverage(facts), findings }, options);
}

/** What a report is made of: everything judged, nothing counted yet. */
export interface Judged {
  readonly facts: Facts;
  readonly cells: Cells;
  readonly cilium: CiliumSettings;
  readonly coverage: Coverage;
  readonly findings: readonly Finding[];
}

/** Counts, sums and the verdict of what was judged. */
export function assemble(
  { facts, cells, cilium, coverage: heard, findings }: Judged,
  options: Pick<AnalyseOptions, "failOn" | "generatedAt" | "partial">,
): Report {
  const counts = countByNode(cells);
  const latencies = latencyByNode(facts);
  const pairs = {
    host: sumCounts(counts.map((node) => node.out.host)),
    endpoint: sumCounts(counts.map((node) => node.out.endpoint)),
  };
  const code = options.partial ? 3 : exitCode(cells, findings, heard, pairs, options.failOn);
  const broken = isBroken(cells, findings);
  const summary: Summary = {
    verdict: verdict(code, { pairs }, heard, broken),
    cause: causeOf(findings),
    pairs,
    ...brokenPairs(facts, cells),
    ...probeAges(latencies),
  };
  return {
    generatedAt: options.generatedAt,
    takenAt: takenAt(facts),
    source: facts.source,
    partial: options.partial,
    cilium,
    coverage: heard,
    summary,
    nodes: reportNodes(facts, counts, latencies),
    cells,
    findings,
    unexplained: unexplained(cells),
    exitCode: broken && options.partial && options.failOn !== "never" ? 1 : code,
  };
}

/** What the rules would like to know before they judge: the second, bounded round. */
export function wants(facts: Facts, scope: Scope): Want[] {
  return wantedCaptures(sceneOf(facts, scope), rules);
}

/** The scene of all that is known, whatever is looked at. */
export function wholeScene(facts: Facts): Scene {
  return sceneOf(facts, { nodes: [], zones: [], target: null, protocol: null });
}

function sceneOf(facts: Facts, scope: Scope): Scene {
  const { cells, planes, folded } = joinedViews(facts, scope);
  return firstScene(facts, cells, ciliumSettings(facts), planes, folded);
}

function brokenPairs(facts: Facts, cells: Cells): Pick<Summary, "unreachablePairs" | "totalPairs" | "hub"> {
  const pairs = countPairs(cells);
  return { ...pairs, hub: pairs.hub === null ? null : (facts.nodes[pairs.hub]?.name ?? "") };
}

function causeOf(findings: Report["findings"]): string | null {
  const first = findings[0];
  return first === undefined || first.severity === "info" ? null : first.id;
}

/** Unreachable paths that no finding claims. */
function unexplained(cells: Cells): number {
  let count = 0;
  for (const target of targets satisfies readonly Target[]) {
    cells[target].forEach((code, cell) => {
      if (isUnreachable(code) && cells.claims[target][cell] === 0) count++;
    });
  }
  return count;
}

function takenAt(facts: Facts): string {
  const newest = facts.nodes.reduce((latest, node) => Math.max(latest, node.agent?.clock ?? 0), 0);
  return newest === 0 ? "" : new Date(newest).toISOString();
}

function probeAges(latencies: readonly NodeLatency[]): Pick<Summary, "newestProbeNs" | "oldestProbeNs"> {
  const newest = latencies.flatMap((one) => (one.newestProbeNs === null ? [] : [one.newestProbeNs]));
  const oldest = latencies.flatMap((one) => (one.oldestProbeNs === null ? [] : [one.oldestProbeNs]));
  return {
    newestProbeNs: newest.length === 0 ? null : newest.reduce((a, b) => Math.min(a, b)),
    oldestProbeNs: oldest.length === 0 ? null : oldest.reduce((a, b) => Math.max(a, b)),
  };
}
