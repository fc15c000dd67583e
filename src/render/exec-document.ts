import type { ExecOutput, ExecReport, ExecResult } from "../model/exec.ts";
import { apiVersion } from "./document.ts";
import { textOf } from "./remote-text.ts";

/** The public document of `exec`: with the outputs in it, or, as the index of a folder, with the names of their files. */
export function execDocument(report: ExecReport): Record<string, unknown> {
  const { generatedAt, partial, source, command, results, notes } = report;
  return {
    apiVersion,
    kind: "Exec",
    generatedAt,
    partial,
    source,
    command,
    agents: { [Symbol.iterator]: () => publicResults(results) } satisfies Iterable<unknown>,
    notes,
  };
}

/** One by one: the outputs of a large cluster do not fit into one string. */
function* publicResults(results: readonly ExecResult[]): Generator<Record<string, unknown>> {
  for (const result of results) {
    const { node, zone, pod, state, exitCode, message, mayStillRun, durationNs, stdout, stderr } = result;
    const outputs = { stdout: publicOutput(stdout), stderr: publicOutput(stderr) };
    yield { node, zone, pod, state, exitCode, message, mayStillRun, durationNs, ...outputs };
  }
}

/** Text as it is, anything else in base64. */
function publicOutput({ bytes, length, cut, file }: ExecOutput): Record<string, unknown> {
  if (file !== "") return { bytes: length, cut, file };
  const text = textOf(bytes);
  const encoding = text === null ? "base64" : "utf-8";
  return { bytes: length, cut, encoding, content: text ?? base64(bytes) };
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}
