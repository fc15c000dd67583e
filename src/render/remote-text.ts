import { shown } from "../model/visible-text.ts";

const strict = new TextDecoder("utf-8", { fatal: true });

/** The text of bytes; null where they are none in UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

/**
 * A line of what a command printed, as a terminal may show it: tabs stay, a carriage return before the end goes, every
 * other control character and every byte that is no text becomes visible.
 */
export function shownLine(bytes: Uint8Array): string {
  if (bytes.length === 0) return "";
  const text = textOf(bytes);
  const visible =
    text ?? Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`)).join("");
  return visible.replace(/\r$/, "").split("\t").map(shown).join("\t");
}

const newline = 0x0a;

/** The lines of an output without their ends; the last one may have had none. */
export function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(newline, start);
    yield bytes.subarray(start, end < 0 ? bytes.length : end);
    start = end < 0 ? bytes.length : end + 1;
  }
}

/** Whole lines out of pieces: what has no end yet is kept for the next piece. */
export class LineSplitter {
  #rest: Uint8Array[] = [];

  /** The lines that are whole now. */
  *add(piece: Uint8Array): Generator<Uint8Array> {
    let start = 0;
    for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, start)) {
      yield this.#whole(piece.subarray(start, end));
      start = end + 1;
    }
    // A copy: the piece is the connection's own buffer.
    if (start < piece.length) this.#rest.push(piece.slice(start));
  }

  /** The last line, if it never ended. */
  *end(): Generator<Uint8Array> {
    if (this.#rest.length > 0) yield this.#whole(new Uint8Array());
  }

  #whole(last: Uint8Array): Uint8Array {
    const parts = [...this.#rest, last];
    this.#rest = [];
    return parts.length === 1 ? last : concat(parts);
  }
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
