import type { Facts } from "../../model/facts.ts";
import {
  type Evidence,
  type FailingNeed,
  type NeedVerdict,
  needKinds,
  type PortNeed,
  type PortsReport,
} from "../../model/ports.ts";
import type { Report } from "../../model/report.ts";
import type { Scope } from "../../model/request.ts";
import { lens } from "../matrix/scope.ts";
import { minorOf } from "../settings/version.ts";
import { isOfThisCluster } from "../summary/coverage.ts";
import { agentEvidence } from "./agent-evidence.ts";
import { blameOf } from "./blame.ts";
import { type Mode, modeOf } from "./mode.ts";
import type { Need } from "./need.ts";
import { pathNeeds } from "./path-needs.ts";
import { type Judge, probeJudge, tellingProbes } from "./probe-evidence.ts";
import { serviceNeeds } from "./service-needs.ts";
import { unknownSettings } from "./unknown.ts";

/** The ports that the settings need, each set against the probes and findings of the report. */
export function analysePorts(facts: Facts, report: Report, scope: Scope): PortsReport {
  const minors = report.cilium.versions.flatMap((version) => minorOf(version) ?? []);
  const mode = modeOf(facts, minors);
  const looked = lens(scope, facts.nodes).nodes;
  const sight: Sight = { facts, report, mode, looked, judge: probeJudge(facts) };
  const needs = [...["", ...mode.remotes].flatMap((one) => pathNeeds(mode, one)), ...serviceNeeds(facts, mode)]
    .map((need): PortNeed => ({ ...need, evidence: evidenceOf(sight, need) }))
    .sort((a, b) => (a.cluster < b.cluster ? -1 : a.cluster > b.cluster ? 1 : 0) || place(a) - place(b));
  const unknown = unknownSettings(facts, mode);
  return {
    report,
    needs,
    unknown,
    failing: { [Symbol.iterator]: () => failingNeeds(sight, needs) },
    exitCode: report.exitCode === 0 && unknown.length > 0 ? 3 : report.exitCode,
  };
}

function place({ kind }: Need): number {
  return needKinds.indexOf(kind);
}

interface Sight {
  readonly facts: Facts;
  readonly report: Report;
  readonly mode: Mode;
  readonly looked: Uint8Array;
  readonly judge: Judge;
}

interface JudgedPath {
  readonly from: number;
  readonly to: number;
  readonly word: "works" | "undecided" | FailingNeed["verdict"];
  readonly finding: number | null;
}

/** WireGuard carries the probes of endpoints in a tunnel since 1.15, else with node encryption alone. */
function probesInside({ routing, nodeEncryption, minors }: Mode): boolean {
  return nodeEncryption || (routing.value === "tunnel" && minors.every((minor) => minor >= 15));
}

/** Every path that a probe tells of, for one need. */
function* judgedPaths({ facts, report, mode, looked, judge }: Sight, need: Need): Generator<JudgedPath> {
  const telling = tellingProbes(need.kind, probesInside(mode));
  if (telling === null) return;
  const { cells, findings } = report;
  const claims = cells.claims[telling.target];
  for (const [from, source] of facts.nodes.entries()) {
    if (source.agentNotDue !== "" || !isOfThisCluster(facts, source)) continue;
    for (const [to, sink] of facts.nodes.entries()) {
      if (from === to || (looked[from] !== 1 && looked[to] !== 1)) continue;
      const isMember =
        need.cluster === ""
          ? sink.agentNotDue === "" && isOfThisCluster(facts, sink)
          : sink.remote && sink.cluster === need.cluster;
      const word = isMember ? judge.word(from, to, telling) : "none";
      if (word === "none") continue;
      if (word !== "fails") {
        yield { from, to, word, finding: null };
        continue;
      }
      const finding = (claims[from * cells.size + to] ?? 0) - 1;
      const id = findings[finding]?.id ?? null;
      yield { from, to, word: blameOf(id, need.kind), finding: id === null ? null : finding };
    }
  }
}

const mostExamples = 3;

function evidenceOf(sight: Sight, need: Need): Evidence {
  const byAgents = agentEvidence(sight.facts, need);
  if (byAgents !== null) return byAgents;
  const counts = { works: 0, blocked: 0, fails: 0, explained: 0, undecided: 0 };
  const ids = new Set<string>();
  const failing: string[] = [];
  const ends = hubFinder();
  for (const { from, to, word, finding } of judgedPaths(sight, need)) {
    counts[word]++;
    if (word === "works" || word === "undecided") continue;
    const id = finding === null ? undefined : sight.report.findings[finding]?.id;
    if (id !== undefined) ids.add(id);
    ends.add(from, to);
    if (failing.length < mostExamples) failing.push(`${nameOf(sight, from)} to ${nameOf(sight, to)}`);
  }
  const total = counts.works + counts.blocked + counts.fails + counts.explained + counts.undecided;
  const hub = ends.hub();
  return {
    verdict: total === 0 ? claimedVerdict(sight, need) : verdictOf(counts),
    by: total === 0 ? "nothing" : "probes",
    ...counts,
    total,
    findings: [...ids],
    hub: hub === null ? null : nameOf(sight, hub),
    examples: failing,
  };
}

/** No probe tells of ESP by itself, but a finding may. */
function claimedVerdict({ report }: Sight, { kind }: Need): NeedVerdict {
  return report.findings.some(({ id }) => blameOf(id, kind) === "blocked") ? "blocked" : "unprobed";
}

function verdictOf({
  blocked,
  fails,
  explained,
  undecided,
}: Omit<Record<NeedVerdict, number>, "unprobed">): NeedVerdict {
  if (blocked > 0) return "blocked";
  if (fails > 0) return "fails";
  if (explained > 0) return "explained";
  return undecided > 0 ? "undecided" : "works";
}

function nameOf({ facts }: Sight, at: number): string {
  return facts.nodes[at]?.name ?? "";
}

/** The one node that all of some paths start or end at; of a single path, none. */
function hubFinder(): { add(from: number, to: number): void; hub(): number | null } {
  let left: readonly number[] | null = null;
  let count = 0;
  return {
    add: (from, to) => {
      count++;
      left = left === null ? [from, to] : left.filter((at) => at === from || at === to);
    },
    hub: () => (count > 1 && left?.length === 1 ? (left[0] ?? null) : null),
  };
}

function* failingNeeds(sight: Sight, needs: readonly PortNeed[]): Generator<FailingNeed> {
  for (const need of needs) {
    const { blocked, fails, explained } = need.evidence;
    if (need.evidence.by !== "probes" || blocked + fails + explained === 0) continue;
    for (const { from, to, word, finding } of judgedPaths(sight, need)) {
      if (word === "works" || word === "undecided") continue;
      yield { need: need.id, from: nameOf(sight, from), to: nameOf(sight, to), verdict: word, finding };
    }
  }
}
