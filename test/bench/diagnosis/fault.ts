import type { Dice } from "./dice.ts";
import type { Needs } from "./layout.ts";
import { type Filter, type Flow, type Machine, ownMachines, type World } from "./world.ts";

/** Whether the catalogue calls the cause separable: by what every run collects, by one more command, or not at all. */
export type Separable = "facts" | "command" | "outside";

/** One known way to break a cluster. */
export interface Fault {
  /** Unique; the cause's id, with a variant behind a blank where there are several. */
  readonly name: string;
  /** Rule ids that name it; any of them is right. */
  readonly causes: readonly string[];
  readonly separable: Separable;
  /** Whether it touches few nodes, so that a second fault elsewhere stays visible. */
  readonly local: boolean;
  /** True when no probe need fail: the fault is in the facts alone. */
  readonly green?: boolean;
  readonly needs?: Needs;
  inject(world: World, dice: Dice): void;
}

/** A healthy machine that no fault has touched yet; never the control plane, which is an exception in several rules. */
export function victim(world: World, dice: Dice): Machine {
  return victims(world, dice, 1)[0] as Machine; // victims throws when it has too few
}

export function victims(world: World, dice: Dice, wanted: number): Machine[] {
  const free = ownMachines(world).filter((machine) => !machine.controlPlane && !world.touched.has(machine.index));
  const chosen = dice.some(free, wanted);
  if (chosen.length < wanted) throw new Error(`the cluster has no ${wanted} untouched machines`);
  for (const machine of chosen) world.touched.add(machine.index);
  return chosen;
}

/** A drop or reject rule. */
export function filter(
  protocol: Filter["protocol"],
  port: number | null = null,
  action: Filter["action"] = "drop",
  stateful = false,
): Filter {
  return { protocol, port, action, stateful };
}

/** Two groups of this cluster's machines, each with two members at least: by zone, or by node pool. */
export function twoSides(world: World, dice: Dice): ReadonlySet<number> {
  const own = ownMachines(world);
  const zones = [...new Set(own.map((machine) => machine.zone))];
  const zone = dice.pick(zones);
  const byZone = own.filter((machine) => machine.zone === zone);
  const isSplit = byZone.length >= 2 && own.length - byZone.length >= 2;
  const side = isSplit ? byZone : own.filter((machine) => machine.pool === "pool-1");
  return new Set(side.map((machine) => machine.index));
}

/** Drops between the side and everybody else of this cluster, both ways. */
export function cutBetween(world: World, side: ReadonlySet<number>, what: Filter): void {
  world.cuts.push({
    filter: what,
    cuts: (from, to) => !from.remote && !to.remote && side.has(from.index) !== side.has(to.index),
  });
}

/** Drops between all machines. */
export function cutEverywhere(world: World, what: Filter): void {
  world.cuts.push({ filter: what, cuts: () => true });
}

/** Drops at one machine's cloud interface. */
export function cutAt(world: World, machine: Machine, what: Filter, direction: "in" | "both"): void {
  world.cuts.push({
    filter: what,
    cuts: (from, to) => to === machine || (direction === "both" && from === machine),
  });
}

export function allow(...protocols: Flow["protocol"][]): { readonly protocols: ReadonlySet<Flow["protocol"]> } {
  return { protocols: new Set(protocols) };
}
