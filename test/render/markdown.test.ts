import { describe, expect, it } from "vitest";
import { parseFault } from "../../src/demo/index.ts";
import type { Finding, Report } from "../../src/model/report.ts";
import { markdownChunks } from "../../src/render/markdown.ts";
import { generatedLook } from "../generated-look.ts";

const options = { columns: 80, colorLevel: 1, ascii: false, noHeaders: false, all: false } as const;
const { report } = generatedLook({ nodes: 4, faults: [parseFault("vxlan-blocked=node-2")] });
const markdown = (one: Report) => [...markdownChunks(one, options)].join("");

function withFinding(change: Partial<Finding>): string {
  const [first] = report.findings;
  if (first === undefined) throw new Error("the mesh has no finding");
  return markdown({ ...report, findings: [{ ...first, ...change }] });
}

describe("-o markdown", () => {
  it("has the verdict, a table whose rows have as many cells as its head, and no colour", () => {
    const text = markdown(report);
    expect(text).toMatch(/^## Cilium health: unhealthy\n/);
    expect(text).not.toContain("\u001b");
    const rows = text.split("\n").filter((line) => line.startsWith("|"));
    expect(rows.length).toBe(2 + report.nodes.length);
    expect(new Set(rows.map((row) => row.split(/(?<!\\)\|/).length)).size).toBe(1);
  });

  it.each([
    ["a table's border", "a | b", "a \\| b"],
    ["code", "a `b` c", "a \\`b\\` c"],
    ["a link", "[a](http://b)", "\\[a\\](http://b)"],
    ["HTML", "<img src=x> & co", "&lt;img src=x&gt; &amp; co"],
    ["emphasis", "*a* _b_", "\\*a\\* \\_b\\_"],
    ["a line's end", "a\n# b", "a\\\\x0a# b"],
  ])("text of the cluster stays text: %s", (_what, title, shown) => {
    expect(withFinding({ title })).toContain(`### error: ${shown}\n`);
  });

  it("a command with backticks stays within its block", () => {
    const confirm = [{ node: null, argv: [], command: "echo ```` `x`", expect: "" }];
    expect(withFinding({ confirm })).toContain("\n`````sh\necho ```` `x`\n`````\n");
  });

  it("of a hostile cluster carries nothing a terminal acts on", () => {
    const hostile = generatedLook({ nodes: 4, faults: [parseFault("hostile-names")] }).report;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(markdown(hostile)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});
