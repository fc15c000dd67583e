import { describe, expect, it } from "vitest";
import { ExecStore } from "../../src/commands/exec-store.ts";
import { result as resultOf } from "../exec-results.ts";

const result = (stdout: string) => resultOf("n", stdout);

describe("outputs that wait for the end", () => {
  it("are held once where they are equal", () => {
    const store = new ExecStore(10);
    const [one, other] = [store.keep(result("12345678")), store.keep(result("12345678"))];
    expect(other.stdout.bytes).toBe(one.stdout.bytes);
    expect(store.notes()).toEqual([]);
  });

  it("are left out where there is no room for more, which is said", () => {
    const store = new ExecStore(10);
    store.keep(result("12345678"));
    expect(store.keep(result("abc")).stdout).toMatchObject({ bytes: new Uint8Array(), cut: true, length: 3 });
    expect(store.keep(result("12")).stdout).toMatchObject({ cut: false });
    expect(store.notes()).toEqual([expect.stringContaining("of 1 agents are left out here, --to DIR")]);
  });
});
