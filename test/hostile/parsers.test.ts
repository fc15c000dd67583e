import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { shown } from "../../src/model/visible-text.ts";
import { parseHealthReply } from "../../src/parse/health-reply.ts";
import { parseKubeNode } from "../../src/parse/kube-nodes.ts";
import { splitName } from "../../src/parse/names.ts";
import { bytes } from "../views.ts";
import { readers } from "./every-reader.ts";
import { tryReader } from "./reader.ts";
import { folders, tried } from "./tried.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("every file that may read something from outside", () => {
  it.each(folders)("of %s is in the list of what tries it", (folder) => {
    const files = readdirSync(join(root, folder)).filter((name) => name.endsWith(".ts"));
    expect(Object.keys(tried[folder]).sort(), "see test/hostile/tried.ts").toEqual(files.sort());
  });

  const rows = folders.flatMap((folder) =>
    Object.entries(tried[folder]).map(([name, how]) => [`${folder}/${name}`, how] as const),
  );
  const readerNames = readers.map(({ name }) => name);
  const imported = importsOf(join(root, "test/hostile/every-reader.ts"));

  it.each(rows)("%s is tried by what stands there", (file, how) => {
    if (typeof how === "string") {
      expect(readerNames).toContain(how);
      expect(imported.has(join(root, file)), `no reader of test/hostile comes to ${file}`).toBe(true);
    } else if ("test" in how) expect(importsOf(join(root, how.test)).has(join(root, file))).toBe(true);
  });
});

/** A file and all that it imports, directly or not, types alone left out. */
function importsOf(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, path = ""] of readFileSync(file, "utf8").matchAll(
    /^(?:import|export|\}) (?!type ).*from "(\..*)";$/gm,
  )) {
    importsOf(join(dirname(file), path), found);
  }
  for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/\bimport\("(\..*?)"\)/g)) {
    importsOf(join(dirname(file), path), found);
  }
  return found;
}

describe("thousands of hostile inputs", () => {
  it.each(readers)("of $name make no reader throw, keep more than it got, or touch a prototype", async (reader) => {
    await tryReader(reader, reader.cases, 20_261_120);
  });
});

describe("a name of 10 MB", () => {
  const name = `\u001b[31m${"x".repeat(10_000_000)}\u202e`;

  it.each([
    ["a JSON reply", JSON.stringify({ local: { name }, nodes: [{ name, host: { "primary-address": { ip: name } } }] })],
    ["the tree", `Probe time:   2031-05-02T09:14:30Z\nNodes:\n  ${name}:\n    Host connectivity to ${name}:\n`],
    [
      "the counts",
      `Cluster health: 1/1 reachable (2031-05-02T09:14:30Z)\nName IP Node Endpoints\n  ${name}   ${name}   1/1   0/1\n`,
    ],
    ["blanks", `Cluster health: 1/1 reachable${" ".repeat(10_000_000)}x\n  a${" ".repeat(10_000_000)}b\n`],
    ["rows", `rows\t\t${name}\t\n${name}\n.\nend`],
    ["brackets", "[".repeat(1_000_000)],
  ])("in %s is read or refused, and does not hang", (_form, text) => {
    expect(parseHealthReply(bytes(text))).toHaveProperty("ok");
  });

  it("of a node is a name, shown without its controls", () => {
    expect(parseKubeNode({ metadata: { name } })?.name.length).toBe(name.length);
    const text = shown(splitName(name).node);
    expect([text.includes("\u001b"), text.includes("\u202e")]).toEqual([false, false]);
  });
});
