import { spawnSync } from "node:child_process";

/** What stops a packaging run: one sentence for the person who started it. */
export class PackagingError extends Error {
  override readonly name = "PackagingError";
}

/** Runs a program with exactly these words, no shell; throws PackagingError with the end of what it said. */
export function runProgram(command: string, args: readonly string[], cwd?: string): void {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    ...(cwd === undefined ? {} : { cwd }),
  });
  if (error) throw new PackagingError(`${command} could not be started: ${error.message}`);
  if (status === 0) return;
  const said = `${stdout}${stderr}`.trimEnd().split("\n").slice(-15).join("\n");
  throw new PackagingError(`${command} ${args[0] ?? ""} ended with ${signal ?? `exit code ${status}`}:\n${said}`);
}

export function isInstalled(command: string): boolean {
  return spawnSync(command, ["--version"], { stdio: "ignore" }).error === undefined;
}
