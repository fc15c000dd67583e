import { existsSync } from "node:fs";
import { type Browser, launch, type Page } from "puppeteer-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome-stable"];

/** The browser of this machine: CHROMIUM, or where Debian and its kin put it; null where there is none. */
export function browserPath(): string | null {
  const wanted = process.env["CHROMIUM"];
  if (wanted !== undefined && wanted !== "") return existsSync(wanted) ? wanted : null;
  return places.find((path) => existsSync(path)) ?? null;
}

/** A headless browser without a profile. Inside a container there is no user namespace for its sandbox. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = browserPath();
  if (executablePath === null) {
    throw new Error("no Chromium is installed: run sh test/e2e/install-browser.sh, or name one with CHROMIUM");
  }
  return launch({
    executablePath,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-dev-shm-usage",
      "--disable-gpu",
      "--force-color-profile=srgb",
      "--hide-scrollbars",
      "--disable-lcd-text",
    ],
  });
}

/** A page, and what went wrong inside: console errors, exceptions, requests that left the file. */
export interface WatchedPage {
  readonly page: Page;
  readonly problems: string[];
}

export async function openPage(browser: Browser, url: string, width = 1400, height = 1000): Promise<WatchedPage> {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("request", (request) => {
    if (!/^(?:file|data):/.test(request.url())) problems.push(`fetched ${request.url()}`);
  });
  await page.setViewport({ width, height });
  await page.goto(url);
  return { page, problems };
}
