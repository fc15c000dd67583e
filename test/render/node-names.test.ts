import { describe, expect, it } from "vitest";
import { foldedNames } from "../../src/render/node-names.ts";

const numbered = (from: number, to: number, width = 0) =>
  Array.from({ length: to - from + 1 }, (_, at) => `node-${String(from + at).padStart(width, "0")}`);

describe("node names in few words", () => {
  it.each([
    [[], ""],
    [["a"], "a"],
    [["worker-1", "worker-2"], "worker-1, worker-2"],
    [["worker-1", "worker-2", "worker-3", "worker-5"], "worker-1..worker-3, worker-5"],
    [[...numbered(8, 12), "x"], "node-8..node-12, x"],
    [numbered(8, 12, 3), "node-008..node-012"],
    [["a-09", "a-10", "a-11"], "a-09..a-11"],
    [["a-9", "a-010", "a-11"], "a-9, a-010, a-11"],
    [["ip-10-0-1-1.eu", "ip-10-0-1-2.eu"], "ip-10-0-1-1.eu, ip-10-0-1-2.eu"],
    [["a\u001b1", "a\u001b2", "a\u001b3"], "a\\x1b1..a\\x1b3"],
  ])("%j", (names, text) => {
    expect(foldedNames(names, 0)).toBe(text);
  });

  it("are cut with how many are left out", () => {
    const names = ["alpha", "beta", "gamma", ...numbered(1, 100)];
    expect(foldedNames(names, 14)).toBe("alpha, beta and 101 more");
    expect(foldedNames(["a-very-long-name", "b"], 5)).toBe("a-very-long-name and 1 more");
  });
});
