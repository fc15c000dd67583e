import { describe, expect, it } from "vitest";
import type { Answer, Check } from "../../src/analyse/check.ts";
import { ipForwarding } from "../../src/analyse/checks/ip-forwarding.ts";
import { checkedFacts, sentences, texts } from "./checks/checked.ts";
import { endpointSilent, mesh } from "./mesh.ts";

const made = (look: (nodes: readonly number[]) => readonly Answer[]): Check => ({
  cause: { ...ipForwarding.cause, id: "made-up" },
  look: ({ nodes }) => [...look(nodes)],
});
const facts = mesh({ size: 3 });
const all = (status: Answer["status"], more: Partial<Answer> = {}) =>
  made((nodes) => nodes.map((node) => ({ node, status, text: "said", ...more })));

describe("lines", () => {
  it("are shared by nodes of which the same is said, worst first", () => {
    const mixed = made((nodes) => nodes.map((node) => ({ node, status: node === 1 ? "ok" : "failed", text: "said" })));
    expect(sentences(checkedFacts(mixed, facts))).toEqual([
      "worker-1+worker-3 failed made-up: said",
      "worker-2 ok made-up: said",
    ]);
  });

  it("carry the rule's id where one names the fault, and a hint where something is to be done", () => {
    const [line] = checkedFacts(all("warning", { id: "rp-filter", fix: "do this" }), facts).lines;
    expect(line).toMatchObject({
      check: "made-up",
      id: "rp-filter",
      hint: "do this",
      nodes: ["worker-1", "worker-2", "worker-3"],
    });
    expect(checkedFacts(all("ok"), facts).lines[0]).toMatchObject({ hint: "", docs: "" });
  });

  it("are of the nodes in the scope alone", () => {
    expect(sentences(checkedFacts(all("warning"), facts, { nodes: ["worker-2"] }))).toEqual([
      "worker-2 warning made-up: said",
    ]);
  });

  it("are one of the check itself where it throws", () => {
    const broken = made(() => {
      throw new Error("gremlins");
    });
    const seen = checkedFacts(broken, facts);
    expect(sentences(seen)).toEqual(["cluster not run made-up: this check of the program failed: gremlins"]);
    expect(seen.exitCode).toBe(0);
  });
});

describe("--ignore", () => {
  it.each(["made-up", "rp-filter"])("takes the check's id and the rule's: %s", (rule) => {
    const seen = checkedFacts(all("warning", { id: "rp-filter" }), facts, { ignores: [{ rule, node: null }] });
    expect(seen.lines.map(({ ignored }) => ignored)).toEqual([true]);
    expect([seen.exitCode, seen.checks[0]?.status]).toEqual([0, "ok"]);
  });

  it("of one node leaves the others", () => {
    const seen = checkedFacts(all("warning"), facts, { ignores: [{ rule: "made-up", node: "worker-2" }] });
    expect(seen.lines.map(({ nodes, ignored }) => [nodes, ignored])).toEqual([
      [["worker-1", "worker-3"], false],
      [["worker-2"], true],
    ]);
    expect(seen.exitCode).toBe(1);
  });
});

describe("the exit code", () => {
  const gap: Partial<Answer> = { due: true };

  it.each([
    ["ok", {}, "warning", 0],
    ["warning", {}, "warning", 1],
    ["warning", {}, "error", 0],
    ["warning", {}, "info", 1],
    ["failed", {}, "error", 1],
    ["failed", {}, "never", 0],
    ["not run", gap, "warning", 3],
    ["not run", {}, "warning", 0],
  ] as const)("of %s %o at --fail-on %s is %d", (status, more, failOn, code) => {
    expect(checkedFacts(all(status, more), facts, { failOn }).exitCode).toBe(code);
  });

  it("is 1 where the reachability of the same run is broken, and a fault outranks a gap", () => {
    const broken = mesh({ size: 3, probes: (from, to) => (to === 3 && from !== 3 ? endpointSilent(3) : null) });
    expect(checkedFacts(all("ok"), broken).exitCode).toBe(1);
    expect(checkedFacts(all("not run", gap), broken).exitCode).toBe(1);
  });

  it("is 3 where an agent that is due did not answer", () => {
    const options = { size: 3, outOfReach: { 2: "no route to host" }, confirming: texts("ip_forward.txt", "1") };
    const seen = checkedFacts(ipForwarding, mesh(options));
    expect(sentences(seen)).toEqual(["worker-2 not run ip-forwarding: no route to host"]);
    expect(seen.exitCode).toBe(3);
  });
});

describe("what could not be run", () => {
  it("is told once for each reason, with its checks, and of no node where it is so on all", () => {
    const seen = checkedFacts(all("not run"), facts);
    expect(seen.gaps).toEqual([{ nodes: [], text: "said", checks: ["made-up"] }]);
    const one = made((nodes) => nodes.map((node) => ({ node, status: node === 0 ? "not run" : "ok", text: "said" })));
    expect(checkedFacts(one, facts).gaps).toEqual([{ nodes: ["worker-1"], text: "said", checks: ["made-up"] }]);
  });
});
