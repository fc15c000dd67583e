import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commandPages, exampleLine, examples } from "../krew/command-pages.ts";
import { parseRequest } from "../src/cli/parse-request.ts";
import { verbs } from "../src/cli/verbs.ts";
import { statusChunks } from "../src/commands/status.ts";
import { recordedReport } from "./recorded-report.ts";

const docs = new URL("../docs/", import.meta.url);
const pages = commandPages();

describe("docs/commands", () => {
  it("is what `npm run docs` writes, page by page", () => {
    const written = readdirSync(new URL("commands/", docs)).sort();
    expect(written).toEqual([...pages.keys()].sort());
    for (const [name, text] of pages) {
      expect(readFileSync(new URL(`commands/${name}`, docs), "utf8"), `${name}: run npm run docs`).toBe(text);
    }
  });

  it("has a page for every command and names every flag", () => {
    const all = [...pages.values()].join("\n");
    for (const { usage, flags } of verbs) {
      const name = usage.split(" ")[0] ?? "";
      if (name !== "$0") expect([...pages.keys()]).toContain(`${name}.md`);
      for (const flag of Object.keys(flags)) expect(all).toMatch(new RegExp(`\`--?${flag}[ \`]`));
    }
  });
});

describe("examples", () => {
  const lines = Object.entries(examples).flatMap(([name, some]) => some.map(([line]) => [name, line] as const));

  it.each(lines)("of %s: %s", (name, line) => {
    const words = exampleLine(name, line).split(" ").slice(2);
    const request = parseRequest(words.map((word) => word.replaceAll("'", "")));
    expect(request.kind).toBe(name);
  });
});

const pagesByHand = [
  ...readdirSync(docs, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
  "README.md",
  "CONTRIBUTING.md",
  "RELEASING.md",
];
const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

describe("links between pages", () => {
  it.each(pagesByHand)("of %s", (file) => {
    const from = new URL(`../${file}`, import.meta.url);
    const links = [...read(file).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? "");
    const local = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(local.filter((link) => !existsSync(new URL(link, from)))).toEqual([]);
  });
});

describe("what the pages and workflows tell to run", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

  it.each([...pagesByHand, ".github/workflows/ci.yml", ".github/workflows/release.yml"])("in %s exists", (file) => {
    const named = [...read(file).matchAll(/\bnpm run (?:--silent )?([a-z][a-z0-9:-]*)/g)].map(
      (match) => match[1] ?? "",
    );
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it.each(["docs/from-zero-to-a-diagnosis.md", "docs/troubleshooting.md"])("in %s is understood", (file) => {
    const lines = [...read(file).matchAll(/^ {4}(?:\$ )?kubectl cilium-health ?([^#|>;\n]*)/gm)];
    const requests = lines.map(([, words = ""]) => parseRequest(words.split(" ").filter((word) => word !== "")));
    expect(requests.length).toBeGreaterThan(0);
    expect(requests.filter(({ kind }) => kind === "wrong")).toEqual([]);
  });
});

describe("from zero to a diagnosis", () => {
  it("shows the screen and the finding that the demo shows", async () => {
    const page = read("docs/from-zero-to-a-diagnosis.md");
    const shown = page.split("\n").filter((line) => /^ {4}(?:NODE|worker-|error|\d+ of)/.test(line));
    const { report } = await recordedReport("vxlan-blocked-one-node");
    const options = { columns: 80, colorLevel: 0, ascii: false, noHeaders: false, all: false } as const;
    const screen = [...statusChunks(report, "table", options)].join("");
    expect(shown).toHaveLength(8);
    for (const line of shown) expect(screen).toContain(line.trim());
  });
});
