import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageChunks } from "../../src/commands/page.ts";
import { htmlChunks } from "../../src/render/html.ts";
import { everything, generatedLook } from "../generated-look.ts";
import { largePage } from "../large-page.ts";
import { type SavedPages, savedPages, textOf } from "./saved-pages.ts";

const sha256 = (text: string) => `sha256-${createHash("sha256").update(text).digest("base64")}`;

let pages: SavedPages;

beforeAll(async () => {
  pages = await savedPages();
});

afterAll(() => pages?.close());

describe("pages of other states", () => {
  it.each(["healthy", "zone-partition", "node-down", "native-routing-healthy"])(
    "%s opens without a complaint",
    async (scenario) => {
      const watched = await pages.openRecorded(scenario);
      expect(await textOf(watched, "#verdict")).toMatch(/^(?:un)?healthy$/);
      expect(watched.problems).toEqual([]);
      await watched.page.close();
    },
  );

  it("a mesh of one node, and one where health checking is off", async () => {
    for (const look of [
      generatedLook({ nodes: 1 }),
      generatedLook({ nodes: 3, faults: [{ name: "health-off", at: null }] }),
    ]) {
      const watched = await pages.open("small", pageChunks(look, "age", everything));
      expect(watched.problems).toEqual([]);
      await watched.page.close();
    }
  });

  it("a hostile name stays text", async () => {
    const name = `</script><img src=x onerror="document.title='owned'"><b>\u2028\u202e`;
    const page = largePage({ size: 4, broken: (place) => place === 0, nameOf: (place) => `${name}${place}` });
    const watched = await pages.open("hostile", htmlChunks(page, sha256));
    expect(await textOf(watched, "#nodes tbody tr:first-child th")).toBe(
      `</script><img src=x onerror="document.title='owned'"><b>\\u2028\\u202e0`,
    );
    await watched.page.focus("#map");
    await watched.page.keyboard.press("n");
    expect(await textOf(watched, "#cell h3")).toContain("</script><img");
    expect(await watched.page.$$eval("img, b", (all) => all.length)).toBe(0);
    expect(await watched.page.title()).not.toBe("owned");
    expect(watched.problems).toEqual([]);
    await watched.page.close();
  });

  it("1,000 nodes open and answer keys", async () => {
    const watched = await pages.open(
      "large",
      htmlChunks(largePage({ size: 1000, broken: (place) => place === 700 }), sha256),
    );
    await watched.page.focus("#map");
    await watched.page.keyboard.press("n");
    expect(await textOf(watched, "#cell h3")).toBe("node-1 → node-701");
    for (let times = 0; times < 8; times++) await watched.page.keyboard.press("+");
    await watched.page.select("#show", "latency");
    expect(await textOf(watched, "#bars-text")).toMatch(/^997002 answered paths/);
    expect(watched.problems).toEqual([]);
    await watched.page.close();
  });
});
