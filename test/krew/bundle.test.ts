import { describe, expect, it } from "vitest";
import { bundleProgram } from "../../krew/bundle.ts";

describe("the bundled program", () => {
  it("imports no builtin when it runs, in the form of one executable: its parts are compiled where import() fails", async () => {
    const { files } = await bundleProgram("binary");
    const imports = files.flatMap(({ name, text }) =>
      [...text.matchAll(/\bimport\([^)]*\)/g)].map(([one]) => [name, one]),
    );
    expect(imports).toEqual([]);
  });

  it("reads of http and util what it asks for by name, so that nothing brings fetch along", async () => {
    const { files } = await bundleProgram("npm");
    const heavy = files.filter(({ text }) => /(?:from|import)\s*["'`](?:node:)?(?:http|util)["'`]/.test(text));
    expect(heavy.map(({ name }) => name)).toEqual([]);
  });
});
