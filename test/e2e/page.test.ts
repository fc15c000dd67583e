import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { WatchedPage } from "./browser.ts";
import { type SavedPages, savedPages, textOf } from "./saved-pages.ts";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let pages: SavedPages;

beforeAll(async () => {
  pages = await savedPages();
});

afterAll(() => pages?.close());

/** The middle of a cell of a small mesh, whose cells are as large as they get. */
async function cell(watched: WatchedPage, row: number, column: number): Promise<{ x: number; y: number }> {
  await watched.page.$eval("#map", (element) => element.scrollIntoView({ block: "center" }));
  const box = await (await watched.page.$("#map"))?.boundingBox();
  if (!box) throw new Error("the map has no box");
  return { x: box.x + 168 + 48 * (column - 0.5), y: box.y + 44 + 48 * (row - 0.5) };
}

describe("a page of a mesh where worker-2 sends and gets no VXLAN", () => {
  let watched: WatchedPage;

  beforeEach(async () => {
    watched = await pages.openRecorded("vxlan-blocked-one-node");
    return async () => {
      expect(watched.problems).toEqual([]);
      await watched.page.close();
    };
  });

  it("says the verdict, the coverage and the finding with its commands, and fetches nothing", async () => {
    expect(await textOf(watched, "#verdict")).toBe("unhealthy");
    expect(await textOf(watched, "#headline")).toContain("5 of 5 agents answered");
    expect(await textOf(watched, "#lines")).toContain("8 of 20 node pairs unreachable");
    expect(await textOf(watched, "#findings")).toContain("worker-2");
    expect(await watched.page.title()).toContain("unhealthy");
  });

  it("shows both directions of the cell that is clicked, and keeps it while the pointer moves on", async () => {
    const { x, y } = await cell(watched, 1, 2);
    await watched.page.mouse.click(x, y);
    expect(await textOf(watched, "#cell")).toMatch(/worker-2 → worker-1.*host ICMP.*endpoint HTTP/s);
    expect(await textOf(watched, "#cell")).toContain("Connection timed out");
    expect(await watched.page.$$eval("#cell tbody tr:first-of-type td", (cells) => cells.length)).toBe(2);
    await watched.page.mouse.move(x + 100, y + 100);
    expect(await textOf(watched, "#cell h3")).toBe("worker-2 → worker-1");
  });

  it("shows the cell under the pointer as long as none is chosen", async () => {
    const { x, y } = await cell(watched, 4, 5);
    await watched.page.mouse.move(x, y);
    expect(await textOf(watched, "#cell h3")).toBe("worker-4 → worker-5");
  });

  it("does everything by keyboard: cells, the way back, the next failure, zoom", async () => {
    const { keyboard } = watched.page;
    await watched.page.focus("#map");
    await keyboard.press("ArrowDown");
    expect(await textOf(watched, "#cell h3")).toBe("worker-2 to itself");
    await keyboard.press("ArrowRight");
    await keyboard.press("ArrowDown");
    await keyboard.press("ArrowRight");
    expect(await textOf(watched, "#cell h3")).toBe("worker-1 → worker-3");
    await keyboard.press("t");
    expect(await textOf(watched, "#cell h3")).toBe("worker-3 → worker-1");
    await keyboard.press("Home");
    expect(await textOf(watched, "#cell h3")).toBe("worker-3 → worker-2");
    await keyboard.press("n");
    expect(await textOf(watched, "#cell h3")).toBe("worker-4 → worker-2");
    expect(await textOf(watched, "#say")).toContain("endpoint ICMP unreachable");
    for (const key of ["+", "+", "-", "0", "End"] as const) await keyboard.press(key);
    expect(await textOf(watched, "#cell h3")).toBe("worker-4 → worker-5");
  });

  it("filters by target, zone and name, and swaps the sides", async () => {
    await watched.page.select("#target", "host");
    expect(await textOf(watched, "#legend")).not.toContain("unreachable");
    await watched.page.select("#target", "both");
    expect(await textOf(watched, "#legend")).toContain("unreachable");
    await watched.page.select("#from-zone", "=zone-b");
    expect(await textOf(watched, "#shown")).toBe("2 × 5 of 5 nodes");
    await watched.page.type("#to-text", "worker-2");
    expect(await textOf(watched, "#shown")).toBe("2 × 1 of 5 nodes");
    await watched.page.click("#swap");
    expect(await textOf(watched, "#shown")).toBe("1 × 2 of 5 nodes");
    await watched.page.click("#next-bad");
    expect(await textOf(watched, "#cell h3")).toBe("worker-2 → worker-4");
    await watched.page.click("#reset");
    expect(await textOf(watched, "#shown")).toBe("all 5 nodes");
    await watched.page.type("#from-text", "no such node");
    expect(await textOf(watched, "#shown")).toContain("nothing matches");
  });

  it("colours by latency, counts latencies, and leaves out those of failing paths", async () => {
    await watched.page.select("#show", "latency");
    expect(await textOf(watched, "#legend")).toContain("up to");
    expect(await textOf(watched, "#bars-text")).toMatch(/^12 answered paths: median ≈0\.\d+ms/);
    await watched.page.select("#target", "host");
    expect(await textOf(watched, "#bars-text")).toMatch(/^20 answered paths/);
  });

  it("shows on the map what a finding claims", async () => {
    await watched.page.click("button.show");
    expect(await watched.page.$eval("button.show", (button) => button.getAttribute("aria-pressed"))).toBe("true");
  });

  it("copies a command", async () => {
    const button = await watched.page.$(".command button");
    await button?.click();
    await expect.poll(() => textOf(watched, ".command button")).toMatch(/Copied|Selected/);
  });

  it("sorts the node table by any column, finds a node, and takes it to the map", async () => {
    const firstNode = () => textOf(watched, "#nodes tbody tr:first-child th");
    expect(await firstNode()).toBe("worker-2");
    const headings = await watched.page.$$("#nodes thead button");
    await headings[1]?.click();
    expect(await firstNode()).toBe("worker-1");
    await headings[1]?.click();
    expect(await firstNode()).toBe("worker-5");
    expect(
      await watched.page.$$eval("#nodes th[aria-sort]", (cells) => cells.map((one) => one.getAttribute("aria-sort"))),
    ).toEqual(["descending"]);
    await watched.page.type("#find", "172.31.0.13");
    expect(await firstNode()).toBe("worker-3");
    await watched.page.click("#nodes tbody button");
    expect(await textOf(watched, "#cell h3")).toBe("worker-3 → worker-2");
  });

  it.each(["light", "dark"])("has no serious accessibility finding, %s", async (scheme) => {
    await watched.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await watched.page.focus("#map");
    await watched.page.keyboard.press("n");
    await watched.page.evaluate(axeSource);
    const found = await watched.page.evaluate("axe.run()");
    expect(seriousOf(found)).toEqual([]);
    expect(passedBy(found)).toBeGreaterThan(20);
  });

  it("follows the system into the dark, the canvas too", async () => {
    const corner = async () =>
      Number(
        await watched.page.evaluate('document.querySelector("#map").getContext("2d").getImageData(2, 2, 1, 1).data[0]'),
      );
    await watched.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
    await expect.poll(corner).toBe(255);
    await watched.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
    await expect.poll(corner).toBeLessThan(60);
  });

  it("prints without its controls", async () => {
    await watched.page.emulateMediaType("print");
    const visible = await watched.page.$$eval(
      ".bar, .command button",
      (all) => all.filter((one) => one.checkVisibility()).length,
    );
    expect(visible).toBe(0);
    expect((await watched.page.pdf()).length).toBeGreaterThan(10_000);
  });

  it("runs no script but its own", async () => {
    const ran = await watched.page.evaluate(`{
      const script = document.createElement("script");
      script.textContent = "document.title = 'foreign'";
      document.body.append(script);
      document.title;
    }`);
    expect(ran).not.toBe("foreign");
    expect(watched.problems.splice(0).join()).toMatch(/Content Security Policy/);
  });
});

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** How many checks had something to look at: an empty page has no finding either. */
function passedBy(found: unknown): number {
  return (found as { readonly passes: readonly unknown[] }).passes.length;
}

function seriousOf(found: unknown): string[] {
  const { violations } = found as { readonly violations: readonly Violation[] };
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}
