import type { Fault } from "./fault.ts";
import { faults } from "./faults.ts";
import { judge, judgeRecorded } from "./judge.ts";
import { recordedCases } from "./recorded.ts";
import { addMark, falseAlarms, markOf, namesBoth, type Score, score } from "./tally.ts";
import { canMeet, makeTrial } from "./trial.ts";

export interface SinglesOptions {
  /** Part of the faults' names. */
  readonly only?: string;
  readonly mostNodes?: number;
}

/** Single faults: `seeds` clusters a fault, half of them with noise. */
export function measureSingles(seeds: number, options: SinglesOptions = {}): Score[] {
  return faults
    .filter((fault) => fault.name.includes(options.only ?? ""))
    .map((fault) => {
      const sum = score(fault);
      for (let n = 0; n < seeds; n++) {
        const seed = singleSeed(fault, n);
        const { world } = makeTrial(seed, [fault], { withNoise: n % 2 === 1, mostNodes: options.mostNodes ?? 200 });
        addMark(sum, markOf(judge(world), fault), seed);
      }
      return sum;
    });
}

export function singleSeed(fault: Fault, n: number): number {
  return 10_000 + faults.indexOf(fault) * 500 + n;
}

export interface HealthyResult {
  readonly trials: number;
  readonly alarmed: number;
  /** Finding ids above info, with how often and an example seed and its noise. */
  readonly alarms: ReadonlyMap<string, { readonly times: number; readonly example: string }>;
  /** Findings at info, by id. */
  readonly infos: ReadonlyMap<string, number>;
}

/** Healthy clusters with noise: nothing above info may be said of them. */
export function measureHealthy(trials: number, mostNodes = 200): HealthyResult {
  const alarms = new Map<string, { times: number; example: string }>();
  const infos = new Map<string, number>();
  let alarmed = 0;
  for (let n = 0; n < trials; n++) {
    const seed = 500_000 + n;
    const { world, noise } = makeTrial(seed, [], { withNoise: true, mostNodes });
    const report = judge(world);
    const false_ = falseAlarms(report);
    if (false_.length > 0) alarmed++;
    for (const { id } of false_) {
      const known = alarms.get(id);
      if (known === undefined)
        alarms.set(id, { times: 1, example: `seed ${seed}, ${noise.join(" and ") || "no noise"}` });
      else known.times++;
    }
    for (const { id, severity } of report.findings) if (severity === "info") infos.set(id, (infos.get(id) ?? 0) + 1);
  }
  return { trials, alarmed, alarms, infos };
}

export interface PairsResult {
  readonly trials: number;
  readonly both: number;
  readonly missed: ReadonlyMap<string, number>;
}

/** Two faults on different nodes of one cluster, drawn from all that can meet. */
export function measurePairs(trials: number, mostNodes = 200): PairsResult {
  const pairs = faults.flatMap((one, at) =>
    faults.slice(at + 1).flatMap((other) => (canMeet(one, other) ? [[one, other] as const] : [])),
  );
  const missed = new Map<string, number>();
  let both = 0;
  for (let n = 0; n < trials; n++) {
    const pair = pairs[(n * 7919 + 13) % pairs.length];
    if (pair === undefined) continue;
    const report = judge(makeTrial(700_000 + n, pair, { mostNodes }).world);
    if (namesBoth(report, pair)) {
      both++;
      continue;
    }
    const ids = report.findings.slice(0, 3).map((finding) => finding.id);
    for (const fault of pair) {
      if (!ids.some((id) => fault.causes.includes(id))) missed.set(fault.name, (missed.get(fault.name) ?? 0) + 1);
    }
  }
  return { trials, both, missed };
}

export interface RecordedResult {
  readonly name: string;
  readonly causes: readonly string[];
  readonly findings: readonly string[];
  readonly right: boolean;
}

/** The recorded cases: the injected cause first, nothing above info where nothing was injected. */
export function measureRecorded(): RecordedResult[] {
  return recordedCases().map(({ name, causes }) => {
    const report = judgeRecorded(name);
    const findings = report.findings.map(({ id, severity }) => (severity === "info" ? `${id} (info)` : id));
    const first = report.findings[0]?.id ?? "";
    const right = causes.length === 0 ? falseAlarms(report).length === 0 : causes.includes(first);
    return { name, causes, findings, right };
  });
}
