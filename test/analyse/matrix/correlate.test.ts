import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CaptureOutcome } from "../../../src/model/capture.ts";
import { targets } from "../../../src/model/matrix.ts";
import { cellStatus, pathStatuses } from "../../../src/model/status.ts";
import {
  address,
  agentPod,
  capture,
  factsOf,
  healthReply,
  kubeNode,
  meshFacts,
  meshSnapshot,
  type PairView,
  printed,
  type Result,
  refusal,
  reportOf,
  rowEntry,
  silence,
  statusOf,
  timedOut,
} from "../../views.ts";

/** The report of two nodes of which a sees b like this. */
function aSeesB(view: PairView, scope = {}) {
  const see = (from: string, to: string) => (from === "a" && to === "b" ? view : {});
  return reportOf(meshFacts(["a", "b"], { see }), { scope });
}

const old = { probedAgo: 3600 };

describe("the status of a path", () => {
  const table: readonly (readonly [string, PairView, string])[] = [
    ["both probes succeeded", {}, "reachable"],
    ["ping failed", { hostIcmp: timedOut }, "unreachable"],
    ["HTTP failed", { hostHttp: refusal }, "unreachable"],
    ["both failed", { hostIcmp: timedOut, hostHttp: silence }, "unreachable"],
    ["ping is missing", { hostIcmp: null }, "unknown"],
    ["HTTP is missing", { hostHttp: null }, "unknown"],
    ["both are missing", { hostIcmp: null, hostHttp: null }, "unknown"],
    ["one failed and one is missing", { hostIcmp: null, hostHttp: silence }, "unreachable"],
    ["both succeeded long ago", { times: old }, "stale"],
    ["one is missing and one is old", { hostIcmp: null, times: old }, "unknown"],
    ["one failed long ago", { hostHttp: silence, times: old }, "unreachable stale"],
    ["the other family's ping failed", { secondary: { hostIcmp: timedOut } }, "unreachable"],
    ["the other family's ping is missing", { secondary: { hostIcmp: null } }, "unknown"],
    ["the other family's results are old", { secondary: { times: old } }, "stale"],
    [
      "a family failed freshly, the other long ago",
      { hostIcmp: timedOut, secondary: { hostIcmp: timedOut, times: old } },
      "unreachable",
    ],
    ["both families are well", { secondary: {} }, "reachable"],
  ];

  it.each(table)("when %s", (_when, view, expected) => {
    expect(statusOf(aSeesB(view), "a", "b", "host")).toBe(expected);
  });

  it("is told apart by target", () => {
    const report = aSeesB({ endpointHttp: silence });
    expect([statusOf(report, "a", "b", "host"), statusOf(report, "a", "b", "endpoint")]).toEqual([
      "reachable",
      "unreachable",
    ]);
  });

  it("is told apart by direction", () => {
    const report = aSeesB({ hostHttp: silence });
    expect([statusOf(report, "a", "b", "host"), statusOf(report, "b", "a", "host")]).toEqual([
      "unreachable",
      "reachable",
    ]);
  });

  it("is off where checking is switched off, and unasked where the agent gave no row", () => {
    const failed = { outcome: (): CaptureOutcome => ({ kind: "timeout", phase: "command", afterMs: 1 }) };
    const off = reportOf(meshFacts(["a", "b"], { ...failed, config: { "enable-health-checking": "false" } }));
    const unasked = reportOf(meshFacts(["a", "b"], failed));
    expect([statusOf(off, "a", "b", "host"), statusOf(off, "a", "b", "endpoint")]).toEqual(["off", "off"]);
    expect(statusOf(unasked, "a", "b", "host")).toBe("unasked");
  });
});

describe("an agent's probe of its own node", () => {
  it("is shown when it fails and never counted", () => {
    const report = reportOf(
      meshFacts(["a", "b"], { see: (from, to) => (from === to && to === "a" ? { endpointIcmp: timedOut } : {}) }),
    );
    expect(statusOf(report, "a", "a", "endpoint")).toBe("unreachable");
    expect([statusOf(report, "a", "a", "host"), statusOf(report, "b", "b", "endpoint")]).toEqual(["none", "none"]);
    expect(report.summary.pairs.endpoint).toMatchObject({ total: 2, reachable: 2, unreachable: 0 });
    expect(report.findings.map((finding) => finding.id)).toEqual(["self-probe-failure"]);
    expect(report.exitCode).toBe(1);
  });
});

describe("nodes that are not like the others", () => {
  const entry = (name: string, status: Result = "") => rowEntry({ name, host: [address("192.0.2.9", status, status)] });

  it("a ghost, known to agents alone, is a target only of those that list it", () => {
    const report = reportOf(
      factsOf({
        nodes: [kubeNode("a"), kubeNode("b")],
        pods: [agentPod("a"), agentPod("b")],
        captures: [
          capture(
            "a",
            "cilium-health-status.json",
            printed(healthReply({ nodes: [entry("a"), entry("b"), entry("ghost", timedOut)] })),
          ),
          capture("b", "cilium-health-status.json", printed(healthReply({ nodes: [entry("a"), entry("b")] }))),
        ],
      }),
    );
    expect(statusOf(report, "a", "ghost", "host")).toBe("unreachable");
    expect(statusOf(report, "b", "ghost", "host")).toBe("none");
    expect(statusOf(report, "ghost", "a", "host")).toBe("none");
    expect(report.nodes.find((node) => node.name === "ghost")).toMatchObject({ known: false, agent: null });
    expect(report.coverage.nodes).toBe(2);
  });

  it("a node without its agent is a target of all, and its own paths are unasked", () => {
    const snapshot = meshSnapshot(["a", "b", "c"]);
    const report = reportOf(
      factsOf({
        ...snapshot,
        pods: (snapshot.pods ?? []).slice(0, 2),
        captures: (snapshot.captures ?? []).filter((one) => one.node !== "c"),
      }),
    );
    expect([statusOf(report, "a", "c", "host"), statusOf(report, "c", "a", "host")]).toEqual(["reachable", "unasked"]);
    expect(report.coverage).toMatchObject({
      nodes: 3,
      agents: 2,
      answered: 2,
      unasked: [{ node: "c", reason: "no agent pod" }],
    });
    expect(report.exitCode).toBe(3);
  });

  it("an agent that is not running is not asked, its own paths are unasked and those to it are judged", () => {
    const reason = "its agent is not running (ContainerCreating)";
    const report = reportOf(
      meshFacts(["a", "b", "c"], {
        pod: (name) => (name === "c" ? { waiting: "ContainerCreating" } : {}),
        outcome: (name) => (name === "c" ? { kind: "not-run", message: reason } : null),
        see: (_from, to) => (to === "c" ? { hostHttp: refusal } : {}),
      }),
    );
    expect([statusOf(report, "a", "c", "host"), statusOf(report, "c", "a", "host")]).toEqual([
      "unreachable",
      "unasked",
    ]);
    expect(report.nodes[2]?.agent?.state).toBe("down");
    expect(report.coverage).toMatchObject({ agents: 3, answered: 2, failed: [], unasked: [{ node: "c", reason }] });
    expect(report.findings.map(({ id, pathCount }) => [id, pathCount])).toEqual([["agent-down", 2]]);
  });
});

describe("what is looked at", () => {
  const zones = { a: "north", b: "north", c: "south" };
  const facts = meshFacts(["a", "b", "c"], {
    zones,
    see: (from, to) => ({
      ...(to === "c" && from !== "c" ? { endpointIcmp: timedOut } : {}),
      ...(from === "b" && to === "b" ? { hostHttp: silence } : {}),
    }),
  });
  const totals = (scope: Parameters<typeof reportOf>[1]) => {
    const { pairs } = reportOf(facts, scope).summary;
    return [pairs.host.total, pairs.endpoint.total];
  };

  it.each([
    ["everything", {}, [6, 6]],
    ["one node, both directions", { nodes: ["a"] }, [4, 4]],
    ["nodes by a glob", { nodes: ["[ab]"] }, [0, 0]],
    ["nodes by a star", { nodes: ["*"] }, [6, 6]],
    ["a zone", { zones: ["south"] }, [4, 4]],
    ["a node of another zone", { nodes: ["a"], zones: ["south"] }, [0, 0]],
    ["one target", { target: "endpoint" }, [0, 6]],
  ] as const)("by %s", (_what, scope, expected) => {
    expect(totals({ scope })).toEqual(expected);
  });

  it.each([
    [{ protocol: "http", target: "endpoint" }, 0, []],
    [{ protocol: "icmp", target: "endpoint" }, 1, ["endpoint-only-failure"]],
    [{ target: "host" }, 1, ["self-probe-failure"]],
    [{ target: "host", nodes: ["a"] }, 0, []],
    [{ target: "host", protocol: "icmp" }, 0, []],
  ] as const)("%j alone decides code and findings", (scope, code, ids) => {
    const report = reportOf(facts, { scope });
    expect(report.exitCode).toBe(code);
    expect(report.findings.map((finding) => finding.id)).toEqual(ids);
    expect(report.unexplained).toBe(0);
  });
});

describe("counts", () => {
  const result = fc.constantFrom<Result>("", "", "", timedOut, null);
  const view = fc.record({
    hostIcmp: result,
    hostHttp: result,
    endpointIcmp: result,
    endpointHttp: result,
    times: fc.record({ probedAgo: fc.constantFrom(30, 3600, null) }),
  });
  const mesh = fc.record({
    size: fc.integer({ min: 1, max: 6 }),
    views: fc.array(view, { minLength: 36, maxLength: 36 }),
    silent: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
    off: fc.boolean(),
  });

  it("of the six words add up to the totals, for the mesh and for every node", () => {
    fc.assert(
      fc.property(mesh, ({ size, views, silent, off }) => {
        const names = Array.from({ length: size }, (_, at) => `n${at}`);
        const at = (name: string) => Number(name.slice(1));
        const facts = meshFacts(names, {
          see: (from, to) => views[at(from) * 6 + at(to)] ?? {},
          outcome: (name) => (silent[at(name)] ? { kind: "aborted" } : null),
          config: { "enable-health-checking": String(!off) },
        });
        const report = reportOf(facts);
        for (const target of targets) {
          const all = report.summary.pairs[target];
          expect(all.total).toBe(size * (size - 1));
          const counts = [all, ...report.nodes.flatMap((node) => [node.in[target], node.out[target]])];
          for (const one of counts) expect(pathStatuses.reduce((sum, status) => sum + one[status], 0)).toBe(one.total);
          for (const status of pathStatuses) {
            expect(report.nodes.reduce((sum, node) => sum + node.in[target][status], 0)).toBe(all[status]);
            expect(report.nodes.reduce((sum, node) => sum + node.out[target][status], 0)).toBe(all[status]);
          }
          expectEveryFailureClaimedOnce(report, target);
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

/** A claim points at a finding, only of unreachable cells; pathCounts add up to the claimed cells. */
function expectEveryFailureClaimedOnce(report: ReturnType<typeof reportOf>, target: (typeof targets)[number]): void {
  report.cells[target].forEach((code, cell) => {
    const claim = report.cells.claims[target][cell] ?? 0;
    expect(claim).toBeLessThanOrEqual(report.findings.length);
    expect(claim === 0).toBe(cellStatus(code) !== "unreachable");
  });
  const claimed = targets.flatMap((one) => [...report.cells.claims[one]]).filter((claim) => claim > 0).length;
  expect(report.findings.reduce((sum, finding) => sum + finding.pathCount, 0)).toBe(claimed);
}
