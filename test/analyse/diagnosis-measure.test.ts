import { describe, expect, it } from "vitest";
import { measureHealthy, measurePairs, measureRecorded, measureSingles } from "../bench/diagnosis/measure.ts";
import type { Score } from "../bench/diagnosis/tally.ts";

/** Nodes of the largest cluster; the bench goes to 200. */
const mostNodes = 24;

/** A small part of `npm run bench:diagnosis`; the numbers are floors that the diagnosis must not fall below. */
describe("the diagnosis of made-up clusters", () => {
  it("alarms nobody over 200 healthy clusters with noise", () => {
    expect(Object.fromEntries(measureHealthy(200, mostNodes).alarms)).toEqual({});
  });

  it("names the injected cause of every recorded case first, and nothing above info in the healthy ones", () => {
    expect(measureRecorded().filter((one) => !one.right)).toEqual([]);
  });

  it("names a single cause first where the catalogue calls it separable, and leaves no path unexplained", () => {
    const scores = measureSingles(2, { mostNodes });
    const separable = scores.filter((one) => one.fault.separable !== "outside");
    expect(rate(separable, "top1"), wrong(separable)).toBeGreaterThanOrEqual(0.98);
    expect(rate(scores, "top3"), wrong(scores)).toBeGreaterThanOrEqual(0.99);
    expect(scores.filter((one) => one.unexplained > 0).map((one) => one.fault.name)).toEqual([]);
  });

  it("names both of two causes among its first three findings", () => {
    const { both, trials, missed } = measurePairs(60, mostNodes);
    expect(both / trials, JSON.stringify([...missed])).toBeGreaterThanOrEqual(0.95);
  });
});

function rate(scores: readonly Score[], what: "top1" | "top3"): number {
  const sum = (key: "top1" | "top3" | "trials") => scores.reduce((all, one) => all + one[key], 0);
  return sum(what) / sum("trials");
}

/** What was named instead, for the reader of a failing test. */
function wrong(scores: readonly Score[]): string {
  return scores
    .filter((one) => one.instead.size > 0)
    .map(({ fault, instead, wrongSeed }) => `${fault.name}: ${[...instead.keys()].join(", ")} (seed ${wrongSeed})`)
    .join("\n");
}
