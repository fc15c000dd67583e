import { type BurstWorld, burstOf, burstReply } from "./burst.ts";
import { liveCounters } from "./live-counters.ts";
import { meshObjects } from "./mesh-objects.ts";
import { fateOf, type MeshPlan } from "./mesh-plan.ts";
import type { AgentReply } from "./scenario.ts";

/** What a generated mesh does to connections that are sent through it; its counters grow by them. */
export interface MeshWorld {
  /** null for every command that sends none. */
  burst(node: string, argv: readonly string[]): AgentReply | null;
  /** An output with what was counted since the mesh was made. */
  counted(node: string, file: string, reply: AgentReply): AgentReply;
}

export function meshWorld(plan: MeshPlan): MeshWorld {
  const counters = liveCounters();
  const world = worldOf(plan);
  return {
    burst: (node, argv) => {
      const burst = burstOf(argv);
      return burst === null ? null : burstReply(world, node, burst, counters);
    },
    counted: (node, file, reply) => {
      if (reply.kind !== "output") return reply;
      const bytes = Buffer.concat([...reply.stdout].map((piece) => Buffer.from(piece)));
      return { ...reply, stdout: [counters.applied(node, file, bytes)] };
    },
  };
}

/** Where all endpoint paths from and to a node fail and its own address answers, it is the tunnel that is cut off there. */
function worldOf(plan: MeshPlan): BurstWorld {
  const index = new Map(plan.nodes.map(({ name }, at) => [name, at]));
  const fate = (from: string, to: string) => fateOf(plan, index.get(from) ?? -1, index.get(to) ?? -1);
  return {
    get ciliumNodes() {
      return meshObjects(plan, "ciliumnodes") ?? [];
    },
    native: false,
    fails: (target, from, to) => fate(from, to)[target === "host" ? "hostHttp" : "endpointHttp"] !== "ok",
    get causes() {
      return [
        { id: "vxlan-udp-blocked", nodes: plan.nodes.filter((_, at) => isCutOff(plan, at)).map(({ name }) => name) },
      ];
    },
  };
}

function isCutOff(plan: MeshPlan, node: number): boolean {
  const others = plan.nodes.flatMap((_, at) => (at === node ? [] : [at]));
  return (
    others.length > 1 &&
    others.every((other) => {
      const [there, back] = [fateOf(plan, node, other), fateOf(plan, other, node)];
      return [there, back].every(({ hostHttp, endpointHttp }) => hostHttp === "ok" && endpointHttp !== "ok");
    })
  );
}
