import { describe, expect, it } from "vitest";
import type { CaptureOutcome } from "../../../src/model/capture.ts";
import {
  factsOf,
  type MeshOptions,
  meshFacts,
  type PairView,
  type ReportOptions,
  refusal,
  reportOf,
  silence,
} from "../../views.ts";

const three = ["a", "b", "c"];
const timeout: CaptureOutcome = { kind: "timeout", phase: "command", afterMs: 1 };
const broken: MeshOptions = { see: (from, to) => (from === "a" && to === "b" ? { hostHttp: silence } : {}) };
const failing = (view: PairView): MeshOptions => ({ see: (from, to) => (from === "a" && to === "b" ? view : {}) });
const mute = (...names: string[]): MeshOptions => ({ outcome: (name) => (names.includes(name) ? timeout : null) });
const agentDown: MeshOptions = {
  pod: (name) => (name === "c" ? { waiting: "CrashLoopBackOff" } : {}),
  outcome: (name) => (name === "c" ? { kind: "not-run", message: "" } : null),
  see: (_from, to) => (to === "c" ? { hostHttp: refusal } : {}),
};
const endpointsOff: MeshOptions = { config: { "enable-endpoint-health-checking": "false" } };

const ignoreShape = { ignores: [{ rule: "one-way-path", node: null }] } satisfies ReportOptions;
const ignoreHttp = { ignores: [{ rule: "health-tcp-4240-blocked", node: "a" }] } satisfies ReportOptions;

describe("the exit code", () => {
  const table: readonly (readonly [string, MeshOptions, ReportOptions, number, string])[] = [
    ["all is well", {}, {}, 0, "healthy"],
    ["a path is unreachable", broken, {}, 1, "unhealthy"],
    ["a path is unreachable and an agent silent", { ...broken, ...mute("c") }, {}, 1, "unhealthy"],
    ["a path is unreachable, its finding ignored", broken, ignoreHttp, 0, "healthy"],
    ["a path is unreachable, another finding ignored", broken, ignoreShape, 1, "unhealthy"],
    ["its finding is ignored and an agent silent", { ...broken, ...mute("c") }, ignoreHttp, 3, "incomplete"],
    [
      "a path is unreachable by a failure of long ago",
      failing({ hostHttp: silence, times: { probedAgo: 7200 } }),
      {},
      1,
      "unhealthy",
    ],
    ["a result is missing", failing({ hostHttp: null }), {}, 3, "incomplete"],
    ["a result is stale", failing({ times: { probedAgo: 7200 } }), {}, 3, "incomplete"],
    ["an agent did not answer", mute("c"), {}, 3, "incomplete"],
    ["no agent answered", mute(...three), {}, 3, "unknown"],
    ["every result is missing", { see: () => ({ hostIcmp: null, endpointIcmp: null }) }, {}, 3, "unknown"],
    ["an agent is down", agentDown, {}, 1, "unhealthy"],
    ["endpoint checking is off, an info finding", endpointsOff, {}, 0, "healthy"],
    ["an info finding is to fail", endpointsOff, { failOn: "info" }, 1, "unhealthy"],
    [
      "an info finding is to fail and ignored",
      endpointsOff,
      { failOn: "info", ignores: [{ rule: "endpoint-health-disabled", node: null }] },
      0,
      "healthy",
    ],
    ["only errors are to fail and a path is unreachable", broken, { failOn: "error" }, 1, "unhealthy"],
    ["nothing is to fail", broken, { failOn: "never" }, 0, "unhealthy"],
    ["nothing is to fail and an agent is silent", { ...broken, ...mute("c") }, { failOn: "never" }, 3, "unhealthy"],
    ["it was interrupted while all was well", {}, { partial: true }, 3, "incomplete"],
    ["it was interrupted and a path is unreachable", broken, { partial: true }, 1, "unhealthy"],
  ];

  it.each(table)("when %s", (_when, mesh, options, code, verdict) => {
    const report = reportOf(meshFacts(three, mesh), options);
    expect([report.exitCode, report.summary.verdict]).toEqual([code, verdict]);
  });

  it("is 3 without any agent", () => {
    expect(reportOf(factsOf({}))).toMatchObject({ exitCode: 3, summary: { verdict: "unknown", cause: null } });
  });

  it("is 3 where only endpoints are looked at and their checking is off", () => {
    const facts = meshFacts(three, {
      ...endpointsOff,
      outcome: (name) => ({
        kind: "ok",
        stderr: "",
        stdout: new TextEncoder().encode(
          JSON.stringify({
            local: { name },
            nodes: three.map((to) => ({ name: to, host: {} })),
            timestamp: "2031-05-02T09:14:30Z",
          }),
        ),
      }),
    });
    expect(reportOf(facts, { scope: { target: "endpoint" } })).toMatchObject({
      exitCode: 3,
      summary: { verdict: "unknown" },
    });
  });
});

describe("the cause in the summary", () => {
  it.each([
    ["a warning", broken, "health-tcp-4240-blocked"],
    ["an info finding, which is none", endpointsOff, null],
    ["nothing", {}, null],
  ] as const)("is %s", (_what, mesh, cause) => {
    expect(reportOf(meshFacts(three, mesh)).summary.cause).toBe(cause);
  });
});

describe("coverage", () => {
  it("names who failed, with the reason in a word and in a sentence", () => {
    expect(reportOf(meshFacts(three, mute("b"))).coverage).toEqual({
      nodes: 3,
      agents: 3,
      answered: 2,
      failed: [
        {
          node: "b",
          pod: "cilium-b",
          reason: "timeout",
          message: "the command did not end within 0.001s (--timeout)",
          capture: "cilium-health-status.json",
        },
      ],
      unasked: [],
      notes: [],
      counted: null,
    });
  });
});
