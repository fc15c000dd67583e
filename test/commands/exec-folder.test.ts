import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { execFolder } from "../../src/commands/exec-folder.ts";
import { result } from "../exec-results.ts";

let base = "";
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "exec-folder-"));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

describe("the files of --to", () => {
  it.each([
    ["long and differ at the end", `${"n".repeat(240)}-1`, `${"n".repeat(240)}-2`],
    ["long once they are spelled in percents", `${"ö".repeat(60)}1`, `${"ö".repeat(60)}2`],
    ["one the beginning of the other", "n".repeat(150), "n".repeat(151)],
  ])("are one a node, where two names are %s", async (what, ...nodes) => {
    const path = join(base, what);
    const folder = await execFolder(path, base);
    const kept = [];
    for (const node of nodes) kept.push(await folder.keep(result(node, node)));
    expect(folder.failure).toBe(null);
    expect(readdirSync(path)).toHaveLength(2);
    expect(kept.map(({ stdout }) => readFileSync(join(path, stdout.file), "utf8"))).toEqual(nodes);
    for (const name of readdirSync(path)) expect(Buffer.byteLength(name)).toBeLessThan(200);
  });
});
