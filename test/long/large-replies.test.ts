import { expect, it } from "vitest";
import { blanksBehind, runSwollen } from "../large-replies.ts";

const agents = 1000;
/**
 * 200 MiB for so many agents' matrix, 32 of room for replies under way, and what V8 lets buffers that were read grow to
 * before it looks for them: 64, and more where the machine has no core left for it.
 */
const mostMiB = 350;

it("1,000 agents whose views have 4 MiB each, in tallies and rows", async () => {
  const run = await runSwollen(agents, blanksBehind(4));
  expect([run.code, run.stderr]).toEqual([0, ""]);
  expect(run.stdout).toContain(`${agents} of ${agents} agents answered`);
  expect(run.swollen).toBe(agents);
  expect(run.peakMiB).toBeLessThan(mostMiB);
});
