import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { rulesPage } from "../krew/rules-page.ts";
import { everyCause } from "../src/analyse/catalogue.ts";

const file = new URL("../docs/rules.md", import.meta.url);

describe("docs/rules.md", () => {
  it("is what the rules say; GOLDEN=write rewrites it", async () => {
    const text = rulesPage();
    if (process.env["GOLDEN"] === "write") await writeFile(file, text);
    expect(await readFile(file, "utf8").catch(() => "")).toBe(text);
  });

  it("has a section for every id, in the order in which rules and checks are asked", () => {
    const headings = [...rulesPage().matchAll(/^### (.+)$/gm)].map((match) => match[1]);
    expect(headings).toEqual(everyCause.map(({ id }) => id));
  });

  it("links to sections that are there", () => {
    const links = [...rulesPage().matchAll(/\]\(#([^)]+)\)/g)].map((match) => match[1]);
    expect(links).toEqual(everyCause.map(({ id }) => id));
  });
});
