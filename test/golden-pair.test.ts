import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseRequest } from "../src/cli/parse-request.ts";
import { run } from "../src/commands/run.ts";
import { goldenFile } from "./golden-file.ts";
import { silentIo } from "./recorded-report.ts";

const base = new URL("../src/demo/scenarios/", import.meta.url);
const scenarios = readdirSync(base, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const schemaOf = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../docs/${name}.schema.json`, import.meta.url), "utf8"));
const ajv = new Ajv2020({ allErrors: true }).addSchema(schemaOf("report"), "report.schema.json");
const validate = ajv.compile(schemaOf("pair"));

/** What `pair` prints of a recorded scenario: of nodes in two zones, at or between which most of the recorded faults are. */
async function pairText(scenario: string, format: "table" | "json" | "yaml"): Promise<string> {
  const from = fileURLToPath(new URL(scenario, base));
  const request = parseRequest(["pair", "worker-2", "worker-4", "--from", from, "-o", format]);
  if (request.kind !== "pair") throw new Error("not a pair request");
  const written: string[] = [];
  await run(request, silentIo(written));
  return written.join("");
}

describe.each(scenarios)("%s", (scenario) => {
  it.each(["table", "json"] as const)("pair as %s", async (format) => {
    const text = await pairText(scenario, format);
    expect(text).toEqual(await goldenFile(`${scenario}.pair-${format}`, text));
  });

  it("pair fits its schema, and YAML is the same object", async () => {
    const document: unknown = JSON.parse(await pairText(scenario, "json"));
    expect(validate(document), JSON.stringify(validate.errors, null, 1)).toBe(true);
    expect(parse(await pairText(scenario, "yaml"))).toEqual(document);
  });
});
