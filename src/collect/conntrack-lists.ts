import type { Cluster } from "../cluster/cluster.ts";
import { describeOutcome, type ExecOutcome } from "../model/capture.ts";
import type { ListState } from "../model/conntrack.ts";
import type { AgentPod } from "../model/kube.ts";
import { programIsMissing } from "./outcomes.ts";

const megabyte = 1024 * 1024;
/** Bytes of one list read at most: about 70,000 entries. */
export const mostListBytes = 16 * megabyte;
/** Milliseconds for one list. */
const listMs = 30_000;

export const trackedLists = ["ct", "nat"] as const;
export type TrackedList = (typeof trackedLists)[number];

/** Both as old as 1.4. `global` is the map of all endpoints but those with one of their own. */
export function listArgv(
  list: TrackedList,
  program: "cilium-dbg" | "cilium" = "cilium-dbg",
): readonly [string, ...string[]] {
  return list === "ct" ? [program, "bpf", "ct", "list", "global"] : [program, "bpf", "nat", "list"];
}

/** How reading one list ended; `message` is "" where it was read to its end. */
export interface ListEnd {
  readonly state: ListState;
  readonly message: string;
}

/** Reads a list of one agent, which `onStdout` gets piece by piece. Never rejects. */
export async function readList(
  exec: Cluster["exec"],
  { namespace, name, container }: AgentPod,
  list: TrackedList,
  onStdout: (piece: Uint8Array) => void,
  signal: AbortSignal,
): Promise<ListEnd> {
  const run = (program: "cilium-dbg" | "cilium") =>
    exec(
      {
        namespace,
        pod: name,
        container,
        argv: listArgv(list, program),
        timeoutMs: listMs,
        maxBytes: mostListBytes,
        onStdout,
      },
      signal,
    );
  const outcome = await run("cilium-dbg");
  return toEnd(programIsMissing(outcome) && !signal.aborted ? await run("cilium") : outcome, list);
}

/** Where BPF does not masquerade there is no NAT map, and the program ends with 1; a missing map of the other is left out with a word on stderr. */
function toEnd(outcome: ExecOutcome, list: TrackedList): ListEnd {
  const absent = saidBy(outcome).some((line) => /^(?:Error: )?Unable to open .*no such file or directory/i.test(line));
  if (outcome.kind === "ok") return { state: "read", message: "" };
  if (outcome.kind === "too-big") {
    return { state: "cut", message: `longer than ${mostListBytes / megabyte} MiB: what follows was not read` };
  }
  if (outcome.kind === "exit" && absent) {
    return { state: "none", message: list === "nat" ? "no NAT map there" : "no conntrack map there" };
  }
  return { state: "failed", message: describeOutcome(outcome) };
}

function saidBy(outcome: ExecOutcome): readonly string[] {
  return outcome.kind === "exit" ? outcome.stderr.split("\n") : [];
}
