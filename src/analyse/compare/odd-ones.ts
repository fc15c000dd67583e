/** What most nodes have, and those that have something else. */
export interface Commonest {
  readonly value: string;
  readonly holders: number;
  readonly odd: readonly number[];
}

/** null where fewer than two nodes agree, or no value is held by more than half: then nobody is odd. */
export function commonest(values: ReadonlyMap<number, string>): Commonest | null {
  const holders = new Map<string, number>();
  for (const value of values.values()) holders.set(value, (holders.get(value) ?? 0) + 1);
  let best: readonly [string, number] = ["", 0];
  for (const entry of holders) if (entry[1] > best[1]) best = entry;
  const [value, count] = best;
  if (count < 2 || count * 2 <= values.size) return null;
  return { value, holders: count, odd: [...values].flatMap(([node, own]) => (own === value ? [] : [node])) };
}

/** `1 on the other node`, `1 on 4 others`. */
export function onOthers({ value, holders }: Commonest): string {
  return `${value === "" ? "none" : value} on ${holders === 1 ? "the other node" : `${holders} others`}`;
}
