import { describe, expect, it } from "vitest";
import { JsonCursor } from "../../src/parse/json-cursor.ts";
import { parseTime } from "../../src/parse/time.ts";
import { bytes } from "../views.ts";

describe("a time that is read without making a text of it", () => {
  it.each(["2031-05-02T09:20:00Z", "\ufeff2031-05-02T09:20:00Z", "2031-02-31T00:00:00Z", "soon", ""])("%j", (text) => {
    expect(new JsonCursor(bytes(`"${text}"`)).seconds()).toBe(Math.floor(parseTime(text) / 1000));
  });
});
