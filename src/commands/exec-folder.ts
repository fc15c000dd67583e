import { createHash } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathPart } from "../bundle/layout.ts";
import { HealthError } from "../model/errors.ts";
import type { ExecOutput, ExecReport, ExecResult, OutputStream } from "../model/exec.ts";
import { execDocument } from "../render/exec-document.ts";
import { jsonChunks } from "../render/json.ts";

/** The folder of --to: a file for each output as it came, raw, and an index. Nothing is written beside it. */
export interface ExecFolder {
  readonly path: string;
  /** The first thing that could not be written. */
  readonly failure: HealthError | null;
  /** Writes the outputs; the result names their files and lets go of the bytes. Never rejects: see `failure`. */
  keep(result: ExecResult): Promise<ExecResult>;
  finish(report: ExecReport): Promise<void>;
}

/** Creates the folder where it is missing. Throws HealthError (exit 2) where it holds anything, or cannot be made. */
export async function execFolder(given: string, cwd: string): Promise<ExecFolder> {
  const path = resolve(cwd, given);
  const cannot = (what: string) => (error: unknown) => {
    throw new HealthError(`the folder ${given} cannot be ${what}: ${messageOf(error)}`, { exitCode: 2 });
  };
  await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") cannot("made")(error);
  });
  const names = await readdir(path).catch(cannot("read"));
  if (names !== undefined && names.length > 0) {
    throw new HealthError(`the folder ${given} is not empty: nothing is overwritten`, {
      exitCode: 2,
      hint: "Name a new folder, or an empty one, with --to.",
    });
  }
  let failure: HealthError | null = null;
  // Never through a link and never over a file that came meanwhile.
  const write = async (name: string, content: Uint8Array | Iterable<string>): Promise<boolean> => {
    try {
      await writeFile(join(path, name), content, { flag: "wx", mode: 0o600 });
      return true;
    } catch (error) {
      failure ??= new HealthError(`${name} cannot be written into ${given}: ${messageOf(error)}`, { exitCode: 3 });
      return false;
    }
  };
  const keepStream = async (node: string, stream: OutputStream, output: ExecOutput): Promise<ExecOutput> => {
    const isNeeded = output.length > 0 || stream === "stdout";
    const file = `${fileName(node)}.${stream}`;
    const isWritten = isNeeded && (await write(file, output.bytes));
    return { ...output, bytes: new Uint8Array(), file: isWritten ? file : "" };
  };
  return {
    path: given,
    get failure() {
      return failure;
    },
    keep: async (result) => ({
      ...result,
      stdout: await keepStream(result.node, "stdout", result.stdout),
      stderr: await keepStream(result.node, "stderr", result.stderr),
    }),
    finish: async (report) => {
      await write("index.json", jsonChunks(execDocument(report)));
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** File systems take 255 bytes, with the ending and the digest of a name that was cut. */
const longestName = 150;

/**
 * A node's name as a file's: Kubernetes names stay as they are. What some file system would take for something else (a
 * path, a device of Windows, a hidden file) is spelled in percents. Two long ones that begin alike stay two.
 */
function fileName(node: string): string {
  const part = pathPart(node).replace(/^\./, "%2E").replaceAll("*", "%2A");
  const isDevice = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(part);
  const digest = part.length > longestName ? `-${createHash("sha256").update(node).digest("hex").slice(0, 16)}` : "";
  return `${isDevice ? "%" : ""}${part.slice(0, longestName)}${digest}`;
}
