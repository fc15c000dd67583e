/** Everything a terminal may act on instead of showing: C0 and C1 controls, DEL, and bidirectional controls. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: matching control characters is the purpose
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Text from the cluster as it may be shown: control characters become visible (`\x1b`, `\u202e`). */
export function shown(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** The same of a text of several lines, each of which stays one. */
export function shownLines(text: string): string {
  return text.split("\n").map(shown).join("\n");
}
