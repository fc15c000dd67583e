/** What a terminal draws colours and its title with (ECMA-48 control sequences, xterm's OSC). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences begin with one
const drawn = /\u001b(?:\[[0-9;?]{0,40}[ -/]?[@-~]|\][^\u0007\u001b]{0,200}\u0007)/g;

/** A saved text as it was meant: in UTF-8 or, as PowerShell's `>` writes it, in UTF-16; without colours. */
export function plainText(bytes: Uint8Array): string {
  const text = new TextDecoder(encodingOf(bytes)).decode(bytes);
  return text.includes("\u001b") ? text.replaceAll(drawn, "") : text;
}

/** By its byte order mark, which every program that writes UTF-16 to a file begins it with. */
export function encodingOf(head: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  return head[0] === 0xfe && head[1] === 0xff ? "utf-16be" : "utf-8";
}
