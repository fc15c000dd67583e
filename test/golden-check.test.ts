import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { checkChunks } from "../src/commands/check.ts";
import { goldenFile } from "./golden-file.ts";
import { recordedCheck } from "./recorded-report.ts";

const scenarios = readdirSync(new URL("../src/demo/scenarios/", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const options = { columns: 80, colorLevel: 0, ascii: false, noHeaders: false, all: false } as const;
const schemaOf = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../docs/${name}.schema.json`, import.meta.url), "utf8"));
const schema = schemaOf("check");
const validate = new Ajv2020({ allErrors: true }).addSchema(schemaOf("report"), "report.schema.json").compile(schema);

describe.each(scenarios)("%s", (scenario) => {
  it("check as table", async () => {
    const text = [...checkChunks(await recordedCheck(scenario), "table", options)].join("");
    expect(text).toEqual(await goldenFile(`${scenario}.check`, text));
  });

  it("check as JSON, which fits its schema with every line and is the same object as YAML", async () => {
    const seen = await recordedCheck(scenario);
    const text = [...checkChunks(seen, "json", options)].join("");
    expect(text).toEqual(await goldenFile(`${scenario}.check-json`, text));
    const all: unknown = JSON.parse([...checkChunks(seen, "json", { ...options, all: true })].join(""));
    expect(validate(all), JSON.stringify(validate.errors, null, 1)).toBe(true);
    expect(parse([...checkChunks(seen, "yaml", { ...options, all: true })].join(""))).toEqual(all);
  });

  it("check in ASCII alone has no other character", async () => {
    const seen = await recordedCheck(scenario);
    const text = [...checkChunks(seen, "table", { ...options, ascii: true, all: true })].join("");
    expect(text).toMatch(/^[\n -~]+$/);
  });
});

describe("the schema of check", () => {
  it("refuses a status that there is not", async () => {
    const text = [...checkChunks(await recordedCheck("healthy"), "json", { ...options, all: true })].join("");
    expect(validate(JSON.parse(text.replace('"status": "ok"', '"status": "green"')))).toBe(false);
  });
});
