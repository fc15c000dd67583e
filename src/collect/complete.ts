const quote = 0x22;
const backslash = 0x5c;
const newline = 0x0a;
const openers = new Map([
  [0x7b, 0x7d],
  [0x5b, 0x5d],
]);

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

/** Position of the first line that starts with a bracket, after notices such as `Using config file: …`. */
function firstOpener(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at++) {
    if (openers.has(bytes[at] ?? 0) && (at === 0 || bytes[at - 1] === newline)) return at;
  }
  return -1;
}

/** Fast path: the agents print indented JSON, whose last bracket alone stands at the start of a line. */
function endsAtTopLevel(bytes: Uint8Array, start: number): boolean {
  let end = bytes.length - 1;
  while (end > start && isBlank(bytes[end] ?? 0)) end--;
  return end > start && bytes[end - 1] === newline && bytes[end] === openers.get(bytes[start] ?? 0);
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
    else if (byte === 0x7b || byte === 0x5b) depth++;
    else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) return true;
  }
  return false;
}

function isBlank(byte: number): boolean {
  return byte === newline || byte === 0x20 || byte === 0x0d || byte === 0x09;
}
