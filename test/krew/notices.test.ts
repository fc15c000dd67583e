import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { noticesOf, noticesText, packageFolder } from "../../krew/notices.ts";

const installed = (path: string) => fileURLToPath(new URL(`../../node_modules/${path}`, import.meta.url));

describe("third-party notices", () => {
  it.each([
    ["/src/node_modules/ws/lib/sender.js", "/src/node_modules/ws"],
    ["/src/node_modules/@colors/colors/lib/x.js", "/src/node_modules/@colors/colors"],
    ["/src/node_modules/a/node_modules/b/index.js", "/src/node_modules/a/node_modules/b"],
    ["\0/src/node_modules/ws/index.js?commonjs", "/src/node_modules/ws"],
    ["/src/main.ts", null],
  ])("%s belongs to %s", (module, folder) => {
    expect(packageFolder(module)).toBe(folder);
  });

  it("hold the licence of every package that a module comes from, once, and Node's where it is inside", async () => {
    const modules = [installed("yargs/build/lib/yargs-factory.js"), installed("ws/index.js"), installed("ws/lib/x.js")];
    const notices = await noticesOf(modules);
    expect(notices.map(({ name }) => name)).toEqual(["ws", "yargs"]);
    const text = noticesText(notices, { version: "22.0.0", license: "Node's own licence" });
    expect(text).toContain("Copyright (c) 2011 Einar Otto Stangvik");
    expect(text).toContain("Copyright 2010 James Halliday");
    expect(text).toContain("Node's own licence");
    expect(noticesText(notices, null)).not.toContain("Node.js");
  });
});
