import { type BurstWorld, burstOf, burstReply } from "./burst.ts";
import { liveCounters } from "./live-counters.ts";
import { meshObjects } from "./mesh-objects.ts";
import { type Fate, fateOf, healthyFate, type MeshNode, type MeshPlan } from "./mesh-plan.ts";
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
  const byName = new Map(plan.nodes.map((node) => [node.name, node]));
  const fate = (from: string, to: string): Fate => {
    const [sender, receiver] = [byName.get(from), byName.get(to)];
    return sender === undefined || receiver === undefined ? healthyFate : fateOf(plan, sender, receiver);
  };
  return {
    get ciliumNodes() {
      return meshObjects(plan, "ciliumnodes") ?? [];
    },
    native: false,
    fails: (target, from, to) => fate(from, to)[target === "host" ? "hostHttp" : "endpointHttp"] !== "ok",
    get causes() {
      return [
        { id: "vxlan-udp-blocked", nodes: plan.nodes.filter((node) => isCutOff(plan, node)).map(({ name }) => name) },
      ];
    },
  };
}

function isCutOff(plan: MeshPlan, node: MeshNode): boolean {
  const others = plan.nodes.filter((other) => other !== node);
  return (
    others.length > 1 &&
    others.every((other) => {
      const [there, back] = [fateOf(plan, node, other), fateOf(plan, other, node)];
      return [there, back].every(({ hostHttp, endpointHttp }) => hostHttp === "ok" && endpointHttp !== "ok");
    })
  );
}
