// npm run docs: writes the pages below docs/commands and removes those of commands that are gone.
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { root } from "./bundle.ts";
import { commandPages } from "./command-pages.ts";

const folder = new URL("docs/commands/", root);
const pages = commandPages();

await mkdir(folder, { recursive: true });
for (const name of await readdir(folder)) if (!pages.has(name)) await rm(new URL(name, folder));
for (const [name, text] of pages) await writeFile(new URL(name, folder), text);
