import { spawnSync } from "node:child_process";

/** A command to time as a whole process. */
export interface Contender {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

export interface Timing {
  readonly name: string;
  /** Wall milliseconds, sorted. */
  readonly ms: readonly number[];
  readonly median: number;
}

/**
 * Times two commands in turn, A B A B …, so that a machine whose speed drifts treats both alike. Quote the ratio, not
 * the milliseconds: `ratio` is the median over the pairs.
 */
export function paired(a: Contender, b: Contender, rounds: number): { a: Timing; b: Timing; ratio: number } {
  const [as, bs]: [number[], number[]] = [[], []];
  once(a);
  once(b);
  for (let round = 0; round < rounds; round++) {
    as.push(once(a));
    bs.push(once(b));
  }
  const ratios = as.map((ms, at) => ms / (bs[at] ?? Number.NaN));
  return { a: timing(a.name, as), b: timing(b.name, bs), ratio: middle(ratios) };
}

function once({ command, args, name }: Contender): number {
  const start = performance.now();
  const { status, error } = spawnSync(command, args, { stdio: "ignore" });
  if (error || status !== 0) throw new Error(`${name} failed: ${error?.message ?? `exit ${status}`}`);
  return performance.now() - start;
}

function timing(name: string, ms: readonly number[]): Timing {
  return { name, ms: [...ms].sort((x, y) => x - y), median: middle(ms) };
}

export function middle(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
