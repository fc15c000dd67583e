/** Seeded chance: the same seed throws the same numbers everywhere. */
export interface Dice {
  /** An integer from 0 up to, not including, `count`. */
  below(count: number): number;
  chance(probability: number): boolean;
  /** One of the list, which must not be empty. */
  pick<T>(list: readonly T[]): T;
  /** `count` different ones of the list, or all of it when it is shorter. */
  some<T>(list: readonly T[], count: number): T[];
}

/** Mulberry32 over a mixed seed. */
export function dice(seed: number): Dice {
  let state = Math.imul(seed + 0x6d2b79f5, 0x9e3779b1) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 4294967296;
  };
  const below = (count: number) => Math.floor(next() * count);
  const pick = <T>(list: readonly T[]): T => {
    const index = below(list.length);
    if (index >= list.length) throw new Error("nothing to pick from: the list is empty");
    return list[index] as T;
  };
  return {
    below,
    chance: (probability) => next() < probability,
    pick,
    some: (list, count) => {
      const left = [...list];
      return Array.from({ length: Math.min(count, left.length) }, () => left.splice(below(left.length), 1)).flat();
    },
  };
}
