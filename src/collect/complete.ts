import { backslash, brace, braceEnd, bracket, bracketEnd, newline, quote } from "../model/json-bytes.ts";

/** Whether a reply is all that its command printed, as far as its form tells. */
export function isWhole(bytes: Uint8Array, { json, tail }: { readonly json: boolean; readonly tail: string }): boolean {
  return json ? isCompleteJson(bytes) : tail === "" || endsIn(bytes, tail);
}

/** Blank lines behind it are the printer's. */
function endsIn(bytes: Uint8Array, tail: string): boolean {
  let end = bytes.length;
  while (end > 0 && isBlank(bytes[end - 1] ?? 0)) end--;
  return end >= tail.length && [...tail].every((char, at) => bytes[end - tail.length + at] === char.charCodeAt(0));
}

/**
 * Whether a reply that should be JSON is whole. A connection may end well and still have lost the tail
 * (kubernetes/kubernetes#124571). A reply without any JSON in it is whole too: asking again would not mend it, and the
 * parser names it.
 */
export function isCompleteJson(bytes: Uint8Array): boolean {
  const start = firstOpener(bytes);
  if (start < 0) return true;
  return endsAtTopLevel(bytes, start) || closesSomewhere(bytes, start);
}

/** Where the JSON starts: after notices such as `Using config file: …` or `[WARN] …`, at the start of a line. */
function firstOpener(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at++) {
    if ((at === 0 || bytes[at - 1] === newline) && opensJson(bytes, at)) return at;
  }
  return -1;
}

/** An object's first key or its end, an array's first object or its end; a reply cut right there counts as opened. */
function opensJson(bytes: Uint8Array, at: number): boolean {
  const opener = bytes[at] ?? 0;
  if (opener !== brace && opener !== bracket) return false;
  let next = at + 1;
  while (next < bytes.length && isBlank(bytes[next] ?? 0)) next++;
  if (next === bytes.length) return true;
  const byte = bytes[next] ?? 0;
  return opener === brace ? byte === quote || byte === braceEnd : byte === brace || byte === bracketEnd;
}

/** Fast path: the agents print indented JSON, whose last bracket alone stands at the start of a line. */
function endsAtTopLevel(bytes: Uint8Array, start: number): boolean {
  const closer = bytes[start] === brace ? braceEnd : bracketEnd;
  let end = bytes.length - 1;
  while (end > start && isBlank(bytes[end] ?? 0)) end--;
  return end > start && bytes[end - 1] === newline && bytes[end] === closer;
}

function closesSomewhere(bytes: Uint8Array, start: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (inString) {
      if (byte === backslash) at++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === brace || byte === bracket) depth++;
    else if ((byte === braceEnd || byte === bracketEnd) && --depth === 0) return true;
  }
  return false;
}

function isBlank(byte: number): boolean {
  return byte === newline || byte === 0x20 || byte === 0x0d || byte === 0x09;
}
