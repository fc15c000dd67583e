/** Everything a terminal may act on instead of showing: C0 and C1 controls, DEL, and bidirectional controls. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: matching control characters is the purpose
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;
const unsafeInJson = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Text from the cluster as it may be shown: control characters become visible (`\x1b`, `\u202e`). */
export function shown(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** JSON.stringify leaves C1 and bidirectional controls as they are; as escapes they mean the same and do nothing. */
export function safeJson(json: string): string {
  return json.replace(unsafeInJson, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
