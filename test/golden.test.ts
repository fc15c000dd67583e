import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { statusChunks } from "../src/commands/status.ts";
import { goldenFile } from "./golden-file.ts";
import { recordedReport } from "./recorded-report.ts";

const scenarios = readdirSync(new URL("../src/demo/scenarios/", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const options = { columns: 80, colorLevel: 0, ascii: false, noHeaders: false, all: false } as const;

describe.each(scenarios)("%s", (scenario) => {
  it.each(["table", "wide", "json", "yaml", "name", "markdown", "junit", "prometheus"] as const)(
    "as %s",
    async (format) => {
      const { report } = await recordedReport(scenario);
      const text = [...statusChunks(report, format, options)].join("");
      await expect(text).toEqual(await goldenFile(`${scenario}.${format}`, text));
    },
  );
});
