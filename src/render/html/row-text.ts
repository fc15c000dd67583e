const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * Rows of one plane as short texts, written one after the other: `=N` is row N again, `~1*3,2` are runs of a value,
 * `-…` one base64 letter a value (six bits). Rows of a mesh repeat themselves; only latencies and ages need letters.
 */
export function rowWriter(): (values: Uint8Array | Uint16Array, own: number) => string {
  const known = new Map<string, number>();
  let row = -1;
  return (values, own) => {
    row++;
    // The node itself has no path: repeating its neighbour leaves rows alike. The page sets it back to none.
    const filled = values.slice();
    filled[own] = values[own === 0 ? 1 : own - 1] ?? 0;
    const text = shortest(filled);
    const before = known.get(text);
    if (before !== undefined) return `=${before}`;
    if (text.startsWith("~")) known.set(text, row);
    return text;
  };
}

function shortest(values: Uint8Array | Uint16Array): string {
  const runs: string[] = [];
  let length = 1;
  for (let at = 0; at < values.length; ) {
    let end = at + 1;
    while (end < values.length && values[end] === values[at]) end++;
    const run = end - at === 1 ? `${values[at]}` : `${values[at]}*${end - at}`;
    runs.push(run);
    length += run.length + 1;
    at = end;
  }
  const isSixBit = values.every((value) => value < alphabet.length);
  if (!isSixBit || length <= values.length) return `~${runs.join(",")}`;
  let text = "-";
  for (const value of values) text += alphabet[value] ?? "A";
  return text;
}
