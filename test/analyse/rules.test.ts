import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/analyse/engine.ts";
import { correlate } from "../../src/analyse/matrix/correlate.ts";
import { readPlanes } from "../../src/analyse/matrix/planes.ts";
import { lens } from "../../src/analyse/matrix/scope.ts";
import { unexplainedShape } from "../../src/analyse/rules/unexplained-shape.ts";
import { firstScene } from "../../src/analyse/scene.ts";
import { ciliumSettings } from "../../src/analyse/settings/settings.ts";
import type { CaptureOutcome } from "../../src/model/capture.ts";
import type { Finding } from "../../src/model/report.ts";
import {
  type agentPod,
  type MeshOptions,
  meshFacts,
  type PairView,
  refusal,
  reportOf,
  silence,
  timedOut,
} from "../views.ts";

const five = ["n1", "n2", "n3", "n4", "n5"];
const dead: PairView = { hostIcmp: timedOut, hostHttp: silence, endpointIcmp: timedOut, endpointHttp: silence };
const noRoute: CaptureOutcome = {
  kind: "http",
  status: 500,
  reason: "",
  message: "no route to host",
  retryAfterSeconds: null,
};

function findings(options: MeshOptions, names: readonly string[] = five): readonly Finding[] {
  return reportOf(meshFacts(names, options)).findings;
}

function brief(options: MeshOptions, names: readonly string[] = five): string[] {
  return findings(options, names).map(({ id, severity, nodes, pathCount }) =>
    `${severity} ${id} ${pathCount} ${nodes.length === names.length ? "all" : nodes.join()}`.trim(),
  );
}

describe("a node that is down", () => {
  const down: MeshOptions = {
    see: (_from, to) => (to === "n4" ? dead : {}),
    node: (name) => (name === "n4" ? { ready: "Unknown" } : {}),
    outcome: (name) => (name === "n4" ? noRoute : null),
  };

  it("owns its whole column", () => {
    expect(brief(down)).toEqual(["error node-down 8 n4"]);
    expect(findings(down)[0]?.evidence.map((one) => one.text)).toEqual([
      "Kubernetes reports n4 not ready",
      "4 of 4 agents that probe it do not reach its node address",
      "its agent could not be asked: the API server answered 500: no route to host",
    ]);
  });

  it("needs no second finding about its agent", () => {
    const pod = (name: string): Parameters<typeof agentPod>[1] => (name === "n4" ? { waiting: "NodeLost" } : {});
    const outcome = (name: string): CaptureOutcome | null => (name === "n4" ? { kind: "not-run", message: "" } : null);
    expect(brief({ ...down, pod, outcome })).toEqual(["error node-down 8 n4"]);
  });

  it("is not the cause where its agent answers", () => {
    expect(brief({ ...down, outcome: () => null }).some((line) => line.includes("node-down"))).toBe(false);
  });

  it("is only likely while Kubernetes still calls it ready: its lease runs out later", () => {
    const [first] = findings({ ...down, node: () => ({}) });
    expect([first?.id, first?.confidence]).toEqual(["node-down", "likely"]);
  });

  it("is not down because it is not ready while everybody reaches it", () => {
    expect(brief({ ...down, see: () => ({}) })).toEqual([]);
  });

  it("is one of two", () => {
    const both = (name: string) => name === "n4" || name === "n5";
    const options: MeshOptions = {
      see: (_from, to) => (both(to) ? dead : {}),
      node: (name) => (both(name) ? { ready: "False" } : {}),
      outcome: (name) => (both(name) ? noRoute : null),
    };
    expect(brief(options)).toEqual(["error node-down 6 n4", "error node-down 6 n5"]);
  });
});

describe("an agent that is down", () => {
  const crashing: MeshOptions = {
    see: (_from, to) => (to === "n2" ? { hostHttp: refusal, endpointHttp: refusal } : {}),
    pod: (name) => (name === "n2" ? { waiting: "CrashLoopBackOff" } : {}),
    outcome: (name) => (name === "n2" ? { kind: "not-run", message: "its agent is not running" } : null),
  };

  it("owns the paths to its node", () => {
    expect(brief(crashing)).toEqual(["error agent-down 8 n2"]);
    expect(findings(crashing)[0]?.title).toContain("CrashLoopBackOff");
  });

  it("is said even where nobody fails to reach it yet", () => {
    expect(brief({ ...crashing, see: () => ({}) })).toEqual(["error agent-down 0 n2"]);
  });
});

describe("checking that is switched off", () => {
  const noSocket: CaptureOutcome = { kind: "exit", code: 1, stdout: new Uint8Array(), stderr: "no such file" };

  it("as a whole is a state, said once", () => {
    const report = reportOf(
      meshFacts(five, { config: { "enable-health-checking": "false" }, outcome: () => noSocket }),
    );
    expect(report.findings.map(({ id, severity }) => [id, severity])).toEqual([["health-checking-disabled", "info"]]);
    expect(report).toMatchObject({ exitCode: 3, summary: { verdict: "unknown", cause: null } });
    expect(report.summary.pairs.host).toMatchObject({ off: 20, total: 20 });
  });

  it("for endpoints leaves the host paths judged", () => {
    const facts = meshFacts(five, {
      config: { "enable-endpoint-health-checking": "false", "cni-chaining-mode": "aws-cni" },
    });
    const { findings: found } = reportOf(facts);
    expect(found.map(({ id, severity }) => [id, severity])).toEqual([["endpoint-health-disabled", "info"]]);
    expect(found[0]?.evidence[0]?.text).toContain("cni-chaining-mode: aws-cni");
  });

  it("is not guessed where cilium-config cannot be read", () => {
    expect(brief({ config: "configmaps is forbidden", outcome: () => noSocket })).toEqual([]);
  });
});

/** The last rule alone: what is said where no cause fits. */
function shapesOnly(options: MeshOptions, names: readonly string[] = five): readonly Finding[] {
  const facts = meshFacts(names, options);
  const view = lens({ nodes: [], zones: [], target: null, protocol: null }, facts.nodes);
  const cells = correlate(facts, view);
  const scene = firstScene(facts, cells, ciliumSettings(facts), readPlanes(facts, cells, view));
  return diagnose(scene, [unexplainedShape], [], ({ argv }) => ({ argv, command: "" }));
}

function shapeBrief(options: MeshOptions): string[] {
  return shapesOnly(options).map(
    ({ id, severity, nodes, pathCount }) =>
      `${severity} ${id} ${pathCount} ${nodes.length === five.length ? "all" : nodes.join()}`,
  );
}

describe("a shape that no cause explains", () => {
  it.each<[string, (from: string, to: string) => PairView, string]>([
    ["a pair", (from, to) => (from + to === "n4n2" || from + to === "n2n4" ? dead : {}), "n2 n4"],
    ["one way", (from, to) => (from + to === "n4n2" ? dead : {}), "n4 n2"],
    ["one node, inbound", (_from, to) => (to === "n2" ? dead : {}), "n1 n2"],
    ["groups", (from, to) => (from < "n4" !== to < "n4" ? dead : {}), "n1 n4"],
  ])("names two of its nodes to compare: %s", (_what, see, pair) => {
    const [confirm] = shapesOnly({ see })[0]?.confirm ?? [];
    expect(confirm?.argv.join(" ")).toBe(`cilium-health pair ${pair}`);
  });

  it("has no second node where an agent fails to reach its own", () => {
    const [first] = shapesOnly({ see: (from, to) => (from === "n2" && to === "n2" ? dead : {}) });
    expect([first?.id, first?.fix]).toEqual([
      "self-probe-failure",
      "look at the agent of n2: cilium-dbg status --verbose, its log, and cilium-dbg endpoint list",
    ]);
  });

  const zones = { n1: "north", n2: "north", n3: "north", n4: "south", n5: "south" } as const;
  const north = (name: string) => name < "n4";
  const table: readonly (readonly [string, (from: string, to: string) => PairView, readonly string[]])[] = [
    ["every path", () => dead, ["error mesh-failure 40 all"]],
    ["between zones", (from, to) => (north(from) !== north(to) ? dead : {}), ["error partition 24 all"]],
    ["one node, both ways", (from, to) => (from === "n2" || to === "n2" ? dead : {}), ["error isolated-node 16 n2"]],
    ["one node, inbound", (_from, to) => (to === "n2" ? dead : {}), ["error unreachable-node 8 n2"]],
    ["one node, outbound", (from) => (from === "n2" ? dead : {}), ["error deaf-node 8 n2"]],
    ["a pair", (from, to) => (from + to === "n1n2" || from + to === "n2n1" ? dead : {}), ["error broken-pair 4 n1,n2"]],
    ["one way", (from, to) => (from + to === "n1n2" ? dead : {}), ["error one-way-path 2 n1,n2"]],
    ["only ping", () => ({ hostIcmp: timedOut }), ["error icmp-only-failure 20 all"]],
    ["only HTTP", () => ({ hostHttp: silence }), ["error http-only-failure 20 all"]],
    [
      "only endpoints",
      (_from, to) => (to === "n2" ? { endpointHttp: silence, endpointIcmp: timedOut } : {}),
      ["error endpoint-only-failure 4 n2"],
    ],
    [
      "a node whose ping nobody told, as in the short forms of a report",
      (_from, to) =>
        to === "n2" ? { hostIcmp: null, hostHttp: silence, endpointIcmp: null, endpointHttp: silence } : {},
      ["error unreachable-node 8 n2"],
    ],
    [
      "one way to an endpoint, the way back not judged",
      (from, to) =>
        from + to === "n1n2"
          ? { endpointHttp: silence }
          : from + to === "n2n1"
            ? { endpointIcmp: null, endpointHttp: null }
            : {},
      ["error endpoint-only-failure 1 n1,n2"],
    ],
    [
      "a pair by ping, one way besides by HTTP",
      (from, to) =>
        from + to === "n1n2"
          ? { endpointIcmp: timedOut, endpointHttp: silence }
          : from + to === "n2n1"
            ? { endpointIcmp: timedOut }
            : {},
      ["error endpoint-only-failure 2 n1,n2"],
    ],
    [
      "a node that is not reached at all, and one that reaches no endpoint",
      (from, to) => (to === "n2" ? dead : from === "n1" ? { endpointIcmp: timedOut, endpointHttp: silence } : {}),
      ["error unreachable-node 8 n2", "error endpoint-only-failure 3 n1"],
    ],
    [
      "ping everywhere and a dead node besides",
      (_from, to) => (to === "n2" ? { hostIcmp: timedOut, hostHttp: silence } : { hostIcmp: timedOut }),
      ["error icmp-only-failure 16 all", "error http-only-failure 4 n2"],
    ],
    [
      "a node whose ping fails here and there besides its HTTP",
      (from, to) => (to === "n2" ? { hostHttp: silence, ...(from === "n1" ? { hostIcmp: timedOut } : {}) } : {}),
      ["error http-only-failure 4 n2"],
    ],
    [
      "the other family alone",
      (_from, to) => ({ secondary: to === "n2" ? dead : {} }),
      ["error unreachable-node 8 n2"],
    ],
  ];

  it.each(table)("is named: %s", (_what, see, expected) => {
    expect(shapeBrief({ zones, see: (from, to) => (from === to ? {} : see(from, to)) })).toEqual(expected);
  });

  it.each<[string, PairView, string]>([
    ["one target by both protocols", { endpointIcmp: timedOut, endpointHttp: silence }, ", endpoint path only"],
    ["one target by one", { hostHttp: silence }, ", host path only"],
    ["both targets by one", { hostHttp: silence, endpointHttp: silence }, " (host-http, endpoint-http)"],
    [
      "both targets, the protocols not told",
      { hostIcmp: null, hostHttp: silence, endpointIcmp: null, endpointHttp: silence },
      "",
    ],
    ["all", dead, ""],
  ])("says what fails alone: %s", (_what, view, words) => {
    const [first] = shapesOnly({ see: (_from, to) => (to === "n2" ? view : {}) });
    expect(first?.title).toBe(`n2 is not reached by the others${words}`);
  });

  it("made of many single paths is one finding", () => {
    const names = Array.from({ length: 30 }, (_, at) => `n${at}`);
    const number = (name: string) => Number(name.slice(1));
    const lost = (from: string, to: string) =>
      (number(from) * 7 + number(to) * 3) % 10 === 0 && number(from) < number(to);
    const options: MeshOptions = { see: (from, to) => (lost(from, to) ? { hostHttp: silence } : {}) };
    const found = shapesOnly(options, names);
    expect(found).toHaveLength(1);
    expect(found[0]?.title).toMatch(/^\d+ paths fail in one direction, with no node or group in common/);
    expect(found[0]?.pathCount).toBe(reportOf(meshFacts(names, options)).summary.unreachablePairs);
  });
});
