import { fileURLToPath } from "node:url";
import { parseRequest } from "../src/cli/parse-request.ts";
import { lookClosely } from "../src/commands/check.ts";
import type { Io } from "../src/commands/io.ts";
import { type Look, look } from "../src/commands/look.ts";
import type { CheckReport } from "../src/model/check-report.ts";

/** The report of a recorded scenario, read with --from as a user would, at a fixed moment. */
export async function recordedReport(scenario: string, flags: readonly string[] = []): Promise<Look> {
  const folder = fileURLToPath(new URL(`../src/demo/scenarios/${scenario}`, import.meta.url));
  const request = parseRequest(["--from", folder, ...flags]);
  if (request.kind !== "status") throw new Error(`these flags are not a status request: ${flags.join(" ")}`);
  return look(request, silentIo());
}

/** What `check` says of a recorded scenario or of any saved state, at the same fixed moment. */
export async function recordedCheck(scenario: string | URL, flags: readonly string[] = []): Promise<CheckReport> {
  const place = typeof scenario === "string" ? new URL(`../src/demo/scenarios/${scenario}`, import.meta.url) : scenario;
  const request = parseRequest(["check", "--from", fileURLToPath(place), ...flags]);
  if (request.kind !== "check") throw new Error(`these flags are not a check request: ${flags.join(" ")}`);
  return lookClosely(request, silentIo());
}

/** A process edge that shows nothing and writes to nobody. */
export function silentIo(written: string[] = []): Io {
  return {
    write: async (chunk) => {
      written.push(chunk);
      return true;
    },
    output: async (stream, bytes) => {
      if (stream === "stdout") written.push(Buffer.from(bytes).toString("utf8"));
      return true;
    },
    notice: () => {},
    progress: () => {},
    columns: 80,
    rows: 24,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    signal: new AbortController().signal,
    now: () => new Date("2031-05-02T09:20:00Z"),
    pause: async () => {},
    environment: {
      env: {},
      homeDir: "/nowhere",
      cwd: "/nowhere",
      platform: "linux",
      stdinIsTerminal: false,
      lendTerminal: (run) => run(),
      notice: () => {},
      userAgent: "kubectl-cilium_health/test",
    },
    version: "test",
    scenarios: new URL("../src/demo/scenarios/", import.meta.url),
  };
}
