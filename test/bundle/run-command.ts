import { parseRequest } from "../../src/cli/parse-request.ts";
import type { ExitCode, Io } from "../../src/commands/io.ts";
import { run } from "../../src/commands/run.ts";
import { silentIo } from "../recorded-report.ts";

/** A command line run in this process, as main.ts runs it. */
export async function runCommand(
  argv: readonly string[],
  io: Partial<Io> = {},
): Promise<{ readonly code: ExitCode; readonly stdout: string }> {
  const request = parseRequest(argv);
  if (request.kind === "help" || request.kind === "wrong") throw new Error(JSON.stringify(request));
  const written: string[] = [];
  const code = await run(request, { ...silentIo(written), ...io });
  return { code, stdout: written.join("") };
}
