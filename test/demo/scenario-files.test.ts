import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { packScenarios } from "../../krew/pack-scenarios.ts";
import { openScenarioFiles } from "../../src/demo/scenario-files.ts";

const folder = new URL("../../src/demo/scenarios/", import.meta.url);
const quick = 1;

describe("the scenarios", async () => {
  const packed = await packScenarios(folder, quick);
  const files = await openScenarioFiles(folder);

  it.each(["", "node-down", "healthy/nodes", "healthy/nodes/worker-1", "node-down/nodes/worker-4"])(
    'have the same names in "%s" packed as in their folder',
    async (path) => {
      const names = await files.names(path);
      expect(names.length).toBeGreaterThan(0);
      expect(await (await openScenarioFiles(packed)).names(path)).toEqual(names);
    },
  );

  it("have the same bytes", async () => {
    const inside = await openScenarioFiles(packed);
    for (const name of await files.names("healthy/nodes/worker-1")) {
      const path = `healthy/nodes/worker-1/${name}`;
      expect((await inside.read(path))?.equals((await files.read(path)) ?? Buffer.alloc(0)), path).toBe(true);
    }
    expect(await inside.read("healthy/no-such-file")).toBeNull();
    expect(await files.read("healthy/no-such-file")).toBeNull();
  });

  it("are read from a packed file as from its bytes", async () => {
    const scratch = mkdtempSync(join(tmpdir(), "scenarios-"));
    try {
      writeFileSync(join(scratch, "packed"), packed);
      const inside = await openScenarioFiles(pathToFileURL(join(scratch, "packed")));
      expect(await inside.names("")).toEqual(await files.names(""));
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });

  it("name no folder that is not there", async () => {
    await expect(openScenarioFiles(packed).then((inside) => inside.names("nope"))).rejects.toThrow("nope");
    await expect(files.names("nope")).rejects.toThrow();
  });
});
