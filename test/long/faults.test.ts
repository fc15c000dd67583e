import { describe, expect, it } from "vitest";
import { generateMesh } from "../../src/demo/index.ts";
import { withAgentRestarted, withPodReplaced } from "../faults/changing-agents.ts";
import { goneAt, randomResets, restartAt } from "../faults/fates.ts";
import { expectNothingInvented, runThrough } from "../faults/run-through.ts";

const rounds = Array.from({ length: 20 }, (_, at) => at + 1);

describe("twenty times in a row", () => {
  it.each(rounds)("%i: one of a hundred connections to 1,000 agents is reset, at random", async (seed) => {
    const run = await runThrough({ scenario: generateMesh({ nodes: 1000, seed }) }, randomResets(1, seed));
    expectNothingInvented(run, 1000);
    expect(run.resets).toBeGreaterThan(10);
    // One more try each: two resets in a row are one in ten thousand.
    expect(run.report.coverage.answered).toBeGreaterThan(990);
  });

  it.each(rounds)("%i: the API server is restarted in the middle", async (seed) => {
    const run = await runThrough({ scenario: generateMesh({ nodes: 250, seed }) }, restartAt(100 + 20 * seed, 25));
    expectNothingInvented(run, 250);
    expect(run.report.coverage.answered).toBeGreaterThan(220);
    // Whoever's second try comes after the restart is heard all the same.
    expect(run.resets).toBeGreaterThanOrEqual(25);
  });

  it.each(rounds)("%i: the API server goes away in the middle", async (seed) => {
    const run = await runThrough({ scenario: generateMesh({ nodes: 250, seed }) }, goneAt(100 + 20 * seed));
    expectNothingInvented(run, 250);
    expect(run.report.coverage.answered).toBeGreaterThan(20);
    expect(run.code).toBe(3);
  });

  it.each(rounds)("%i: an agent is restarted, a pod replaced", async (at) => {
    const victim = `node-${String(at).padStart(2, "0")}`;
    const restarted = await runThrough({ scenario: withAgentRestarted(30, victim) }, () => "pass");
    const replaced = await runThrough({ scenario: withPodReplaced(30, victim) }, () => "pass");
    for (const { report } of [restarted, replaced]) {
      expect(report.coverage).toMatchObject({ agents: 30, answered: 29 });
      expect(new Set(report.coverage.failed.map(({ node }) => node))).toEqual(new Set([victim]));
    }
  });
});
