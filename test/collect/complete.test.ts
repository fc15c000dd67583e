import { describe, expect, it } from "vitest";
import { isCompleteJson } from "../../src/collect/complete.ts";
import { recordedReply } from "../recording.ts";
import { bytes } from "../views.ts";

const indented = JSON.stringify({ nodes: [{ name: 'a "}" \\', list: [] }] }, null, 2);

describe("a reply that should be JSON", () => {
  it.each([
    ["an object", "{}"],
    ["a list", "[]"],
    ["indented JSON with Go's empty line", `${indented}\n\n`],
    ["JSON in one line", JSON.stringify(JSON.parse(indented))],
    ["JSON behind a notice", `Using config file: x\n${indented}`],
    ["JSON behind a log line in brackets", `[WARN] slow\n${indented}`],
    ["JSON before trailing text", `${indented}\nwarning: {open\n`],
    ["nothing at all", ""],
    ["no JSON at all", "Error: no such socket"],
  ])("is whole: %s", (_what, text) => {
    expect(isCompleteJson(bytes(text))).toBe(true);
  });

  it.each([
    ["behind a notice", `Using config file: x\n${indented.slice(0, -2)}`],
    ["behind a log line in brackets", `[WARN] slow\n${indented.slice(0, -2)}`],
    ["inside a text", '{"a":"never closed }'],
    ["after the first bracket", "{"],
    ["after the first bracket of a list", "[\n"],
  ])("is cut %s", (_where, text) => {
    expect(isCompleteJson(bytes(text))).toBe(false);
  });

  it("is cut wherever a recorded reply is cut", () => {
    const whole = recordedReply("healthy", "worker-1", "cilium-health-status.json");
    const end = new TextDecoder().decode(whole).trimEnd().length;
    const cuts = Array.from({ length: 400 }, (_, step) => 1 + Math.floor((step * (end - 1)) / 400));
    expect(cuts.filter((at) => isCompleteJson(whole.subarray(0, at)))).toEqual([]);
    expect(isCompleteJson(whole)).toBe(true);
  });
});
