import { JsonCursor } from "./json-cursor.ts";
import { knownKeys, lastKey, once } from "./json-keys.ts";
import type { NodeElement } from "./node-list.ts";
import { unlessSurprised } from "./surprise.ts";
import type { TextPool } from "./text-pool.ts";

/** Some keys are passed over, but known to be printed. */
const [health, name, primary, source] = [0, 1, 2, 4];
const elementKeys = knownKeys(4, "health-endpoint-address", "name", "primary-address", "secondary-addresses", "source");
const [ipv4, ipv6] = [0, 1];
const familyKeys = knownKeys(6, "ipv4", "ipv6");
const [range, ip] = [0, 2];
const addressKeys = knownKeys(8, "alloc-range", "enabled", "ip");

/** The texts of an entry, and where the bytes of each stand among its cells: start and end, both 0 where it has none. */
const cell = { name: 0, source: 2, ips: 4, healthIPs: 8, ranges: 12, healthRanges: 16 } as const;
const cellsEach = 20;

/** An agent's node list as byte positions; an entry becomes an object when it is asked for, and few are. */
class ScannedNodeList {
  readonly #bytes: Uint8Array;
  readonly #texts: TextPool;
  #cells = new Uint32Array(64 * cellsEach);
  count = 0;

  constructor(bytes: Uint8Array, texts: TextPool) {
    this.#bytes = bytes;
    this.#texts = texts;
  }

  /** Cells for one more entry, and its first one. */
  add(): { readonly cells: Uint32Array; readonly at: number } {
    const at = this.count++ * cellsEach;
    if (at === this.#cells.length) {
      const larger = new Uint32Array(at * 2);
      larger.set(this.#cells);
      this.#cells = larger;
    }
    return { cells: this.#cells, at };
  }

  name(entry: number): string {
    return this.#text(entry, cell.name);
  }

  /** Whether the entry has just these addresses, in any order. */
  hasAddresses(entry: number, ips: readonly string[], healthIPs: readonly string[]): boolean {
    return this.#sameSet(entry, cell.ips, ips) && this.#sameSet(entry, cell.healthIPs, healthIPs);
  }

  element(entry: number): NodeElement {
    return {
      name: this.name(entry),
      ips: this.#both(entry, cell.ips),
      healthIPs: this.#both(entry, cell.healthIPs),
      podCIDRs: this.#both(entry, cell.ranges),
      source: this.#text(entry, cell.source),
    };
  }

  #sameSet(entry: number, from: number, others: readonly string[]): boolean {
    const v4 = this.#text(entry, from);
    const v6 = this.#text(entry, from + 2);
    const count = (isKnown(v4) ? 1 : 0) + (isKnown(v6) ? 1 : 0);
    return count === others.length && (!isKnown(v4) || others.includes(v4)) && (!isKnown(v6) || others.includes(v6));
  }

  #both(entry: number, from: number): string[] {
    return [this.#text(entry, from), this.#text(entry, from + 2)].filter(isKnown);
  }

  #text(entry: number, from: number): string {
    const at = entry * cellsEach + from;
    return this.#texts.text(this.#bytes, this.#cells[at] ?? 0, this.#cells[at + 1] ?? 0);
  }
}

function isKnown(text: string): boolean {
  return text !== "" && text !== "<nil>";
}

/**
 * Reads `cilium-dbg node list -o json` as `parseNodeList` does, names and addresses alone. Of a thousand agents each says
 * the same half megabyte. null for whatever is not as agents print it; then `parseNodeList` has the word.
 */
export function scanNodeList(bytes: Uint8Array, texts: TextPool): ScannedNodeList | null {
  return unlessSurprised(() => {
    const cursor = new JsonCursor(bytes);
    const list = new ScannedNodeList(cursor.bytes, texts);
    for (let more = cursor.firstItem(); more; more = cursor.nextItem()) {
      const { cells, at } = list.add();
      scanElement(cursor, cells, at);
    }
    cursor.finish();
    return list;
  });
}

function scanElement(cursor: JsonCursor, cells: Uint32Array, at: number): void {
  let seen = 0;
  for (let key = cursor.firstKey(elementKeys); key !== lastKey; key = cursor.nextKey(elementKeys, key)) {
    seen = once(seen, key);
    if (key === health) scanFamilies(cursor, cells, at + cell.healthIPs, at + cell.healthRanges);
    else if (key === name) scanText(cursor, cells, at + cell.name);
    else if (key === primary) scanFamilies(cursor, cells, at + cell.ips, at + cell.ranges);
    else if (key === source) scanText(cursor, cells, at + cell.source);
    else cursor.skip();
  }
}

function scanFamilies(cursor: JsonCursor, cells: Uint32Array, ips: number, ranges: number): void {
  let seen = 0;
  for (let key = cursor.firstKey(familyKeys); key !== lastKey; key = cursor.nextKey(familyKeys, key)) {
    seen = once(seen, key);
    if (key === ipv4) scanAddress(cursor, cells, ips, ranges);
    else if (key === ipv6) scanAddress(cursor, cells, ips + 2, ranges + 2);
    else cursor.skip();
  }
}

function scanAddress(cursor: JsonCursor, cells: Uint32Array, ips: number, ranges: number): void {
  let seen = 0;
  for (let key = cursor.firstKey(addressKeys); key !== lastKey; key = cursor.nextKey(addressKeys, key)) {
    seen = once(seen, key);
    if (key === range) scanText(cursor, cells, ranges);
    else if (key === ip) scanText(cursor, cells, ips);
    else cursor.skip();
  }
}

function scanText(cursor: JsonCursor, cells: Uint32Array, at: number): void {
  cursor.string();
  cells[at] = cursor.start;
  cells[at + 1] = cursor.end;
}
