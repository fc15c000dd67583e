import { describe, expect, it } from "vitest";
import { replySizes } from "../../src/collect/reply-sizes.ts";
import type { ExecOutcome } from "../../src/model/capture.ts";

const MiB = 1024 * 1024;
const reply = (bytes: number): ExecOutcome => ({ kind: "ok", stdout: new Uint8Array(bytes), stderr: "" });

describe("agents asked at once, by the size of their replies,", () => {
  it.each<[string, ExecOutcome[], number]>([
    ["are not bounded before the first reply", [], 32 * MiB],
    ["are not fewer than 20 where replies have a MiB", [reply(MiB)], 32],
    ["are 8 where replies have 4 MiB", [reply(4 * MiB)], 8],
    ["are counted by the largest of the last replies", [reply(4 * MiB), reply(10), reply(20)], 9],
    ["are never fewer than 4", [reply(64 * MiB)], 4],
    ["are fewer after a reply that was too big", [{ kind: "too-big", limitBytes: 32 * MiB }], 4],
    ["are not bounded by what has no reply", [{ kind: "closed-without-status", code: 1006 }], 32 * MiB],
  ])("%s", (_what, heard, lanes) => {
    const sizes = replySizes();
    for (const outcome of heard) sizes.heard(outcome);
    expect(sizes.lanes()).toBe(lanes);
  });

  it("are as many as before when thirty small replies have followed a large one", () => {
    const sizes = replySizes();
    sizes.heard(reply(32 * MiB));
    for (let more = 0; more < 30; more++) sizes.heard(reply(1000));
    expect(sizes.lanes()).toBeGreaterThan(20);
  });
});
