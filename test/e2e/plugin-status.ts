import { describe, expect, it } from "vitest";
import { caseNames, loadCase } from "./recorded.ts";
import { codeFor, pairs, type Report, reportOf, sorted } from "./report.ts";
import type { Rig } from "./rig.ts";
import {
  recordedScenario,
  type Scenario,
  withBrokenEndpointPath,
  withCrashingAgent,
  withoutHealthSocket,
} from "./scenario.ts";

/** What `kubectl cilium-health` finds in clusters in one state or another. */
export function describePluginStatus(rig: () => Rig): void {
  const status = async (scenario: Scenario, ...args: readonly string[]) => {
    await rig().show(scenario);
    return rig().observed(() => rig().kubectl(["cilium-health", ...args]));
  };
  describeRecordedCases(rig);

  describe("kubectl cilium-health", () => {
    it("finds nothing wrong in a healthy cluster, asks every agent, and uses no shell", async () => {
      const { result, execs } = await status(recordedScenario("healthy"));
      expect(result).toMatchObject({ code: 0, stderr: "" });
      expect(result.stdout).toContain("5 of 5 agents");
      expect(result.stdout).not.toMatch(/unreachable/i);
      const pods = new Set(execs.map(({ pod }) => pod));
      expect([...pods].sort()).toEqual(["cilium-1", "cilium-2", "cilium-3", "cilium-4", "cilium-5"]);
      const programs = new Set(execs.map(({ argv }) => argv[0]));
      expect(
        [...programs].filter((program) => !["cilium-health", "cilium-dbg", "date"].includes(program ?? "")),
      ).toEqual([]);
    });

    it("names from and to of one broken endpoint path and leaves the others alone", async () => {
      const scenario = withBrokenEndpointPath(recordedScenario("healthy"), "worker-1", "worker-3");
      const { result } = await status(scenario, "-o", "json");
      const report = reportOf(result);
      expect(pairs(report, "endpoint", "unreachable")).toEqual([["worker-1", "worker-3"]]);
      expect(report.summary.pairs.endpoint).toMatchObject({ total: 20, unreachable: 1, reachable: 19 });
      expect(report.summary.pairs.host).toMatchObject({ total: 20, reachable: 20 });
      expect(result.code).toBe(1);
      const table = await rig().kubectl(["cilium-health"]);
      expect(table.code).toBe(1);
      expect(table.stdout).toMatch(/^worker-3\b.*3\/4\s+UNREACHABLE/m);
      expect(table.stdout).toContain("worker-1");
      expect(table.stdout).toContain("1 of 20 node pairs");
    });

    it("names the one agent that serves no health API and keeps the rows of the others", async () => {
      const { result } = await status(withoutHealthSocket(recordedScenario("healthy"), "worker-2"), "-o", "json");
      const report = reportOf(result);
      expect(result.code).toBe(3);
      expect(report.coverage).toMatchObject({ nodes: 5, agents: 5, answered: 4 });
      expect(report.coverage.failed.map(({ node, pod }) => `${node} ${pod}`)).toEqual(["worker-2 cilium-2"]);
      expect(report.coverage.failed[0]?.message).toContain("health.sock");
      expectOneRowMissing(report);
      const table = await rig().kubectl(["cilium-health"]);
      expect(table.code).toBe(3);
      expect(table.stdout).toContain("4 of 5 agents");
      expect(table.stdout).toContain("worker-2");
    });

    it("runs nothing in a pod whose agent container is not running, and says so", async () => {
      const { result, execs } = await status(withCrashingAgent(recordedScenario("healthy"), "worker-5"), "-o", "json");
      const report = reportOf(result);
      expect(execs.filter(({ pod }) => pod === "cilium-5")).toEqual([]);
      expect(report.coverage).toMatchObject({ nodes: 5, answered: 4, failed: [] });
      expect(report.coverage.unasked.map(({ node }) => node)).toEqual(["worker-5"]);
      expect(report.coverage.unasked[0]?.reason).toContain("CrashLoopBackOff");
      expectOneRowMissing(report);
      expect(result.code).toBe(codeFor(report));
      expect(result.code).not.toBe(0);
    });

    it("says which node is gone while the others report it unreachable", async () => {
      const { result } = await status(recordedScenario("node-down"));
      expect(result.code).toBe(1);
      expect(result.stdout).toContain("4 of 5 agents");
      expect(result.stdout).toMatch(/^worker-4\b.*0\/4\s+UNREACHABLE/m);
      const { failed } = reportOf(await rig().kubectl(["cilium-health", "-o", "json"])).coverage;
      expect(failed.map(({ node }) => node)).toEqual(["worker-4"]);
      expect(failed[0]?.message).toContain("connection refused");
    });
  });
}

/** The five-node cluster is healthy, but one agent gave no row. */
function expectOneRowMissing({ summary, paths }: Report): void {
  for (const counts of Object.values(summary.pairs)) {
    expect(counts).toMatchObject({ total: 20, reachable: 16, unasked: 4, unreachable: 0 });
  }
  expect(paths.filter(({ status }) => status === "unreachable")).toEqual([]);
}

function describeRecordedCases(rig: () => Rig): void {
  describe("kubectl cilium-health -o json finds in a recorded case what was recorded there", () => {
    it.each(caseNames())("%s", async (name) => {
      const scenario = recordedScenario(name);
      await rig().show(scenario);
      const outcome = await rig().kubectl(["cilium-health", "-o", "json"]);
      const report = reportOf(outcome);
      const expected = loadCase(name).expect;
      for (const target of ["host", "endpoint"] as const) {
        expect(pairs(report, target, "unreachable")).toEqual(sorted(expected[target].unreachable));
        expect(pairs(report, target, "unknown")).toEqual(sorted(expected[target].unknown));
        expect(pairs(report, target, "stale")).toEqual([]);
      }
      const { answered, failed, unasked } = report.coverage;
      expect(answered).toBe(expected.answered.length);
      expect([...failed, ...unasked].map(({ node }) => node).sort()).toEqual([...expected.unasked].sort());
      expect(outcome.code).toBe(codeFor(report));
    });
  });
}
