import { networkOf } from "./network.ts";
import { outcomeOf, type Protocol, type Target } from "./probe.ts";
import { beliefOf, ownMachines, type Slot, type World } from "./world.ts";

/** Every failing probe of a world as `from>to target/protocol[/6] outcome`, by machine index: what really happens. */
export function failingProbes(world: World): string[] {
  const net = networkOf(world);
  const found: string[] = [];
  for (const from of ownMachines(world)) {
    if (!from.powered || from.agent?.state !== "running" || !from.agent.runs.healthChecking) continue;
    for (const to of world.machines) {
      if (beliefOf(from, to) === null) continue;
      for (const target of targetsOf(
        from.agent.runs.endpointHealthChecking && beliefOf(from, to)?.healthIPs.length !== 0,
      )) {
        for (const protocol of ["icmp", "http"] satisfies Protocol[]) {
          for (const slot of slotsOf(world)) {
            const outcome = outcomeOf(net, { from, to, target, protocol, slot });
            const family = slot === 1 ? "/6" : "";
            if (outcome !== "ok") found.push(`${from.index}>${to.index} ${target}/${protocol}${family} ${outcome}`);
          }
        }
      }
    }
  }
  return found.sort();
}

function targetsOf(hasEndpoint: boolean): readonly Target[] {
  return hasEndpoint ? ["host", "endpoint"] : ["host"];
}

function slotsOf(world: World): readonly Slot[] {
  return world.settings.families === 2 ? [0, 1] : [0];
}
