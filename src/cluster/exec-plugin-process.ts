import { spawn } from "node:child_process";
import { errorCode } from "./text-files.ts";

export interface PluginCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: "inherit" | "ignore";
}

export type PluginEnd =
  | { readonly kind: "exited"; readonly code: number; readonly stdout: string }
  | { readonly kind: "killed"; readonly signal: string }
  | { readonly kind: "not-found" }
  | { readonly kind: "not-started"; readonly reason: string }
  | { readonly kind: "too-big"; readonly maxBytes: number };

/** Runs a plugin to its end. Never rejects. */
export type RunPlugin = (command: PluginCommand) => Promise<PluginEnd>;

/** A credential is a few kilobytes; more than this is not one. */
const maxBytes = 1 << 20;

/** A child process without a shell; stderr is ours. It may wait for a person as long as it likes, as with kubectl. */
export const runPluginProcess: RunPlugin = ({ command, args, env, stdin }) =>
  new Promise((settle) => {
    const child = spawn(command, args, { env: { ...env }, stdio: [stdin, "pipe", "inherit"] });
    const chunks: Buffer[] = [];
    let bytes = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else child.kill();
    });
    child.on("error", (error) => {
      settle(errorCode(error) === "ENOENT" ? { kind: "not-found" } : { kind: "not-started", reason: error.message });
    });
    child.on("close", (code, signal) => {
      if (bytes > maxBytes) settle({ kind: "too-big", maxBytes });
      else if (code === null) settle({ kind: "killed", signal: signal ?? "a signal" });
      else settle({ kind: "exited", code, stdout: Buffer.concat(chunks).toString("utf8") });
    });
  });
