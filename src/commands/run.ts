import type { Request } from "../cli/request.ts";
import type { ExitCode, Io } from "./io.ts";

/** Runs a request; each verb's code is loaded when it is asked for. Throws HealthError. */
export async function run(request: Exclude<Request, { kind: "help" | "wrong" }>, io: Io): Promise<ExitCode> {
  if ("ignores" in request && request.ignores.length > 0) {
    (await import("./rule-names.ts")).rejectUnknownRules(request.ignores);
  }
  switch (request.kind) {
    case "status":
      return (await import("./status.ts")).status(request, io);
    case "matrix":
      return (await import("./matrix.ts")).matrix(request, io);
    case "pair":
      return (await import("./pair.ts")).pair(request, io);
    case "ping":
      return (await import("./ping.ts")).ping(request, io);
    case "nodes":
      return (await import("./nodes.ts")).nodes(request, io);
    case "drops":
      return (await import("./drops.ts")).drops(request, io);
    case "check":
      return (await import("./check.ts")).check(request, io);
    case "ports":
      return (await import("./ports.ts")).ports(request, io);
    case "exec":
      return (await import("./exec.ts")).exec(request, io);
    case "explain":
      return (await import("./explain.ts")).explain(request, io);
    case "bundle":
      return (await import("./bundle.ts")).bundle(request, io);
    case "diff":
      return (await import("./diff.ts")).diff(request, io);
    case "access":
      return (await import("./access.ts")).access(request, io);
    case "demo":
      return (await import("./demo.ts")).demo(request, io);
    case "completion":
      return (await import("./completion.ts")).completion(request, io);
    case "complete":
      return (await import("./complete.ts")).complete(request, io);
    case "version":
      return (await import("./version.ts")).version(request, io);
    default: {
      const never: never = request;
      return never;
    }
  }
}
