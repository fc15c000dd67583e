import type { ListCaptureId } from "../../model/capture.ts";
import type { ListTable } from "../../model/lists.ts";

/** How one list is compared. */
export interface ListRule {
  readonly id: ListCaptureId;
  /**
   * What of a value is to be alike; null where this node's entry is not to be compared: it owns the address, or the entry
   * is of a kind that differs by nature. `value` is null where it has no such entry.
   */
  readonly comparable: (key: string, value: string | null, node: string) => string | null;
  /** By what most have: entries of a kind that nobody is to be compared by. */
  readonly isLeftOut: (key: string, common: string) => boolean;
  /** The node that an entry must lead to and does not; "" where it does, or where nobody knows. */
  readonly ownerMissed: (key: string, shown: string) => string;
  /** What is said of an odd entry. */
  readonly sentence: (odd: OddEntry) => string;
  /** Whether it is worse than a warning, once it was seen twice. */
  readonly isFault: (odd: OddEntry) => boolean;
}

/** An entry that a node has otherwise than most others, or than its owner is. */
export interface OddEntry {
  readonly node: string;
  readonly key: string;
  /** null: it has no such entry. */
  readonly own: string | null;
  /** null: most others have none. */
  readonly common: string | null;
  /** How many have what is common. */
  readonly holders: number;
  /** The node that it must lead to; "" where only the others tell that it is odd. */
  readonly owner: string;
}

/** How a missing entry is compared; no value looks like it. */
export const absent = "\u0000";

interface Compared {
  readonly node: string;
  readonly shown: string;
}

/**
 * Entries that lead to another node than their owner, and entries in which a node differs from at least two others that
 * agree and are more than half of those compared.
 */
export function oddEntries(table: ListTable, rule: ListRule): OddEntry[] {
  const nodes = [...table.rows];
  const odd: OddEntry[] = [];
  for (let key = 0; key < table.keys.length; key++) {
    const first = nodes[0]?.[1][key] ?? 0;
    // What is the same everywhere costs no more than this.
    if (nodes.every(([, row]) => (row[key] ?? 0) === first) && nodes.length > 2) continue;
    const name = table.keys[key] ?? "";
    const compared = nodes.flatMap(([node, row]): Compared[] => {
      const place = row[key] ?? 0;
      const shown = rule.comparable(name, place === 0 ? null : (table.values[place - 1] ?? ""), node);
      return shown === null ? [] : [{ node, shown }];
    });
    odd.push(...oddAmong(name, compared, rule));
  }
  return odd;
}

function oddAmong(key: string, compared: readonly Compared[], rule: ListRule): OddEntry[] {
  const missed = compared.map(({ shown }) => (shown === absent ? "" : rule.ownerMissed(key, shown)));
  const isWrong = (at: number) => missed[at] !== "";
  const wrong = compared.filter((_, at) => isWrong(at));
  // Where nobody agrees with the owner, it is the owner that is understood wrongly.
  const isKnown = wrong.length > 0 && (wrong.length < compared.length || wrong.length === 1);
  const right = isKnown ? compared.filter((_, at) => !isWrong(at)) : compared;
  const [most, holders] = mostCommon(right);
  const toEntry = ({ node, shown }: Compared, owner: string): OddEntry => ({
    node,
    key,
    own: shown === absent ? null : shown,
    common: most === absent || most === "" ? null : most,
    holders,
    owner,
  });
  if (isKnown) {
    return compared.flatMap((one, at) => (isWrong(at) ? [toEntry(one, missed[at] ?? "")] : []));
  }
  if (holders < 2 || holders * 2 <= compared.length || rule.isLeftOut(key, most)) return [];
  return compared.filter(({ shown }) => shown !== most).map((one) => toEntry(one, ""));
}

function mostCommon(compared: readonly Compared[]): readonly [shown: string, holders: number] {
  const counts = new Map<string, number>();
  for (const { shown } of compared) counts.set(shown, (counts.get(shown) ?? 0) + 1);
  let most: readonly [string, number] = ["", 0];
  for (const one of counts) if (one[1] > most[1]) most = one;
  return most;
}

/** Whether a second reading shows the same; true where there was none. */
export function isStill(odd: OddEntry, again: readonly OddEntry[] | null): boolean {
  return again === null || again.some((one) => one.node === odd.node && one.key === odd.key);
}
