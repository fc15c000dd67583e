import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checksOf } from "../../../src/analyse/summary/checks.ts";
import { parseFault } from "../../../src/demo/index.ts";
import type { FailOn } from "../../../src/model/request.ts";
import { generatedLook } from "../../generated-look.ts";
import { recordedReport } from "../../recorded-report.ts";

const scenarios = readdirSync(new URL("../../../src/demo/scenarios/", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const flags = [
  "--fail-on warning",
  "--fail-on never",
  "--fail-on info",
  "--fail-on error",
  "--target host",
  "--ignore vxlan-udp-blocked",
  "--ignore icmp-blocked",
];

describe.each(scenarios)("%s", (scenario) => {
  it.each(flags)("some check fails exactly when the exit code is 1, some is unseen when it is 3 (%s)", async (line) => {
    const given = line.split(" ");
    const { report } = await recordedReport(scenario, given);
    const failOn: FailOn = given[0] === "--fail-on" ? (given[1] as FailOn) : "warning";
    const outcomes = checksOf(report, failOn).flatMap(({ checks }) => checks.map(({ outcome }) => outcome));
    expect(outcomes.includes("failed")).toBe(report.exitCode === 1);
    if (report.exitCode === 0) expect(outcomes).not.toContain("unseen");
    if (report.exitCode === 3) expect(outcomes).toContain("unseen");
  });
});

describe("a check a node and target", () => {
  const outcome = (fault: string, suite: string, name: string) => {
    const { report } = generatedLook({ nodes: 5, faults: [parseFault(fault)] });
    const found = checksOf(report, "warning").find((one) => one.name === suite);
    return found?.checks.find((check) => check.name === name);
  };

  it.each([
    ["vxlan-blocked=node-2", "endpoint", "node-2", "failed"],
    ["vxlan-blocked=node-2", "host", "node-2", "passed"],
    ["agent-not-running=node-3", "agents", "node-3", "unseen"],
    ["agent-not-running=node-3", "agents", "node-1", "passed"],
    ["no-agent=node-3", "agents", "node-3", "unseen"],
    ["not-probed=node-3", "host", "node-1", "unseen"],
    ["stale=node-3", "host", "node-1", "unseen"],
    ["endpoint-health-off", "endpoint", "node-1", "skipped"],
    ["health-off", "host", "node-1", "skipped"],
  ])("%s: %s %s %s", (fault, suite, name, expected) => {
    expect(outcome(fault, suite, name)?.outcome).toBe(expected);
  });

  it("names who does not reach the node, and the finding behind it", () => {
    expect(outcome("vxlan-blocked=node-2", "endpoint", "node-2")).toMatchObject({
      message: "its endpoint is unreachable from node-1, node-3, node-4, node-5",
      details: [expect.stringContaining("vxlan")],
    });
  });

  it("names ten of many and counts the rest", () => {
    const { report } = generatedLook({ nodes: 40, faults: [parseFault("node-down=node-02")] });
    const host = checksOf(report, "warning").find(({ name }) => name === "host");
    expect(host?.checks.find(({ name }) => name === "node-02")?.message).toMatch(/ and 29 more$/);
  });
});
