import { isFailure, probedAt, protocols, type Target, targets } from "../../model/matrix.ts";
import type { AgentState, Cells, Report } from "../../model/report.ts";
import { cellStatus } from "../../model/status.ts";
import type { Change, Changes, Standing } from "../../model/watch.ts";
import { groupPaths } from "../shapes/path-groups.ts";
import { isOpenFailure } from "../summary/open-failures.ts";
import { type FindingMemory, followFindings } from "./finding-changes.ts";

/** One target's paths over rounds, by cell: a few bytes each. Times in epoch seconds, 0 for none. */
interface PathMemory {
  /** Bad probe cycles in a row, at most 255. */
  readonly bad: Uint8Array;
  /** Of the first and the newest bad probe. */
  readonly since: Uint32Array;
  readonly newest: Uint32Array;
}

/** What is remembered between two rounds. */
export interface WatchMemory {
  /** Node names by cell index. */
  readonly names: readonly string[];
  readonly paths: { readonly [target in Target]: PathMemory };
  readonly agents: ReadonlyMap<string, AgentState>;
  readonly findings: FindingMemory;
  readonly standing: { readonly is: Standing; readonly since: string };
}

/** What a round adds to the report itself. */
export interface Followed {
  readonly memory: WatchMemory;
  readonly changes: Changes;
  readonly brokenPaths: number;
  readonly suspectedPaths: number;
}

/**
 * Compares a round with what is remembered of those before it. A path breaks when `confirmCycles` different probes of
 * it in a row were bad, and heals with the first good one; one that cannot be judged now has done neither.
 */
export function follow(before: WatchMemory | null, report: Report, confirmCycles: number): Followed {
  const names = namesOf(report);
  const earlier = new Map(before?.names.map((name, index) => [name, index]));
  const was = Int32Array.from(names, (name) => earlier.get(name) ?? -1);
  const changed: { readonly [target in Target]: ChangedCells } = {
    host: { broke: [], healed: [] },
    endpoint: { broke: [], healed: [] },
  };
  const next = (target: Target) => followPaths(report.cells, target, confirmCycles, before, was, changed[target]);
  const paths = { host: next("host"), endpoint: next("endpoint") };
  const agents = new Map(report.nodes.flatMap(({ name, agent }) => (agent === null ? [] : [[name, agent.state]])));
  const findings = followFindings(before?.findings ?? new Map(), report.findings, confirmCycles);
  const others = before === null ? [] : [...nodeChanges(before.names, names), ...agentChanges(before.agents, agents)];
  const counts = countOpen(report, paths, confirmCycles);
  const at = report.takenAt || report.generatedAt;
  const is = standingOf(report, counts.brokenPaths > 0 || findings.lasting);
  const standing = before?.standing.is === is ? before.standing : { is, since: at };
  return {
    memory: { names, paths, agents, findings: findings.memory, standing },
    changes: changesOf(names, paths, before, was, changed, [...others, ...findings.changes]),
    ...counts,
  };
}

/** Cells whose path broke or healed. */
export interface ChangedCells {
  readonly broke: number[];
  readonly healed: number[];
}

function namesOf({ cells, nodes }: Report): string[] {
  const names = new Array<string>(cells.size).fill("");
  for (const { index, name } of nodes) names[index] = name;
  return names;
}

function followPaths(
  cells: Cells,
  target: Target,
  confirmCycles: number,
  before: WatchMemory | null,
  was: Int32Array,
  changed: ChangedCells,
): PathMemory {
  const { size } = cells;
  const memory = emptyPaths(size * size);
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) {
      const cell = from * size + to;
      const old = oldCell(before, was[from], was[to]);
      const past = old < 0 ? 0 : (before?.paths[target].bad[old] ?? 0);
      const status = cellStatus(cells[target][cell] ?? 0) ?? (from === to ? "reachable" : "off");
      if (status === "unreachable") {
        countBad(memory, cell, before?.paths[target] ?? null, old, newestFailure(cells, target, from, to));
        if (past < confirmCycles && (memory.bad[cell] ?? 0) >= confirmCycles) changed.broke.push(cell);
      } else if (status === "reachable") {
        if (past >= confirmCycles) changed.healed.push(cell);
      } else if (status !== "off" && past > 0) keep(memory, cell, before?.paths[target] ?? null, old);
    }
  }
  return memory;
}

function emptyPaths(count: number): PathMemory {
  return { bad: new Uint8Array(count), since: new Uint32Array(count), newest: new Uint32Array(count) };
}

/** The cell of the same path in the round before, -1 where it had none. */
function oldCell(before: WatchMemory | null, from = -1, to = -1): number {
  return before === null || from < 0 || to < 0 ? -1 : from * before.names.length + to;
}

function keep(memory: PathMemory, cell: number, past: PathMemory | null, old: number): void {
  memory.bad[cell] = past?.bad[old] ?? 0;
  memory.since[cell] = past?.since[old] ?? 0;
  memory.newest[cell] = past?.newest[old] ?? 0;
}

/** The same probe read twice is one bad cycle. */
function countBad(memory: PathMemory, cell: number, past: PathMemory | null, old: number, probe: number): void {
  keep(memory, cell, past, old);
  if (memory.bad[cell] !== 0 && memory.newest[cell] === probe) return;
  if (memory.bad[cell] === 0) memory.since[cell] = probe;
  memory.newest[cell] = probe;
  memory.bad[cell] = Math.min(255, (memory.bad[cell] ?? 0) + 1);
}

/** Epoch seconds of the newest failed probe of a path; the report's own time where probes carry none. */
function newestFailure({ matrix, timestamps, clocks }: Cells, target: Target, from: number, to: number): number {
  const row = matrix.rows[from] ?? null;
  let newest = 0;
  for (const position of row?.[target].positions ?? []) {
    for (const protocol of protocols) {
      if (row === null || !isFailure(position[protocol].outcome[to] ?? 0)) continue;
      newest = Math.max(newest, probedAt(row, position[protocol], to));
    }
  }
  return newest || Math.floor((timestamps[from] || clocks[from] || 0) / 1000);
}

function countOpen(
  { cells, findings }: Report,
  paths: WatchMemory["paths"],
  confirmCycles: number,
): Pick<Followed, "brokenPaths" | "suspectedPaths"> {
  let brokenPaths = 0;
  let suspectedPaths = 0;
  for (const target of targets) {
    paths[target].bad.forEach((bad, cell) => {
      if (bad === 0 || !isOpenFailure(cells, findings, target, cell)) return;
      if (bad >= confirmCycles) brokenPaths++;
      else suspectedPaths++;
    });
  }
  return { brokenPaths, suspectedPaths };
}

function standingOf({ summary }: Report, lasting: boolean): Standing {
  return summary.verdict === "unhealthy" && !lasting ? "suspected" : summary.verdict;
}

function nodeChanges(before: readonly string[], now: readonly string[]): Changes["others"] {
  const [old, known] = [new Set(before), new Set(now)];
  return [
    ...now.filter((name) => !old.has(name)).map((node) => ({ kind: "node", change: "new", node }) as const),
    ...before.filter((name) => !known.has(name)).map((node) => ({ kind: "node", change: "gone", node }) as const),
  ];
}

function agentChanges(before: WatchMemory["agents"], now: WatchMemory["agents"]): Changes["others"] {
  return [...now].flatMap(([node, is]) => {
    const was = before.get(node);
    if (was === undefined || was === is || (was !== "ok" && is !== "ok")) return [];
    return [{ kind: "agent", change: is === "ok" ? "healed" : "broke", node, was, is } as const];
  });
}

function changesOf(
  names: readonly string[],
  paths: WatchMemory["paths"],
  before: WatchMemory | null,
  was: Int32Array,
  changed: { readonly [target in Target]: ChangedCells },
  others: Changes["others"],
): Changes {
  const sinceOf = (change: "broke" | "healed", target: Target, cell: number): number => {
    if (change === "broke") return paths[target].since[cell] ?? 0;
    const old = oldCell(before, was[Math.floor(cell / names.length)], was[cell % names.length]);
    return before?.paths[target].since[old] ?? 0;
  };
  const all = function* (): Generator<Change> {
    for (const change of ["broke", "healed"] as const) {
      for (const target of targets) {
        for (const cell of changed[target][change]) {
          const [from = "", to = ""] = [names[Math.floor(cell / names.length)], names[cell % names.length]];
          const since = new Date(sinceOf(change, target, cell) * 1000).toISOString();
          yield { kind: "path", change, from, to, target, since };
        }
      }
    }
    yield* others;
  };
  return {
    all: { [Symbol.iterator]: all },
    pathGroups: [...groupPaths("broke", changed, names), ...groupPaths("healed", changed, names)],
    others,
  };
}
