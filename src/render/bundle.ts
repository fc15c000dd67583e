import { shellWord } from "../model/shell-words.ts";
import { shown } from "../model/visible-text.ts";
import { apiVersion } from "./document.ts";
import { jsonChunks } from "./json.ts";
import type { RenderOptions } from "./options.ts";
import { theme } from "./theme.ts";
import { yamlChunks } from "./yaml.ts";

/** A bundle that was written. */
export interface BundleSummary {
  readonly file: string;
  /** Bytes of the file. */
  readonly bytes: number;
  readonly members: number;
  readonly failures: readonly { readonly where: string; readonly what: string; readonly message: string }[];
  /** Commands of the closer look that failed, as many do where a table or a program is not there. */
  readonly deepFailures: number;
  /** Members left out for --max-bytes. */
  readonly dropped: readonly string[];
  /** Secrets masked. */
  readonly masked: number;
  readonly partial: boolean;
  /** Where the names behind the stand-ins are; "" for a bundle with real names. */
  readonly keyFile: string;
}

const mostLines = 15;

export function bundleChunks(
  summary: BundleSummary,
  format: "table" | "json" | "yaml",
  options: RenderOptions,
): Iterable<string> {
  if (format === "table") return bundleLines(summary, options);
  const document = { apiVersion, kind: "Bundle", ...summary };
  return format === "json" ? jsonChunks(document) : yamlChunks(document);
}

function* bundleLines(summary: BundleSummary, options: RenderOptions): Generator<string> {
  const look = theme(options);
  const { file, bytes, members, failures, deepFailures, dropped, masked, partial, keyFile } = summary;
  yield `${look.strong(shown(file))}  ${size(bytes)}, ${members} files${masked === 0 ? "" : `, ${masked} secrets masked`}\n`;
  if (partial) yield `${look.bad("partial")}: the run was interrupted, what was read until then is in it\n`;
  if (keyFile !== "") yield `keep ${shown(keyFile)} to yourself: it turns stand-ins back into names\n`;
  if (dropped.length > 0) {
    yield `${look.doubtful("left out")} for --max-bytes: ${dropped.length} files, the first ${shown(dropped[0] ?? "")}\n`;
  }
  for (const { where, what, message } of failures.slice(0, mostLines)) {
    yield `${look.doubtful("missing")}: ${shown(where)} ${shown(what)}: ${shown(message)}\n`;
  }
  if (failures.length > mostLines) yield `and ${failures.length - mostLines} more, all of them in its index.json\n`;
  if (deepFailures > 0) yield `${deepFailures} of the closer looks gave nothing; why is in its index.json\n`;
  yield `\nRead it with: kubectl cilium-health --from ${shown(shellWord(file))}\n`;
}

function size(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} KiB`;
  return `${(bytes / (1024 * 1024)).toFixed(1)} MiB`;
}
