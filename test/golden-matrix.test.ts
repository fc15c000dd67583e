import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { matrixChunks } from "../src/commands/matrix.ts";
import { pageChunks } from "../src/commands/page.ts";
import { reportDocument } from "../src/render/document.ts";
import { jsonChunks } from "../src/render/json.ts";
import { everything } from "./generated-look.ts";
import { goldenFile } from "./golden-file.ts";
import { recordedReport } from "./recorded-report.ts";

const scenarios = readdirSync(new URL("../src/demo/scenarios/", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const options = { columns: 80, colorLevel: 0, ascii: false, noHeaders: false, all: false } as const;

describe.each(scenarios)("%s", (scenario) => {
  it.each(["status", "icmp", "http", "latency", "age"] as const)("matrix by %s", async (by) => {
    const look = await recordedReport(scenario);
    const text = [...matrixChunks(look, { by, format: "table", scope: everything }, options)].join("");
    expect(text).toEqual(await goldenFile(`${scenario}.matrix-${by}`, text));
  });

  it("matrix with --ascii and half the width", async () => {
    const look = await recordedReport(scenario);
    const narrow = { ...options, ascii: true, columns: 40 };
    const text = [...matrixChunks(look, { by: "status", format: "table", scope: everything }, narrow)].join("");
    expect(text).toEqual(await goldenFile(`${scenario}.matrix-ascii`, text));
  });

  it("matrix for scripts is the document of status --all", async () => {
    const look = await recordedReport(scenario);
    const text = [...matrixChunks(look, { by: "age", format: "json", scope: everything }, options)].join("");
    expect(text).toBe([...jsonChunks(reportDocument(look.report, true))].join(""));
  });

  // Style and script are the same for all and have tests of their own: the data is what a scenario decides.
  it("the page's data", async () => {
    const page = [...pageChunks(await recordedReport(scenario), "status", everything)].join("");
    const start = page.indexOf('id="report">') + 'id="report">'.length;
    const text = `${page.slice(start, page.indexOf("</script>", start))}\n`;
    expect(text).toEqual(await goldenFile(`${scenario}.html-data`, text));
  });
});
