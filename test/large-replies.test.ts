import { expect, it } from "vitest";
import { blanksBehind, runSwollen } from "./large-replies.ts";

it("30 replies of 4 MiB take no more memory than those that are read at once", async () => {
  const { code, stdout, stderr, peakMiB, swollen } = await runSwollen(30, blanksBehind(4));
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("30 of 30 agents answered");
  expect(swollen).toBeGreaterThanOrEqual(30);
  expect(peakMiB).toBeLessThan(400);
}, 170_000);
