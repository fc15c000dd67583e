// npm run pictures: redraws docs/pictures from the demo's meshes, in a headless Chromium, always the same way.
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Browser } from "puppeteer-core";
import type { Look } from "../src/commands/look.ts";
import { matrixChunks } from "../src/commands/matrix.ts";
import { pageChunks } from "../src/commands/page.ts";
import { statusChunks } from "../src/commands/status.ts";
import { parseFault } from "../src/demo/index.ts";
import { openBrowser, openPage } from "./e2e/browser.ts";
import { everything, generatedLook } from "./generated-look.ts";
import { recordedReport } from "./recorded-report.ts";
import { terminalPage } from "./terminal-page.ts";

const folder = fileURLToPath(new URL("../docs/pictures/", import.meta.url));
const largest = 300_000;
const options = { columns: 110, colorLevel: 1, ascii: false, noHeaders: false, all: false } as const;

const one = await recordedReport("vxlan-blocked-one-node");
const zones = generatedLook({ nodes: 15, faults: ["zone-partition=zone-c", "vxlan-blocked=node-05"].map(parseFault) });
const many = generatedLook({ nodes: 27, faults: [parseFault("vxlan-blocked=node-14")] });
const matrix = (look: Look, by: "status" | "latency") =>
  matrixChunks(look, { by, format: "table", scope: everything }, options);

const browser = await openBrowser();
const scratch = await mkdtemp(join(tmpdir(), "pictures-"));
try {
  await mkdir(folder, { recursive: true });
  await terminal(browser, "status", "kubectl cilium-health", statusChunks(one.report, "table", options));
  await terminal(browser, "matrix", "kubectl cilium-health matrix", matrix(zones, "status"));
  await terminal(browser, "matrix-latency", "kubectl cilium-health matrix --by latency", matrix(zones, "latency"));
  await page(browser, "page-light", many, "light");
  await page(browser, "page-dark", many, "dark");
} finally {
  await browser.close();
  await rm(scratch, { recursive: true, force: true });
}

async function terminal(open: Browser, name: string, command: string, chunks: Iterable<string>): Promise<void> {
  const url = await saved(name, terminalPage(command, [...chunks].join("")));
  const { page: tab } = await openPage(open, url, 1200, 800);
  await tab.setViewport({ width: 1200, height: 800, deviceScaleFactor: 1.5 });
  const screen = await tab.$("main");
  await screen?.screenshot({ path: join(folder, `${name}.png`) });
  await tab.close();
  await checked(name);
}

/** The page as somebody sees it who has gone to the first unreachable cell. */
async function page(open: Browser, name: string, look: Look, scheme: "light" | "dark"): Promise<void> {
  const url = await saved(name, [...pageChunks(look, "status", everything)].join(""));
  const { page: tab } = await openPage(open, url, 1400, 1560);
  await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await tab.click("#next-bad");
  await tab.evaluate(
    "window.scrollTo(0, 0); new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
  );
  await tab.screenshot({ path: join(folder, `${name}.png`) });
  await tab.close();
  await checked(name);
}

async function saved(name: string, text: string): Promise<string> {
  const file = join(scratch, `${name}.html`);
  await writeFile(file, text);
  return pathToFileURL(file).href;
}

async function checked(name: string): Promise<void> {
  const { size } = await stat(join(folder, `${name}.png`));
  process.stdout.write(`docs/pictures/${name}.png  ${Math.round(size / 1000)} kB\n`);
  if (size > largest) throw new Error(`docs/pictures/${name}.png has ${size} bytes; a picture may have ${largest}`);
}
