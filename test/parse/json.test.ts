import { describe, expect, it } from "vitest";
import { parseJson } from "../../src/parse/json.ts";
import { bytes } from "../views.ts";

const document = { nodes: [{ name: 'quoted "}" and \\ [', list: [1, 2] }] };
const compact = JSON.stringify(document);
const indented = JSON.stringify(document, null, 2);

describe("JSON in a command's output", () => {
  it.each([
    ["alone", compact],
    ["indented, with the empty line Go ends with", `${indented}\n\n`],
    ["after a config notice", `Using config file: /home/cilium/.cilium.yaml\n${compact}`],
    ["after a log line in brackets", `[WARN] slow\n[2031-05-02] later\n${indented}`],
    ["after a warning that holds a brace", `level=warning msg="{"\n${indented}`],
    ["before trailing text with braces", `${compact}\nwarning: {unused}\n`],
    ["before trailing brackets at the start of a line", `${indented}\n[end]\n}`],
    ["with carriage returns", indented.replaceAll("\n", "\r\n")],
    ["behind a byte order mark", `\uFEFF${compact}`],
  ])("is found %s", (_where, text) => {
    expect(parseJson(bytes(text))).toEqual({ ok: true, value: document });
  });

  it.each([
    ["empty", "", "the command printed nothing"],
    ["empty", " \n\t", "the command printed nothing"],
    ["not-json", "Error: no", 'not JSON (9 bytes, starts with "Error: no")'],
    ["not-json", indented.slice(0, -3), `JSON that was cut (${indented.length - 3} bytes, starts with `],
    ["not-json", "note\n{ not json }", "not JSON (17 bytes, starts with "],
  ])("is %s for %j", (reason, text, message) => {
    const parsed = parseJson(bytes(text));
    expect(parsed).toMatchObject({ ok: false, reason });
    expect(parsed.ok ? "" : parsed.message).toContain(message);
  });

  it("does not take a part of a cut document for the whole", () => {
    expect(parseJson(bytes('{"nodes":[\n{"name":"a"}\n,')).ok).toBe(false);
  });

  it("survives bytes that are no UTF-8", () => {
    const text = bytes('{"name":"??"}');
    text[9] = 0xff;
    expect(parseJson(text)).toEqual({ ok: true, value: { name: "\uFFFD?" } });
  });
});
