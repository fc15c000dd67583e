import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseRequest } from "../../src/cli/parse-request.ts";
import { look } from "../../src/commands/look.ts";
import { publicPaths } from "../../src/render/public-paths.ts";
import { silentIo } from "../recorded-report.ts";

const folder = new URL("../fixtures/lab/", import.meta.url);
const cases = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

interface Expected {
  readonly host: { readonly unreachable: readonly string[][] };
  readonly endpoint: { readonly unreachable: readonly string[][] };
  readonly causes: readonly { readonly id: string; readonly nodes: "all" | readonly string[] }[];
}

describe.each(cases.map((entry) => entry.name))("seen live: %s", (name) => {
  const expected = JSON.parse(readFileSync(new URL(`${name}/expect.json`, folder), "utf8")) as Expected;

  it("shows the pairs that failed and names what was injected", async () => {
    const request = parseRequest(["--from", fileURLToPath(new URL(name, folder))]);
    if (request.kind !== "status") throw new Error("not a status request");
    const { report } = await look(request, silentIo());
    const paths = [...publicPaths(report, false)].filter(
      (path) => path.status === "unreachable" && path.from !== path.to,
    );
    for (const target of ["host", "endpoint"] as const) {
      const pairs = paths.filter((path) => path.target === target).map(({ from, to }) => [from, to]);
      expect(pairs.sort(), target).toEqual([...expected[target].unreachable]);
    }
    const all = report.nodes.map((node) => node.name);
    const found = report.findings.filter((finding) => finding.severity !== "info");
    expect(found.map(({ id, nodes }) => ({ id, nodes }))).toEqual(
      expected.causes.map(({ id, nodes }) => ({ id, nodes: nodes === "all" ? all : nodes })),
    );
  });
});
