import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Check } from "../../src/analyse/check.ts";
import { checks } from "../../src/analyse/checks/index.ts";

const folder = new URL("../../src/analyse/checks/", import.meta.url);
const files = readdirSync(folder).filter((name) => name !== "index.ts");

describe.each(files)("the check file %s", (file) => {
  const id = file.replace(/\.ts$/, "");

  it("exports one check of the list, named after its id as the file is", async () => {
    const exported: object = await import(new URL(file, folder).href);
    const found = Object.entries(exported).filter((entry): entry is [string, Check] => checks.includes(entry[1]));
    const [first = "", ...others] = id.split("-");
    const name = [first, ...others.map((word) => (word[0]?.toUpperCase() ?? "") + word.slice(1))].join("");
    expect(found.map(([own, { cause }]) => [own, cause.id])).toEqual([[name, id]]);
  });

  it("has tests in which it says something and in which it is quiet", () => {
    const tests = new URL(`checks/${id}.test.ts`, import.meta.url);
    expect(existsSync(tests), `test/analyse/checks/${id}.test.ts`).toBe(true);
    const text = readFileSync(tests, "utf8");
    expect(text).toMatch(/is quiet/);
    expect(text).toMatch(/warns|fails/);
  });
});

describe("the list of checks", () => {
  it("holds every file's check once", () => {
    expect(checks.map(({ cause }) => `${cause.id}.ts`).sort()).toEqual([...files].sort());
  });
});
