import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { listScenarios } from "../../src/demo/index.ts";
import { reportDocument } from "../../src/render/document.ts";
import { jsonChunks } from "../../src/render/json.ts";
import { yamlChunks } from "../../src/render/yaml.ts";
import { recordedReport } from "../recorded-report.ts";

const schema: object = JSON.parse(readFileSync(new URL("../../docs/report.schema.json", import.meta.url), "utf8"));
const validate = new Ajv2020({ allErrors: true }).compile(schema);
const scenarios = (await listScenarios(new URL("../../src/demo/scenarios/", import.meta.url))).map(({ name }) => name);

const json = (document: Record<string, unknown>) => [...jsonChunks(document)].join("");
const yaml = (document: Record<string, unknown>) => [...yamlChunks(document)].join("");

describe.each(scenarios)("%s", (scenario) => {
  it("fits the schema, healthy paths included", async () => {
    const { report } = await recordedReport(scenario);
    const document: unknown = JSON.parse(json(reportDocument(report, true)));
    expect(validate(document), JSON.stringify(validate.errors, null, 1)).toBe(true);
  });

  it("is the same object as YAML", async () => {
    const { report } = await recordedReport(scenario);
    const document = reportDocument(report, true);
    expect(parse(yaml(document))).toEqual(JSON.parse(json(document)));
  });
});

describe("a schema that could not fail would hold nothing", () => {
  it("refuses an unknown status word", async () => {
    const { report } = await recordedReport("zone-partition");
    const document = JSON.parse(json(reportDocument(report, true)).replace('"unreachable",', '"broken",')) as unknown;
    expect(validate(document)).toBe(false);
  });
});

/** What a terminal acts on, but for the line ends that both formats are made of. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the purpose
const acted = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe("any document", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("true", "1e3", "null", "~", "- a", "a: b", "2031-05-02", "", " x", "0x1f", "yes"),
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      text,
      fc.array(tie("any")),
      fc.dictionary(
        text.filter((key) => key !== "__proto__"),
        tie("any"),
      ),
    ),
  })).any;
  const document = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), value, { minKeys: 1 });

  it("reads back from JSON as it was", () => {
    fc.assert(
      fc.property(document, (one) => {
        expect(JSON.parse(json(one))).toEqual(JSON.parse(JSON.stringify(one)));
      }),
    );
  });

  it("reads back from YAML as it was", () => {
    fc.assert(
      fc.property(document, (one) => {
        expect(parse(yaml(one))).toEqual(JSON.parse(JSON.stringify(one)));
      }),
    );
  });

  it("carries nothing a terminal acts on", () => {
    fc.assert(
      fc.property(document, (one) => {
        expect(json(one) + yaml(one)).not.toMatch(acted);
      }),
    );
  });
});
