import { type Address, type Cidr, contains, overlaps } from "./cidr.ts";

/** The range of this prefix length that an address lies in; null when the family has no such length. */
export function rangeAround(address: Address, prefix: number): Cidr | null {
  const bits = address.family === 4 ? 32 : 128;
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > bits) return null;
  const host = (1n << BigInt(bits - prefix)) - 1n;
  const low = address.value & ~host;
  return { family: address.family, prefix, low, high: low | host };
}

export interface OwnedRange<Owner> {
  readonly owner: Owner;
  readonly range: Cidr;
}

/**
 * Ranges that overlap a range of another owner, as groups of which the first contains all others. Sorted once and
 * swept, since a cluster may have thousands.
 */
export function overlapping<Owner>(ranges: readonly OwnedRange<Owner>[]): (readonly OwnedRange<Owner>[])[] {
  const sorted = ranges.toSorted(
    ({ range: a }, { range: b }) => a.family - b.family || compare(a.low, b.low) || compare(b.high, a.high),
  );
  const groups: OwnedRange<Owner>[][] = [];
  for (const one of sorted) {
    const group = groups.at(-1);
    const widest = group?.[0];
    if (widest !== undefined && overlaps(widest.range, one.range)) group?.push(one);
    else groups.push([one]);
  }
  return groups.filter((group) => new Set(group.map(({ owner }) => owner)).size > 1);
}

export interface OwnedAddress<Owner> {
  readonly owner: Owner;
  readonly address: Address;
}

export interface Covered<Of, Owner> {
  readonly at: OwnedAddress<Of>;
  readonly within: OwnedRange<Owner>;
}

/** Which addresses lie in which ranges; of equal ranges the first counts. Each range is looked up, not scanned for. */
export function covered<Of, Owner>(
  addresses: readonly OwnedAddress<Of>[],
  ranges: readonly OwnedRange<Owner>[],
): Covered<Of, Owner>[] {
  const sorted = addresses.toSorted(
    ({ address: a }, { address: b }) => a.family - b.family || compare(a.value, b.value),
  );
  return distinct(ranges).flatMap((within) => {
    const found: Covered<Of, Owner>[] = [];
    for (let at = firstFrom(sorted, within.range); at < sorted.length; at++) {
      const one = sorted[at];
      if (one === undefined || !contains(within.range, one.address)) break;
      found.push({ at: one, within });
    }
    return found;
  });
}

function distinct<Owner>(ranges: readonly OwnedRange<Owner>[]): OwnedRange<Owner>[] {
  const byRange = new Map<string, OwnedRange<Owner>>();
  for (const one of ranges) {
    const key = `${one.range.family} ${one.range.low}/${one.range.prefix}`;
    if (!byRange.has(key)) byRange.set(key, one);
  }
  return [...byRange.values()];
}

/** Index of the first address that is not below a range. */
function firstFrom(sorted: readonly OwnedAddress<unknown>[], range: Cidr): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const address = sorted[middle]?.address;
    const isBelow = address !== undefined && (address.family - range.family || compare(address.value, range.low)) < 0;
    if (isBelow) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
