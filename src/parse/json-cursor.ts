import { backslash, brace, braceEnd, bracket, bracketEnd, colon, comma, newline, quote } from "../model/json-bytes.ts";
import { type KnownKeys, type Literal, lastKey } from "./json-keys.ts";
import { digitAt, escapeEnd, isTextAt, largeE, mostDigits, point, scalarEnd, smallE, zero } from "./json-scalars.ts";
import { giveUp } from "./surprise.ts";
import { parseTime } from "./time.ts";
import { plainSeconds, plainTimeLength } from "./time-bytes.ts";

/** A mark at a string's start is part of it, as for `JSON.parse`. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Walks over JSON without making anything of it: a thousand agents say a gigabyte, of which one byte in ten is of use.
 * What it passes over it checks as strictly as `JSON.parse` would. It gives up (see `unlessSurprised`) on broken JSON,
 * and on what Cilium's programs do not print though JSON has it: keys with escapes, depths beyond 60, another type than
 * the one asked for. So whoever reads with it reads the same as `JSON.parse`, or nothing.
 */
export class JsonCursor {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  /** The last string passed, without its quotes. */
  start = 0;
  end = 0;
  readonly #closers = new Uint8Array(60);

  constructor(bytes: Uint8Array) {
    // A Buffer is another class: were some replies of the one and some of the other, each access would have to look.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** JSON that begins elsewhere in the same bytes is read from here on. */
  moveTo(at: number): void {
    this.#at = at;
  }

  /** Position of the byte that comes next, blanks aside. */
  position(): number {
    this.#peek();
    return this.#at;
  }

  /** Position behind what was read last. */
  positionBehind(): number {
    return this.#at;
  }

  /** Nothing but blanks may follow. */
  finish(): void {
    if (this.#peek() !== 0) giveUp();
  }

  /** Whether a list comes next. */
  isList(): boolean {
    return this.#peek() === bracket;
  }

  /**
   * Steps into an object: the place of its first key among the known ones, -1, or `lastKey` where it has none.
   * Whatever the key, its value must be read or skipped before `nextKey`.
   */
  firstKey(known: KnownKeys): number {
    const { first } = known;
    for (let place = 0; place < first.length; place++) if (this.#passes(first[place])) return place;
    if (this.#peek() !== brace) giveUp();
    this.#at++;
    if (this.#peek() !== braceEnd) return this.#key(known);
    this.#at++;
    return lastKey;
  }

  /** `key` is what was said before: what is printed after it is looked for first. */
  nextKey(known: KnownKeys, key: number): number {
    if (this.bytes[this.#at] === comma) {
      const { next } = known;
      for (let place = key + 1; place < next.length; place++) if (this.#passes(next[place])) return place;
    } else if (this.#passes(known.end)) return lastKey;
    const byte = this.#peek();
    this.#at++;
    if (byte === comma) return this.#key(known);
    if (byte !== braceEnd) giveUp();
    return lastKey;
  }

  /** Steps into a list; false where it is empty. */
  firstItem(): boolean {
    if (this.#peek() !== bracket) giveUp();
    this.#at++;
    if (this.#peek() !== bracketEnd) return true;
    this.#at++;
    return false;
  }

  nextItem(): boolean {
    const byte = this.#peek();
    this.#at++;
    if (byte === comma) {
      this.#peek();
      return true;
    }
    if (byte !== bracketEnd) giveUp();
    return false;
  }

  /** Passes a string; `start` and `end` are its bytes then, escapes in it as they are. True where it has any. */
  string(): boolean {
    if (this.#peek() !== quote) giveUp();
    const { bytes } = this;
    let hasEscapes = false;
    let at = this.#at + 1;
    this.start = at;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === quote) {
        this.end = at;
        this.#at = at + 1;
        return hasEscapes;
      }
      if (byte < 0x20) giveUp();
      if (byte !== backslash) continue;
      hasEscapes = true;
      at = escapeEnd(bytes, at) - 1;
    }
    return giveUp();
  }

  /** Whether the string passed last is this text, of ASCII. */
  textIs(text: string): boolean {
    return this.end - this.start === text.length && this.textStartsWith(text);
  }

  textStartsWith(text: string): boolean {
    return this.end - this.start >= text.length && isTextAt(this.bytes, this.start, text);
  }

  /** Epoch seconds of a time, as `parseTime` has it; 0 for nonsense. */
  seconds(): number {
    const start = this.position() + 1;
    if (this.bytes[start - 1] === quote && this.bytes[start + plainTimeLength] === quote) {
      const seconds = plainSeconds(this.bytes, start);
      this.#at = start + plainTimeLength + 1;
      if (seconds > 0) return seconds;
      this.#at = start - 1;
    }
    if (this.string()) giveUp();
    return Math.floor(parseTime(decoder.decode(this.bytes.subarray(this.start, this.end))) / 1000);
  }

  /** A whole number that a float holds exactly, and not negative; anything else is a surprise. */
  integer(): number {
    this.#peek();
    const { bytes } = this;
    const start = this.#at;
    let at = start;
    let value = 0;
    for (let digit = digitAt(bytes, at); digit >= 0; digit = digitAt(bytes, ++at)) value = value * 10 + digit;
    const length = at - start;
    if (length === 0 || length > mostDigits || (length > 1 && bytes[start] === zero)) giveUp();
    const next = bytes[at];
    if (next === point || next === smallE || next === largeE) giveUp();
    this.#at = at;
    return value;
  }

  /** Passes any value. */
  skip(): void {
    let depth = 0;
    do {
      const byte = this.#peek();
      if (byte === brace || byte === bracket) {
        if (depth === this.#closers.length) giveUp();
        this.#at++;
        const closer = byte + 2;
        if (this.#peek() !== closer) {
          this.#closers[depth++] = closer;
          if (byte === brace) this.#anyKey();
          continue;
        }
        this.#at++;
      } else this.#scalar(byte);
      depth = this.#close(depth);
    } while (depth > 0);
  }

  /** After a value inside `depth` brackets: closes those that end here, and steps to the next value of the one left. */
  #close(depth: number): number {
    let open = depth;
    while (open > 0) {
      const closer = this.#closers[open - 1];
      const byte = this.#peek();
      this.#at++;
      if (byte === comma) {
        if (closer === braceEnd) this.#anyKey();
        return open;
      }
      if (byte !== closer) giveUp();
      open--;
    }
    return open;
  }

  #scalar(byte: number): void {
    if (byte === quote) this.string();
    else this.#at = scalarEnd(this.bytes, this.#at);
  }

  #anyKey(): void {
    this.string();
    if (this.#peek() !== colon) giveUp();
    this.#at++;
  }

  #key(known: KnownKeys): number {
    if (this.string()) giveUp();
    const place = known.names.findIndex((name) => this.textIs(name));
    if (this.#peek() !== colon) giveUp();
    this.#at++;
    this.#peek();
    return place;
  }

  /** Passes the bytes where they come next. */
  #passes(bytes: Literal | undefined): boolean {
    if (bytes === undefined) return false;
    const { words, length } = bytes;
    let at = this.#at;
    const end = at + length;
    if (end > this.bytes.length) return false;
    for (let word = 0; word < words.length - 1; word++) {
      if (this.#view.getUint32(at) !== words[word]) return false;
      at += 4;
    }
    if (this.#view.getUint32(end - 4) !== words[words.length - 1]) return false;
    this.#at = end;
    return true;
  }

  /** The byte that comes next, blanks aside; 0 at the end. */
  #peek(): number {
    const { bytes } = this;
    let at = this.#at;
    while (at < bytes.length) {
      const byte = bytes[at] ?? 0;
      if (byte > 0x20) {
        this.#at = at;
        return byte;
      }
      if (byte === newline) at = this.#behindIndent(at + 1);
      else if (byte === 0x20 || byte === 0x0d || byte === 0x09) at++;
      else giveUp();
    }
    this.#at = at;
    return 0;
  }

  /** Position behind the blanks that start here, three of them at most left over. Half of what agents print are they. */
  #behindIndent(start: number): number {
    let at = start;
    while (at + 4 <= this.bytes.length && this.#view.getUint32(at) === 0x20202020) at += 4;
    return at;
  }
}
