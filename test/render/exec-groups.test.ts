import { describe, expect, it, vi } from "vitest";
import type { ExecGroup } from "../../src/model/exec.ts";
import { execGroupChunks } from "../../src/render/exec-groups.ts";
import { result } from "../exec-results.ts";

const asked = vi.hoisted((): number[] => []);

// Steps are counted where they are made: what the comparing is allowed to cost, not how long it takes here.
vi.mock("diff", async (original) => {
  const real = await original<typeof import("diff")>();
  const structuredPatch = (...args: Parameters<typeof real.structuredPatch>) => {
    const options: unknown = args[6];
    asked.push(Number(Reflect.get(Object(options), "maxEditLength")));
    return real.structuredPatch(...args);
  };
  return { ...real, structuredPatch };
});

const group = (node: string, text: string): ExecGroup => ({ nodes: [node], first: result(node, text) });

const options = { colorLevel: 0 as const, ascii: true, all: false, noHeaders: false, columns: 80 };

function screen(texts: readonly string[]): string {
  asked.length = 0;
  const groups = texts.map((text, at) => group(`n${at}`, text));
  return [...execGroupChunks(groups, options, true)].join("");
}

const lines = (count: number, word: string) =>
  `${Array.from({ length: count }, (_, at) => `${word}${at}`).join("\n")}\n`;

describe("outputs compared with the biggest group's", () => {
  it("are all diffs where they are alike but for some lines", () => {
    const shown = screen(
      Array.from({ length: 50 }, (_, at) =>
        lines(500, "a").replace(at === 0 ? "" : `a${at}\n`, at === 0 ? "" : "other\n"),
      ),
    );
    expect(shown.match(/^\+other$/gm)).toHaveLength(49);
    expect(shown).not.toContain("not compared");
  });

  it("cost no more in all than four that are as far apart as can be, and it is said which were not compared", () => {
    const shown = screen(Array.from({ length: 50 }, (_, at) => lines(1_500, `of-${at}-`)));
    expect(asked.reduce((steps, edits) => steps + edits ** 2, 0)).toBeLessThan(4 * 2_000 ** 2);
    expect(asked.length).toBeLessThan(10);
    expect(shown).toMatch(
      /^\d+ outputs above are shown whole and not compared: to compare all of them would take too long$/m,
    );
    expect(shown).toContain("of-49-1499\n");
  });
});
