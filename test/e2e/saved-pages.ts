import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pageChunks } from "../../src/commands/page.ts";
import { everything } from "../generated-look.ts";
import { recordedReport } from "../recorded-report.ts";
import { openBrowser, openPage, type WatchedPage } from "./browser.ts";

/** A browser, and a folder that pages are saved to and opened from, as a reader would. */
export interface SavedPages {
  open(name: string, chunks: Iterable<string>): Promise<WatchedPage>;
  openRecorded(scenario: string): Promise<WatchedPage>;
  close(): Promise<void>;
}

export async function savedPages(): Promise<SavedPages> {
  const browser = await openBrowser();
  const folder = await mkdtemp(join(tmpdir(), "page-"));
  const open = async (name: string, chunks: Iterable<string>) => {
    const file = join(folder, `${name}.html`);
    await writeFile(file, [...chunks].join(""));
    return openPage(browser, pathToFileURL(file).href);
  };
  return {
    open,
    openRecorded: async (scenario) => open(scenario, pageChunks(await recordedReport(scenario), "status", everything)),
    close: async () => {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function textOf({ page }: WatchedPage, selector: string): Promise<string> {
  return page.$eval(selector, (element) => element.textContent ?? "");
}
