import type { WebSocket } from "ws";
import type { ExecOutcome } from "../model/capture.ts";
import { HealthError } from "../model/errors.ts";
import type { ExecRequest } from "./cluster.ts";
import { ExecSession } from "./exec-session.ts";
import { describeNetworkError } from "./network-error.ts";
import type { Wire } from "./wire.ts";

/** Sockets that are not closed yet, so that the cluster can end them when it is closed. */
export type LiveSockets = Set<WebSocket>;

/**
 * Runs one command in a container and settles exactly once, with a value; nothing is thrown. A 401 gets the
 * credentials refreshed and the exec tried once more; every other retry is the caller's.
 *
 * No stdin and no terminal are asked for. Closing the connection does not stop the command in the container, so only
 * commands that end by themselves belong here.
 */
export async function execInPod(
  wire: Wire,
  live: LiveSockets,
  request: ExecRequest,
  signal: AbortSignal,
): Promise<ExecOutcome> {
  const started = wire.clock.now();
  try {
    const identity = await wire.identity();
    const outcome = await new ExecSession(wire, identity, live).run(request, signal);
    if (outcome.kind !== "http" || outcome.status !== 401) return outcome;
    if (!(await wire.refresh(identity))) return outcome;
    const timeoutMs = request.timeoutMs - (wire.clock.now() - started);
    if (timeoutMs <= 0) return outcome;
    return await new ExecSession(wire, await wire.identity(), live).run({ ...request, timeoutMs }, signal);
  } catch (error) {
    if (error instanceof HealthError) return { kind: "network", code: "", message: error.message };
    return { kind: "network", ...describeNetworkError(error, wire.server) };
  }
}
