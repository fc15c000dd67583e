import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { analysePorts } from "../src/analyse/ports/ports.ts";
import { portsChunks } from "../src/commands/ports.ts";
import type { PortsReport } from "../src/model/ports.ts";
import { everything } from "./generated-look.ts";
import { goldenFile } from "./golden-file.ts";
import { recordedReport } from "./recorded-report.ts";

const scenarios = readdirSync(new URL("../src/demo/scenarios/", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const options = { columns: 80, colorLevel: 0, ascii: false, noHeaders: false, all: true } as const;
const schemaOf = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../docs/${name}.schema.json`, import.meta.url), "utf8"));
const ajv = new Ajv2020({ allErrors: true }).addSchema(schemaOf("report"), "report.schema.json");
const validate = ajv.compile(schemaOf("ports"));

async function portsOf(scenario: string): Promise<PortsReport> {
  const { facts, report } = await recordedReport(scenario);
  return analysePorts(facts, report, everything);
}

describe.each(scenarios)("%s", (scenario) => {
  it.each(["table", "json", "yaml"] as const)("ports as %s", async (format) => {
    const text = [...portsChunks(await portsOf(scenario), format, options)].join("");
    expect(text).toEqual(await goldenFile(`${scenario}.ports-${format}`, text));
  });

  it("ports fits its schema, and YAML is the same object", async () => {
    const ports = await portsOf(scenario);
    const document: unknown = JSON.parse([...portsChunks(ports, "json", options)].join(""));
    expect(validate(document), JSON.stringify(validate.errors, null, 1)).toBe(true);
    expect(parse([...portsChunks(ports, "yaml", options)].join(""))).toEqual(document);
  });

  it("ports fit a terminal of 80 columns, but for what is said of paths", async () => {
    const lines = [...portsChunks(await portsOf(scenario), "table", options)].join("").split("\n");
    const table = lines.slice(2, lines.indexOf("", 2));
    expect(table.filter((line) => line.length > 80)).toEqual([]);
  });
});

describe("a schema that could not fail would hold nothing", () => {
  it("refuses an unknown protocol", async () => {
    const text = [...portsChunks(await portsOf("healthy"), "json", options)].join("");
    expect(validate(JSON.parse(text.replace('"udp"', '"sctp"')))).toBe(false);
  });
});
