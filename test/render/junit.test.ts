import { describe, expect, it } from "vitest";
import { checksOf } from "../../src/analyse/summary/checks.ts";
import { parseFault } from "../../src/demo/index.ts";
import type { Check } from "../../src/model/check.ts";
import { junitChunks } from "../../src/render/junit.ts";
import { generatedLook } from "../generated-look.ts";
import { elementsOf } from "../xml.ts";

const { report } = generatedLook({ nodes: 3 });
const junit = (checks: readonly Check[]) => [...junitChunks(report, [{ name: "suite", checks }])].join("");
const check = (outcome: Check["outcome"], message = "", details: readonly string[] = []): Check => ({
  name: "one",
  outcome,
  message,
  details,
});

describe("JUnit XML", () => {
  it("counts its tests by outcome", () => {
    const text = junit([check("passed"), check("failed", "a"), check("unseen", "b"), check("skipped", "c")]);
    const [all, suite, ...rest] = elementsOf(text);
    const counts = { tests: "4", failures: "1", errors: "1", skipped: "1" };
    expect(all).toMatchObject({ name: "testsuites", attributes: counts });
    expect(suite).toMatchObject({ name: "testsuite", attributes: { name: "suite", ...counts } });
    expect(rest.filter(({ name }) => name !== "testcase").map(({ name }) => name)).toEqual([
      "failure",
      "error",
      "skipped",
    ]);
  });

  it("leaves empty suites out", () => {
    expect(junit([])).not.toContain("<testsuite ");
  });

  it.each([
    ["markup", `</failure><script>"&'`],
    ["what XML cannot hold", "\u0000\u001b[31m\ud800\ufffe\uffff"],
    ["many lines", "a\nb"],
  ])("text stays text: %s", (_what, text) => {
    const elements = elementsOf(junit([check("failed", text, [text, text]), { ...check("passed"), name: text }]));
    expect(elements.map(({ name }) => name)).toEqual(["testsuites", "testsuite", "testcase", "failure", "testcase"]);
  });

  it("of a hostile cluster is well-formed", () => {
    const hostile = generatedLook({ nodes: 4, faults: [parseFault("hostile-names")] }).report;
    const text = [...junitChunks(hostile, checksOf(hostile, "warning"))].join("");
    expect(elementsOf(text).filter(({ name }) => name === "testcase").length).toBeGreaterThan(8);
  });
});
