import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PackagingError } from "./programs.ts";

interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** A bundled package and the text under which it may be passed on. */
export interface Notice {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}

const licenseFile = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/** The packages that the bundled modules come from, by name. Throws PackagingError for one that says no licence. */
export async function noticesOf(modules: readonly string[]): Promise<Notice[]> {
  const folders = new Set(modules.map(packageFolder).filter((folder) => folder !== null));
  const notices = await Promise.all([...folders].map(readNotice));
  return notices.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1));
}

/** `…/node_modules/@scope/name` of a module inside it; null for a module of ours. */
export function packageFolder(module: string): string | null {
  const match = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/s.exec(module.replace(/^\0+/, ""));
  return match?.[1] ?? null;
}

async function readNotice(folder: string): Promise<Notice> {
  const { name, version, license }: PackageManifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const files = (await readdir(folder)).filter((file) => licenseFile.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  if (license === undefined && texts.length === 0) {
    throw new PackagingError(`${name} ${version} names no licence: it must not be bundled`);
  }
  return { name, version, license: license ?? "see below", text: texts.map((text) => text.trim()).join("\n\n") };
}

/** THIRD-PARTY-NOTICES: what is inside besides our own code, each with its licence. */
export function noticesText(notices: readonly Notice[], node: { version: string; license: string } | null): string {
  const inside = notices.map(({ name, version, license }) => `  ${name} ${version} (${license})`);
  const runtime = node === null ? [] : [`  Node.js ${node.version} (MIT and others)`];
  const sections = notices.map(({ name, version, license, text }) => section(`${name} ${version}`, text || license));
  const ours = ["kubectl-cilium_health contains these third-party programs and libraries:", "", ...runtime, ...inside];
  const nodes = node === null ? [] : [section(`Node.js ${node.version}`, node.license.trim())];
  return `${[ours.join("\n"), ...sections, ...nodes].join("\n\n")}\n`;
}

function section(title: string, text: string): string {
  const line = "-".repeat(78);
  return `${line}\n${title}\n${line}\n\n${text.replaceAll("\r\n", "\n")}`;
}
