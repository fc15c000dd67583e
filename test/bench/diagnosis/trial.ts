import { type Dice, dice } from "./dice.ts";
import type { Fault } from "./fault.ts";
import { layOut, type Needs } from "./layout.ts";
import { addNoise } from "./noise.ts";
import type { World } from "./world.ts";

/** A broken (or, with no fault, a healthy) cluster: seed, faults and noise decide every byte of it. */
export interface Trial {
  readonly world: World;
  readonly noise: readonly string[];
}

const least = 4;

export interface TrialOptions {
  readonly withNoise?: boolean;
  /** 200 by default: the largest cluster that is made up. */
  readonly mostNodes?: number;
}

export function makeTrial(seed: number, faults: readonly Fault[], options: TrialOptions = {}): Trial {
  const chance = dice(seed);
  const needs: Needs = Object.assign({}, ...faults.map((fault) => fault.needs));
  const fewest = Math.max(faults.length === 0 ? 3 : least, ...faults.map((fault) => fault.needs?.leastNodes ?? 0));
  const most = Math.min(needs.mostNodes ?? 200, options.mostNodes ?? 200);
  const size = Math.min(most, Math.max(fewest + faults.length, sizeOf(chance)));
  const world = layOut(seed, size, needs, chance);
  for (const fault of faults) fault.inject(world, chance);
  // Noise comes last: a fault takes its pick of the nodes, noise what is left. What the catalogue calls separable, it
  // calls so with all facts in hand.
  const without = faults.length === 0 ? [] : ["missing rights"];
  return { world, noise: options.withNoise === true ? addNoise(world, chance, without) : [] };
}

/** 3 to 200 nodes, small ones more often, as clusters are. */
function sizeOf(chance: Dice): number {
  const [low, high] = chance.chance(0.6)
    ? [3, 12]
    : chance.chance(0.8)
      ? [13, 40]
      : chance.chance(0.8)
        ? [41, 100]
        : [101, 200];
  return low + chance.below(high - low + 1);
}

/** Whether two faults can stand in one cluster: what they ask of it does not clash, and both are local. */
export function canMeet(one: Fault, other: Fault): boolean {
  if (!one.local || !other.local || one.causes[0] === other.causes[0]) return false;
  const wanted = Object.entries(one.needs ?? {}) as [keyof Needs, unknown][];
  return wanted.every(([key, value]) => {
    const theirs = other.needs?.[key];
    return key === "leastNodes" || key === "mostNodes" || theirs === undefined || theirs === value;
  });
}
