const mostTexts = 1 << 16;
const longestText = 256;
/** Twice the texts, so that a look-up seldom meets another one first; names chosen to meet many are not kept. */
const slots = mostTexts * 2;
const mostMet = 32;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Turns bytes of JSON strings into texts, the same bytes into the same text. Names and addresses come back in every
 * reply, a million times with a thousand nodes. What is long, and what comes when the pool is full, is made anew each
 * time: a hostile reply cannot make it grow without end.
 */
export class TextPool {
  /** By slot: the number of a text, plus 1. */
  readonly #places = new Uint32Array(slots);
  /** By number: the hash, and where its bytes end. */
  readonly #hashes: number[] = [];
  readonly #ends: number[] = [];
  readonly #texts: string[] = [];
  #bytes = new Uint8Array(1024);

  /** The text of a string's bytes, its escapes understood. The bytes must be those of a right JSON string. */
  text(bytes: Uint8Array, start: number, end: number): string {
    if (start === end) return "";
    if (end - start > longestText) return decoded(bytes.subarray(start, end));
    const hash = hashOf(bytes, start, end);
    for (let met = 0; met < mostMet; met++) {
      const slot = (hash + met) % slots;
      const number = (this.#places[slot] ?? 0) - 1;
      if (number < 0) return this.#keep(slot, hash, bytes.subarray(start, end));
      if (this.#hashes[number] === hash && this.#holds(number, bytes, start, end)) return this.#texts[number] ?? "";
    }
    return decoded(bytes.subarray(start, end));
  }

  #holds(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const own = this.#bytes;
    let at = number === 0 ? 0 : (this.#ends[number - 1] ?? 0);
    if ((this.#ends[number] ?? 0) - at !== end - start) return false;
    for (let other = start; other < end; other++, at++) if (own[at] !== bytes[other]) return false;
    return true;
  }

  #keep(slot: number, hash: number, bytes: Uint8Array): string {
    const text = decoded(bytes);
    if (this.#texts.length === mostTexts) return text;
    const start = this.#ends.at(-1) ?? 0;
    if (start + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, start);
    this.#ends.push(start + bytes.length);
    this.#hashes.push(hash);
    this.#places[slot] = this.#texts.push(text);
    return text;
  }
}

function decoded(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  return text.includes("\\") ? (JSON.parse(`"${text}"`) as string) : text;
}

/** FNV-1a of 31 bits, its upper half folded in: a number that needs no box. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return (hash ^ (hash >>> 15)) & 0x3fff_ffff;
}
