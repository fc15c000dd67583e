import type { Finding, Report } from "../../../src/model/report.ts";
import type { Fault } from "./fault.ts";

/** What one trial's report said of its cause. */
export interface Mark {
  readonly first: string;
  readonly top1: boolean;
  readonly top3: boolean;
  readonly unexplained: number;
}

/** Whether a report's first finding, or its first three guesses, name the fault. */
export function markOf(report: Report, fault: Fault): Mark {
  const first = report.findings[0]?.id ?? "(nothing)";
  return {
    first,
    top1: fault.causes.includes(first),
    top3: guesses(report.findings).some((id) => fault.causes.includes(id)),
    unexplained: report.unexplained,
  };
}

/** A reader's first three guesses: the first finding and its ranked alternatives, and the first three findings. */
function guesses(findings: readonly Finding[]): string[] {
  const alternatives = findings[0]?.alternatives.slice(0, 2).map((one) => one.id) ?? [];
  return [...findings.slice(0, 3).map((finding) => finding.id), ...alternatives];
}

/** Both of two faults stand among the first three findings. */
export function namesBoth(report: Report, faults: readonly Fault[]): boolean {
  const ids = report.findings.slice(0, 3).map((finding) => finding.id);
  return faults.every((fault) => ids.some((id) => fault.causes.includes(id)));
}

/** Findings of a healthy cluster that would alarm somebody. */
export function falseAlarms(report: Report): readonly Finding[] {
  return report.findings.filter((finding) => finding.severity !== "info");
}

/** All trials of one fault. */
export interface Score {
  readonly fault: Fault;
  trials: number;
  top1: number;
  top3: number;
  unexplained: number;
  /** First findings where they were not the cause, and how often. */
  readonly instead: Map<string, number>;
  /** The first seed that went wrong, to look at again. */
  wrongSeed: number | null;
}

export function score(fault: Fault): Score {
  return { fault, trials: 0, top1: 0, top3: 0, unexplained: 0, instead: new Map(), wrongSeed: null };
}

export function addMark(to: Score, mark: Mark, seed: number): void {
  to.trials++;
  to.unexplained += mark.unexplained;
  if (mark.top3) to.top3++;
  if (mark.top1) to.top1++;
  else {
    to.instead.set(mark.first, (to.instead.get(mark.first) ?? 0) + 1);
    to.wrongSeed ??= seed;
  }
}

/** "12 of 15 (80 %)". */
export function share(part: number, whole: number): string {
  return `${part} of ${whole} (${whole === 0 ? "-" : Math.floor((1000 * part) / whole) / 10} %)`;
}
