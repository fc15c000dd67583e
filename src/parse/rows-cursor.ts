import { backslash, bracket, bracketEnd, newline } from "../model/json-bytes.ts";
import { digitAt, isTextAt, mostDigits } from "./json-scalars.ts";
import { giveUp } from "./surprise.ts";
import { plainSeconds, plainTimeLength } from "./time-bytes.ts";

const [tab, dot] = [0x09, 0x2e];

/** Goes through lines of cells parted by tabs, cell by cell. Gives up on anything but the cell that is asked for. */
export class RowsCursor {
  readonly #bytes: Uint8Array;
  #at = 0;
  /** The cell that was read last. */
  start = 0;
  end = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A cell with a tab behind it. */
  cell(): void {
    this.#upTo(tab, newline);
  }

  /** The last cell of a line. */
  lastCell(): void {
    this.#upTo(newline, tab);
  }

  /** A text with a backslash is left to others: texts are looked up as those of JSON. */
  #upTo(behind: number, never: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (; ; at++) {
      const byte = bytes[at];
      if (byte === behind) break;
      if (byte === undefined || byte === never || byte === backslash) giveUp();
    }
    this.start = this.#at;
    this.end = at;
    this.#at = at + 1;
  }

  /** This word, and a tab. */
  word(word: string): void {
    this.cell();
    if (this.end - this.start !== word.length || !isTextAt(this.#bytes, this.start, word)) giveUp();
  }

  /** The cell as an integer that is not negative. */
  integer(): number {
    if (this.start === this.end || this.end - this.start > mostDigits) giveUp();
    let value = 0;
    for (let at = this.start; at < this.end; at++) {
      const digit = digitAt(this.#bytes, at);
      if (digit < 0) giveUp();
      value = value * 10 + digit;
    }
    return value;
  }

  /** The cell as a time in epoch seconds; 0 where it is empty. */
  seconds(): number {
    if (this.start === this.end) return 0;
    const seconds = this.end - this.start === plainTimeLength ? plainSeconds(this.#bytes, this.start) : 0;
    if (seconds === 0) giveUp();
    return seconds;
  }

  /** Whether the cell is `[]`. */
  isEmptyList(): boolean {
    const { start } = this;
    return this.end - start === 2 && this.#bytes[start] === bracket && this.#bytes[start + 1] === bracketEnd;
  }

  /** Whether the line that comes next begins with a dot, as no node's name does. */
  isAtDots(): boolean {
    return this.#bytes[this.#at] === dot;
  }

  /** A line of so many dots. */
  dots(count: number): void {
    this.lastCell();
    if (this.end - this.start !== count) giveUp();
    for (let at = this.start; at < this.end; at++) if (this.#bytes[at] !== dot) giveUp();
  }

  /** This word at the end of all. */
  finish(word: string): void {
    const bytes = this.#bytes;
    let { length } = bytes;
    if (bytes[length - 1] === newline) length--;
    if (length - this.#at !== word.length || !isTextAt(bytes, this.#at, word)) giveUp();
  }
}
