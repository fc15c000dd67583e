import { describe, expect, it } from "vitest";
import { diagnose, wantedCaptures } from "../../src/analyse/engine.ts";
import { correlate } from "../../src/analyse/matrix/correlate.ts";
import { readPlanes } from "../../src/analyse/matrix/planes.ts";
import { lens } from "../../src/analyse/matrix/scope.ts";
import type { Cause, Claim, ConfirmStep, Rule } from "../../src/analyse/rule.ts";
import { firstScene, type Scene } from "../../src/analyse/scene.ts";
import { ciliumSettings } from "../../src/analyse/settings/settings.ts";
import type { IgnoreFlag, Severity } from "../../src/model/request.ts";
import { meshFacts, silence } from "../views.ts";

const names = ["n1", "n2", "n3", "n10"];

/** Four nodes that do not reach each other's hosts at all. */
function scene(): Scene {
  const facts = meshFacts(names, { see: (from, to) => (from === to ? {} : { hostHttp: silence }) });
  const view = lens({ nodes: [], zones: [], target: null, protocol: null }, facts.nodes);
  const cells = correlate(facts, view);
  return firstScene(facts, cells, ciliumSettings(facts), readPlanes(facts, cells, view));
}

function rule(id: string, find: (scene: Scene) => Partial<Claim>[], severity: Severity = "error"): Rule {
  const cause: Cause = { id, severity, title: id, meaning: "", apart: "", confirm: "", fix: "mend it", docs: "health" };
  const whole = (claim: Partial<Claim>): Claim => ({
    id,
    confidence: "likely",
    title: id,
    nodes: [],
    host: [],
    endpoint: [],
    evidence: [],
    ...claim,
  });
  return { causes: [cause], find: (seen) => find(seen).map(whole) };
}

function run(rules: readonly Rule[], ignores: readonly IgnoreFlag[] = []) {
  const first = scene();
  const findings = diagnose(first, rules, ignores, ({ node, argv }) => ({
    argv,
    command: `on ${node ?? "here"}: ${argv.join(" ")}`,
  }));
  return { findings, claims: first.cells.claims, size: first.size, at: (name: string) => indexOf(first, name) };
}

function indexOf({ nodes }: Scene, name: string): number {
  return nodes.findIndex((node) => node.name === name);
}

const everything = (seen: Scene) => [{ host: Array.from({ length: seen.size ** 2 }, (_, cell) => cell) }];
const columnOf = (name: string) => (seen: Scene) => [
  { nodes: [name], host: names.map((_, from) => from * seen.size + indexOf(seen, name)) },
];

describe("claims", () => {
  it("go to the earlier rule; a later one gets what is left", () => {
    const { findings } = run([rule("first", columnOf("n2")), rule("second", everything)]);
    expect(findings.map(({ id, pathCount }) => [id, pathCount])).toEqual([
      ["second", 9],
      ["first", 3],
    ]);
  });

  it("take only paths that are unreachable, each once", () => {
    const { findings } = run([
      rule("greedy", (seen) => [{ host: [0, 0, 1, 1, 99999], endpoint: Array(seen.size).keys() }]),
    ]);
    expect(findings.map((finding) => finding.pathCount)).toEqual([1]);
  });

  it("point at their finding after sorting", () => {
    const { findings, claims, size, at } = run([rule("small", columnOf("n2")), rule("big", everything)]);
    const claim = (from: string, to: string) => findings[(claims.host[at(from) * size + at(to)] ?? 0) - 1]?.id;
    expect([claim("n1", "n2"), claim("n1", "n3")]).toEqual(["small", "big"]);
  });

  it("are blank in what later rules see", () => {
    let seenByLater: readonly string[] = [];
    const later = rule("later", (seen) => {
      seenByLater = seen.shapes.map((shape) => shape.kind);
      return [];
    });
    run([rule("first", everything), later]);
    expect(seenByLater).toEqual([]);
    run([later]);
    expect(seenByLater).toEqual(["all"]);
  });

  it("of a whole mesh of 400 nodes are counted without a stack of arguments", () => {
    const many = Array.from({ length: 400 }, (_, at) => `n${at}`);
    const facts = meshFacts(many, { see: (from, to) => (from === to ? {} : { hostHttp: silence }) });
    const view = lens({ nodes: [], zones: [], target: null, protocol: null }, facts.nodes);
    const cells = correlate(facts, view);
    const first = firstScene(facts, cells, ciliumSettings(facts), readPlanes(facts, cells, view));
    expect(diagnose(first, [rule("all", everything)], [], ({ argv }) => ({ argv, command: "" }))[0]?.pathCount).toBe(
      400 * 399,
    );
  });
});

describe("findings", () => {
  it("are sorted by severity, paths, catalogue order and first node, by number and not by letter", () => {
    const { findings } = run([
      rule("info", () => [{}], "info"),
      rule("nothing-b", () => [{ nodes: ["n10"] }, { nodes: ["n2"] }]),
      rule("nothing-a", () => [{ nodes: ["n1"] }]),
      rule("column", columnOf("n3")),
      rule("warning", everything, "warning"),
    ]);
    expect(findings.map(({ id, nodes }) => `${id} ${nodes.join()}`.trim())).toEqual([
      "column n3",
      "nothing-b n2",
      "nothing-b n10",
      "nothing-a n1",
      "warning",
      "info",
    ]);
  });

  it("name their nodes in order and carry fix, link and the spelled command", () => {
    const confirm = [{ node: "n1", argv: ["ip", "link"], expect: "UP" }];
    const { findings } = run([rule("x", () => [{ nodes: ["n10", "n2"], confirm, severity: "warning" }])]);
    expect(findings[0]).toMatchObject({
      severity: "warning",
      nodes: ["n2", "n10"],
      fix: "mend it",
      docs: expect.stringMatching(/^https:\/\/docs\.cilium\.io\//),
      confirm: [{ node: "n1", command: "on n1: ip link", expect: "UP" }],
    });
  });

  it.each<[string, Partial<ConfirmStep>, number]>([
    ["nodes of usual names", { argv: ["cilium-health", "pair", "n1", "n2"] }, 1],
    ["a node whose name reads as a flag", { argv: ["cilium-health", "pair", "n1", "--locate"] }, 0],
    ["the claim's own node of such a name", { argv: ["get", "node", "-x"] }, 0],
    ["an address nobody told", { argv: ["get", "node", ""] }, 0],
    ["flags of kubectl", { argv: ["-n", "kube-system", "get", "pod", "agent"] }, 1],
    ["flags of a program in the image", { node: "n1", argv: ["cilium-health", "status", "-o", "json"] }, 1],
  ])("name no command that cannot be typed as it is meant: %s", (_what, step, count) => {
    const confirm = [{ node: null, argv: [], expect: "anything", ...step }];
    const { findings } = run([rule("x", () => [{ nodes: ["-x"], confirm }])]);
    expect(findings[0]?.confirm).toHaveLength(count);
  });

  it.each([
    ["a rule everywhere", { rule: "column", node: null }, true],
    ["a rule on its node", { rule: "column", node: "n3" }, true],
    ["a rule on another node", { rule: "column", node: "n1" }, false],
    ["another rule", { rule: "other", node: null }, false],
  ])("are ignored by %s: %j is %s", (_what, flag, ignored) => {
    expect(run([rule("column", columnOf("n3"))], [flag]).findings[0]?.ignored).toBe(ignored);
  });
});

describe("a rule that throws", () => {
  const broken: Rule = {
    ...rule("broken", () => []),
    find: () => {
      throw new Error("boom");
    },
    wants: () => {
      throw new Error("boom");
    },
  };

  it("says so in a finding of its own and harms no other", () => {
    const { findings } = run([broken, rule("column", columnOf("n2"))]);
    expect(findings.map(({ id, severity }) => [id, severity])).toEqual([
      ["column", "error"],
      ["rule-failed", "info"],
    ]);
    expect(findings[1]).toMatchObject({ title: "rule broken failed and was left out", evidence: [{ text: "boom" }] });
  });

  it("wants nothing", () => {
    const wanting: Rule = {
      ...rule("x", () => []),
      wants: () => [
        { node: "n10", capture: "ip-link.json" },
        { node: "n2", capture: "ip-rule.txt" },
        { node: "n2", capture: "ip-link.json" },
        { node: "n2", capture: "ip-link.json" },
      ],
    };
    expect(wantedCaptures(scene(), [broken, wanting]).map(({ node, capture }) => `${node} ${capture}`)).toEqual([
      "n2 ip-link.json",
      "n2 ip-rule.txt",
      "n10 ip-link.json",
    ]);
  });
});
