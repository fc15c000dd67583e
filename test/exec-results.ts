import type { ExecOutput, ExecResult } from "../src/model/exec.ts";

/** What an agent printed, all of it. */
function output(text: string): ExecOutput {
  return { bytes: Buffer.from(text), digest: text, length: text.length, cut: false, file: "" };
}

/** An agent whose command ended well, with this on stdout. */
export function result(node: string, stdout: string): ExecResult {
  return {
    node,
    zone: "",
    pod: "p",
    state: "ended",
    exitCode: 0,
    message: "",
    mayStillRun: false,
    durationNs: 1,
    stdout: output(stdout),
    stderr: output(""),
  };
}
