import { describe, expect, it } from "vitest";
import { generateMesh } from "../../src/demo/index.ts";
import { withAgentRestarted, withPodReplaced } from "./changing-agents.ts";
import { goneAt, randomResets, restartAt } from "./fates.ts";
import { OpenTimers } from "./open-timers.ts";
import { expectNothingInvented, runThrough } from "./run-through.ts";

const mesh = (nodes: number) => ({ scenario: generateMesh({ nodes }) });
const pass = () => "pass" as const;

describe("what these tests stand on", () => {
  it("a timer that is left behind is seen, until it is cleared", async () => {
    const timers = new OpenTimers();
    const [left, again] = [setTimeout(() => {}, 60_000), setInterval(() => {}, 60_000)];
    await new Promise((fired) => setTimeout(fired, 0));
    expect(await timers.left()).toBe(2);
    clearTimeout(left);
    clearInterval(again);
    expect(await timers.left()).toBe(0);
    timers.restore();
  });
});

describe("a whole run", () => {
  it("in which every twentieth connection is reset asks once more, and has everything or names what is missing", async () => {
    const run = await runThrough(mesh(30), randomResets(5, 1));
    expectNothingInvented(run, 30);
    expect(run.resets).toBeGreaterThan(0);
    expect(run.report.coverage.answered).toBeGreaterThan(27);
  });

  it("in which the API server is restarted goes on afterwards, and names whom it could not ask, if anybody", async () => {
    const run = await runThrough(mesh(40), restartAt(60, 25));
    expectNothingInvented(run, 40);
    expect(run.report.coverage.answered).toBeGreaterThan(20);
    expect(run.resets).toBeGreaterThanOrEqual(25);
  });

  it("in which the API server goes away keeps what it had", async () => {
    const run = await runThrough(mesh(40), goneAt(60));
    expectNothingInvented(run, 40);
    expect(run.code).toBe(3);
    expect(run.report.coverage.answered).toBeGreaterThan(0);
    expect(run.report.coverage.answered).toBeLessThan(40);
  });

  it("in which an agent is restarted names it, and why it said nothing", async () => {
    const run = await runThrough({ scenario: withAgentRestarted(12, "node-05") }, pass);
    expect(run.report.coverage).toMatchObject({ agents: 12, answered: 11 });
    expect(new Set(run.report.coverage.failed.map(({ node }) => node))).toEqual(new Set(["node-05"]));
    expect(run.report.summary.pairs.host).toMatchObject({ reachable: 11 * 11, unasked: 11, unreachable: 0 });
    expect([1, 3]).toContain(run.code);
  });

  it("in which a pod is replaced names the one that is gone", async () => {
    const run = await runThrough({ scenario: withPodReplaced(12, "node-05") }, pass);
    expectNothingInvented(run, 12);
    expect(run.report.coverage.failed).toMatchObject([
      { node: "node-05", message: expect.stringContaining("not found") },
    ]);
  });

  it.each([-3650, -1, 1, 3650])(
    "of agents whose clocks are %i days off judges probes by the agents' clocks",
    async (days) => {
      const now = () => Date.now() + days * 86_400_000;
      const run = await runThrough({ scenario: generateMesh({ nodes: 4, now }) }, pass);
      expectNothingInvented(run, 4);
      expect(run.code).toBe(0);
    },
  );
});
