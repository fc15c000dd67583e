import { type Cidr, overlaps, parseCidr } from "./cidr.ts";

/** An address range and whose it is. */
export interface OwnedRange {
  readonly name: string;
  readonly text: string;
  readonly range: Cidr;
}

/** The ranges of one owner; a text that is no range is left out. */
export function ownedRanges(name: string, ranges: readonly string[]): OwnedRange[] {
  return ranges.flatMap((text) => {
    const range = parseCidr(text);
    return range === null ? [] : [{ name, text, range }];
  });
}

/** Ranges nest or are apart, so in ascending order one overlaps the last range of the other side that began, or none. */
export function firstOverlap(
  own: readonly OwnedRange[],
  remote: readonly OwnedRange[],
): readonly [OwnedRange, OwnedRange] | null {
  const all = [...own.map((item) => ({ item, isOwn: true })), ...remote.map((item) => ({ item, isOwn: false }))];
  all.sort((a, b) => compare(a.item.range, b.item.range));
  let last: { readonly own?: OwnedRange; readonly remote?: OwnedRange } = {};
  for (const { item, isOwn } of all) {
    const rival = isOwn ? last.remote : last.own;
    if (rival !== undefined && overlaps(rival.range, item.range)) return isOwn ? [item, rival] : [rival, item];
    last = isOwn ? { ...last, own: widest(last.own, item) } : { ...last, remote: widest(last.remote, item) };
  }
  return null;
}

function compare(one: Cidr, other: Cidr): number {
  if (one.family !== other.family) return one.family - other.family;
  return one.low < other.low ? -1 : one.low > other.low ? 1 : one.prefix - other.prefix;
}

/** A range inside the one before it reaches no further. */
function widest(known: OwnedRange | undefined, next: OwnedRange): OwnedRange {
  return known !== undefined && known.range.family === next.range.family && known.range.high >= next.range.high
    ? known
    : next;
}
