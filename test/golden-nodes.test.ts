import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { nodesChunks } from "../src/commands/nodes.ts";
import { goldenFile } from "./golden-file.ts";
import { nodesOf } from "./recorded-nodes.ts";
import { recordedReport } from "./recorded-report.ts";

const scenarios = readdirSync(new URL("../src/demo/scenarios/", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const options = { columns: 80, colorLevel: 0, ascii: false, noHeaders: false, all: false } as const;
const schemaOf = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../docs/${name}.schema.json`, import.meta.url), "utf8"));
const ajv = new Ajv2020({ allErrors: true }).addSchema(schemaOf("report"), "report.schema.json");
const validate = ajv.compile(schemaOf("nodes"));

describe.each(scenarios)("%s", (scenario) => {
  it.each(["table", "wide", "json", "yaml"] as const)("nodes as %s", async (format) => {
    const compared = nodesOf(await recordedReport(scenario));
    const text = [...nodesChunks(compared, format, options)].join("");
    expect(text).toEqual(await goldenFile(`${scenario}.nodes-${format}`, text));
  });

  it("nodes fits its schema, and YAML is the same object", async () => {
    const compared = nodesOf(await recordedReport(scenario));
    const document: unknown = JSON.parse([...nodesChunks(compared, "json", options)].join(""));
    expect(validate(document), JSON.stringify(validate.errors, null, 1)).toBe(true);
    expect(parse([...nodesChunks(compared, "yaml", options)].join(""))).toEqual(document);
  });
});

describe("a schema that could not fail would hold nothing", () => {
  it("refuses an unknown kind of trouble", async () => {
    const text = [...nodesChunks(nodesOf(await recordedReport("node-down")), "json", options)].join("");
    expect(text).toContain('"no-answer"');
    expect(validate(JSON.parse(text.replace('"no-answer"', '"mute"')))).toBe(false);
  });
});
