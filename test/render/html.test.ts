import { createHash } from "node:crypto";
import { Script } from "node:vm";
import { describe, expect, it } from "vitest";
import { pageChunks } from "../../src/commands/page.ts";
import { rowWriter } from "../../src/render/html/row-text.ts";
import { htmlChunks } from "../../src/render/html.ts";
import { everything } from "../generated-look.ts";
import { largePage } from "../large-page.ts";
import { recordedReport } from "../recorded-report.ts";

const sha256 = (text: string) => `sha256-${createHash("sha256").update(text).digest("base64")}`;

function between(text: string, before: string, after: string): string {
  const start = text.indexOf(before) + before.length;
  return text.slice(start, text.indexOf(after, start));
}

async function recordedPage(scenario: string): Promise<string> {
  return [...pageChunks(await recordedReport(scenario), "status", everything)].join("");
}

describe("the file", () => {
  it("holds one script and one style, both named in its policy by hash, and nothing that is fetched", async () => {
    const page = await recordedPage("zone-partition");
    const policy = between(page, 'Content-Security-Policy" content="', '">');
    const script = between(page, "<script>", "</script>");
    expect(policy).toContain(`script-src '${sha256(script)}'`);
    expect(policy).toContain(`style-src '${sha256(between(page, "<style>", "</style>"))}'`);
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toContain("unsafe");
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page).not.toMatch(/<[^>]+\s(?:src|on\w+|style)=/);
    expect(page.replace(between(page, 'id="report">', "</script>"), "")).not.toMatch(
      /<link[^>]+href="(?!data:)|@import|url\(/,
    );
  });

  it("has a script that parses and never writes markup", async () => {
    const script = between(await recordedPage("healthy"), "<script>", "</script>");
    expect(() => new Script(script)).not.toThrow();
    expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/);
  });

  it("embeds its data so that no text can leave the script element", () => {
    const hostile = "</script><!--<script>\u2028\u2029\u202e";
    const text = [...htmlChunks(largePage({ size: 3, broken: () => true, nameOf: () => hostile }), sha256)].join("");
    const data = between(text, 'id="report">', "</script>");
    expect(data).not.toMatch(/[<\u2028\u2029\u202e]/);
    expect(JSON.parse(data).nodes[0].name).toBe("</script><!--<script>\\u2028\\u2029\\u202e");
  });

  it("is at most 6 MB for 1,000 nodes, in chunks, though a third of them are broken", () => {
    let bytes = 0;
    let longest = 0;
    for (const chunk of htmlChunks(largePage({ size: 1000, broken: (place) => place % 3 === 0 }), sha256)) {
      bytes += Buffer.byteLength(chunk);
      longest = Math.max(longest, chunk.length);
    }
    expect(bytes).toBeLessThanOrEqual(6e6);
    expect(longest).toBeLessThan(5e5);
  });
});

describe("rows", () => {
  const written = (...rows: readonly (readonly number[])[]) => {
    const write = rowWriter();
    return rows.map((row, at) => write(Uint8Array.from(row), at));
  };

  it.each([
    ["runs", [[0, 9, 9, 9, 9, 9, 2]], ["~9*6,2"]],
    ["letters where runs would be longer", [[0, 1, 63, 2, 1, 0, 9, 25]], ["-BB/CBAJZ"]],
    [
      "a row again",
      [Array(20).fill(5), Array(20).fill(5).with(1, 0), Array(20).fill(5).with(2, 7)],
      ["~5*20", "=0", "=0"],
    ],
    ["a node alone", [[3]], ["-A"]],
  ])("%s", (_what, rows, texts) => {
    expect(written(...rows)).toEqual(texts);
  });

  it("claims beyond six bits stay numbers", () => {
    expect(rowWriter()(Uint16Array.from([0, 700, 1, 700]), 0)).toBe("~700*2,1,700");
  });
});
