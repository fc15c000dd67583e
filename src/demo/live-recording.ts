import { type BurstWorld, burstOf, burstReply } from "./burst.ts";
import { liveCounters } from "./live-counters.ts";
import { eventsWithin, monitorReply, monitorSeconds } from "./monitor.ts";
import type { AgentReply, KubeObject, ScenarioResource } from "./scenario.ts";
import { trackedListReply } from "./tracked-lists.ts";

/** What a recording answers to commands that watch, send or list connections: counters grow by it, and read once more they tell so. */
export interface LiveRecording {
  /** null for commands that do none of these. */
  reply(node: string, files: ReadonlyMap<string, Buffer>, argv: readonly string[]): AgentReply | null;
  /** A recorded output with what happened since; the recorded bytes where nothing did. */
  applied(node: string, file: string, bytes: Buffer): Buffer;
}

export function liveRecording(
  objects: (resource: ScenarioResource) => readonly KubeObject[] | null,
  expect: unknown,
): LiveRecording {
  const counters = liveCounters();
  const world = worldOf(objects, expect);
  const monitor = (node: string, files: ReadonlyMap<string, Buffer>, seconds: number): AgentReply => {
    const lines = eventsWithin(files.get("monitor-drop.jsonl")?.toString("utf8") ?? "", seconds);
    for (const line of lines.slice(1)) {
      const event: unknown = JSON.parse(line);
      if (typeof event !== "object" || event === null || !("reason" in event)) continue;
      counters.add(node, { kind: "drop", reason: String(event.reason), direction: "ingress" }, 1);
    }
    return monitorReply(lines, seconds);
  };
  return {
    reply: (node, files, argv) => {
      const seconds = monitorSeconds(argv);
      if (seconds !== null) return monitor(node, files, seconds);
      const burst = burstOf(argv);
      return burst === null ? trackedListReply(argv) : burstReply(world, node, burst, counters);
    },
    applied: (node, file, bytes) => counters.applied(node, file, bytes),
  };
}

interface Expectation {
  readonly host?: { readonly unreachable?: readonly (readonly [string, string])[] };
  readonly endpoint?: { readonly unreachable?: readonly (readonly [string, string])[] };
  readonly causes?: readonly { readonly id: string; readonly nodes?: readonly string[] | "all" }[];
}

/** `expect.json` says which paths fail and why; cilium-config whether there is a tunnel. */
function worldOf(objects: (resource: ScenarioResource) => readonly KubeObject[] | null, expect: unknown): BurstWorld {
  const expected: Expectation = typeof expect === "object" && expect !== null ? expect : {};
  const failing = (target: "host" | "endpoint") =>
    new Set((expected[target]?.unreachable ?? []).map(([from, to]) => `${from}\n${to}`));
  const fails = { host: failing("host"), endpoint: failing("endpoint") };
  const config = (objects("configmaps") ?? []).find(({ metadata }) => metadata.name === "cilium-config")?.["data"];
  return {
    ciliumNodes: objects("ciliumnodes") ?? [],
    native: JSON.stringify(config ?? {}).includes('"routing-mode":"native"'),
    fails: (target, from, to) => fails[target].has(`${from}\n${to}`),
    causes: (expected.causes ?? []).map(({ id, nodes }) => ({ id, nodes: nodes ?? [] })),
  };
}
