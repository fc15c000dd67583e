import type { Request } from "../cli/request.ts";
import type { ExitCode, Io } from "./io.ts";

/** The plugin's own version; no cluster is asked. */
export async function version({ format }: Extract<Request, { kind: "version" }>, io: Io): Promise<ExitCode> {
  const text = {
    table: `kubectl-cilium_health ${io.version}\n`,
    json: `${JSON.stringify({ apiVersion: "kubectl-cilium-health/v1", kind: "Version", version: io.version }, null, 2)}\n`,
    yaml: `apiVersion: kubectl-cilium-health/v1\nkind: Version\nversion: ${JSON.stringify(io.version)}\n`,
  };
  await io.write(text[format]);
  return 0;
}
