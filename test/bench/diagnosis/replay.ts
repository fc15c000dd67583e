import { dice } from "./dice.ts";
import { allow, filter } from "./fault.ts";
import { layOut, type Needs } from "./layout.ts";
import type { Machine, World } from "./world.ts";

/**
 * The recorded cases rebuilt as worlds: five machines, the same settings, the fault injected where it was injected
 * then. If the packets' model is right, the same probes fail as in the recording.
 */
export interface Replay {
  readonly recorded: string;
  readonly needs: Needs;
  inject(world: World): void;
}

const lab: Needs = {
  routing: "tunnel",
  tunnelProtocol: "vxlan",
  encryption: "disabled",
  endpointRoutes: false,
  hostRouting: "Legacy",
  hostFirewall: false,
  manySubnets: false,
  clusters: 1,
  families: 1,
};

export const replays: readonly Replay[] = [
  { recorded: "healthy", needs: lab, inject: () => {} },
  {
    recorded: "native-routing-healthy",
    needs: { ...lab, routing: "native", routerKnowsPods: false },
    inject: () => {},
  },
  {
    recorded: "vxlan-blocked-one-node",
    needs: lab,
    inject: (world) => {
      at(world, 2).input.push(filter("udp", 8472));
    },
  },
  {
    recorded: "forward-drop-harmless",
    needs: lab,
    inject: (world) => {
      at(world, 2).forwardDrop = "rule";
    },
  },
  {
    recorded: "endpoint-routes-forward-drop",
    needs: { ...lab, endpointRoutes: true },
    inject: (world) => {
      at(world, 3).forwardDrop = "rule";
    },
  },
  {
    recorded: "icmp-blocked-everywhere",
    needs: lab,
    inject: (world) => {
      for (const machine of world.machines) machine.input.push(filter("icmp"));
    },
  },
  {
    recorded: "policy-blocks-health",
    needs: lab,
    inject: (world) => {
      for (const machine of world.machines) machine.health.allowed = allow();
    },
  },
  {
    recorded: "node-down",
    needs: lab,
    inject: (world) => {
      at(world, 4).powered = false;
    },
  },
  {
    recorded: "zone-partition",
    needs: lab,
    inject: (world) => {
      world.cuts.push({ filter: filter("any"), cuts: (from, to) => from.index < 3 !== to.index < 3 });
    },
  },
];

export function replayed({ needs, inject }: Replay): World {
  const world = layOut(5, 5, needs, dice(5));
  inject(world);
  return world;
}

/** By the recording's numbers, which begin at 1. */
function at(world: World, number: number): Machine {
  const machine = world.machines[number - 1];
  if (machine === undefined) throw new Error(`the replay has no machine ${number}`);
  return machine;
}
