import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pingChunks } from "../src/render/ping.ts";
import { goldenFile } from "./golden-file.ts";
import { recordedPing } from "./recorded-ping.ts";

const scenarios = readdirSync(new URL("../src/demo/scenarios/", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const options = { columns: 80, colorLevel: 0, ascii: false, noHeaders: false, all: false } as const;

describe.each(scenarios)("%s", (scenario) => {
  it.each(["table", "wide", "json", "yaml"] as const)("ping as %s", async (format) => {
    const text = [...pingChunks(await recordedPing(scenario), format, options)].join("");
    expect(text).toEqual(await goldenFile(`${scenario}.ping-${format}`, text));
  });
});
