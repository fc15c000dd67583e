import type { Request } from "../cli/request.ts";
import type { ExitCode, Io } from "./io.ts";

/** Runs a request; each verb's code is loaded when it is asked for. Throws HealthError. */
export async function run(request: Exclude<Request, { kind: "help" | "wrong" }>, io: Io): Promise<ExitCode> {
  switch (request.kind) {
    case "status":
      return (await import("./status.ts")).status(request, io);
    case "pair":
      return (await import("./pair.ts")).pair(request, io);
    case "access":
      return (await import("./access.ts")).access(request, io);
    case "demo":
      return (await import("./demo.ts")).demo(request, io);
    case "version":
      return (await import("./version.ts")).version(request, io);
    default: {
      const never: never = request;
      return never;
    }
  }
}
