import { expect, it } from "vitest";
import { runOnLargeReplies } from "./large-replies.ts";

it("30 replies of 4 MiB take no more memory than those that are read at once", async () => {
  const { stdout, stderr, peakMiB, swollen } = await runOnLargeReplies(30);
  expect(stderr).toBe("");
  expect(stdout).toContain("30 of 30 agents answered");
  expect(swollen).toBeGreaterThanOrEqual(30);
  expect(peakMiB).toBeLessThan(400);
}, 170_000);
