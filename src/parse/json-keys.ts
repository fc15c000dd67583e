import { giveUp } from "./surprise.ts";

/** What `firstKey` and `nextKey` say at an object's end; otherwise the place of a known key, or -1 of any other. */
export const lastKey = -2;

/** Bytes that may come next, four by four, the last four last. */
export interface Literal {
  readonly length: number;
  readonly words: Uint32Array;
}

/** The keys that a reader knows of an object, in the order in which they are printed, and how that looks. */
export interface KnownKeys {
  readonly names: readonly string[];
  /** What comes before the value of the key at the same place, where it is the first one. */
  readonly first: readonly Literal[];
  /** The same after another key. */
  readonly next: readonly Literal[];
  /** What comes after the last value. */
  readonly end: Literal | undefined;
}

const encoder = new TextEncoder();

/** For objects whose keys are printed so many blanks from the left; any other look is understood too, but slower. */
export function knownKeys(indent: number, ...names: readonly string[]): KnownKeys {
  const pad = " ".repeat(indent);
  return {
    names,
    first: names.map((name) => literal(`{\n${pad}"${name}": `)),
    next: names.map((name) => literal(`,\n${pad}"${name}": `)),
    // Words need four bytes.
    end: indent < 4 ? undefined : literal(`\n${pad.slice(2)}}`),
  };
}

function literal(text: string): Literal {
  const bytes = encoder.encode(text);
  const view = new DataView(bytes.buffer);
  const { length } = bytes;
  const starts = Array.from({ length: Math.ceil(length / 4) }, (_, word) => Math.min(word * 4, length - 4));
  return { length, words: Uint32Array.from(starts, (start) => view.getUint32(start)) };
}

/** The known keys met so far in an object, a bit each. `JSON.parse` takes the last of two equal keys; here they surprise. */
export function once(seen: number, key: number): number {
  if (key < 0) return seen;
  const bit = 1 << key;
  if ((seen & bit) !== 0) giveUp();
  return seen | bit;
}
