import { fileURLToPath } from "node:url";
import { parseRequest } from "../src/cli/parse-request.ts";
import { pingAll } from "../src/commands/ping.ts";
import type { PingReport } from "../src/model/ping.ts";
import { silentIo } from "./recorded-report.ts";

/** `ping` of a recorded scenario, read with --from as a user would, at a fixed moment. */
export async function recordedPing(scenario: string, flags: readonly string[] = []): Promise<PingReport> {
  const folder = fileURLToPath(new URL(`../src/demo/scenarios/${scenario}`, import.meta.url));
  const request = parseRequest(["ping", "--from", folder, ...flags]);
  if (request.kind !== "ping") throw new Error(`these flags are not a ping request: ${flags.join(" ")}`);
  return pingAll(request, silentIo());
}
