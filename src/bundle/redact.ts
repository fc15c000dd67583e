import { leftovers, secretPatterns } from "./secret-patterns.ts";

export type Redacted =
  | { readonly kind: "clean"; readonly bytes: Uint8Array; readonly masked: number }
  /** It could not be looked into, or a secret was left: the member must not be written. */
  | { readonly kind: "withheld"; readonly reason: string };

export const mask = "[redacted]";

/**
 * The one gate every byte of a bundle passes. Names of the network stay, since without them a network case cannot be
 * judged; tokens, keys, certificates and passwords do not. Fails closed: what is no text, and what still looks like a
 * secret afterwards, is withheld.
 */
export function redact(bytes: Uint8Array): Redacted {
  if (isPacked(bytes)) return { kind: "withheld", reason: "it is no text, so no secret could be looked for in it" };
  try {
    // One character a byte, so that bytes which are no UTF-8 come out as they went in.
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
    const { text: clean, masked } = redactText(text);
    if (masked === 0) return leftIn(text) ?? { kind: "clean", bytes, masked };
    return leftIn(clean) ?? { kind: "clean", bytes: Buffer.from(clean, "latin1"), masked };
  } catch (error) {
    return { kind: "withheld", reason: `masking failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

const magics: readonly (readonly number[])[] = [
  [0x1f, 0x8b],
  [0x50, 0x4b, 0x03, 0x04],
  [0x28, 0xb5, 0x2f, 0xfd],
  [0xfd, 0x37, 0x7a, 0x58],
  [0x42, 0x5a, 0x68],
  [0x7f, 0x45, 0x4c, 0x46],
];
const sniffed = 4096;
const mostControls = 0.1;

/** Archives, programs, and text in two bytes a character: a pattern would look at them and find nothing. */
function isPacked(bytes: Uint8Array): boolean {
  if (magics.some((magic) => magic.every((byte, at) => bytes[at] === byte))) return true;
  const head = bytes.subarray(0, sniffed);
  let controls = 0;
  // Escape and the separators of ASCII stand in texts as well.
  for (const byte of head) if (byte < 0x09 || (byte > 0x0d && byte < 0x1b)) controls++;
  return controls > 8 && controls > head.length * mostControls;
}

/** The same for text; `masked` counts the places. */
export function redactText(text: string): { readonly text: string; readonly masked: number } {
  let masked = 0;
  let clean = text;
  const lower = text.toLowerCase();
  const looked = new Map<readonly string[], boolean>();
  /** Many patterns share their needles. */
  const mayMatch = (needles: readonly string[]) => {
    const known = looked.get(needles) ?? needles.some((needle) => lower.includes(needle));
    looked.set(needles, known);
    return known;
  };
  for (const { needles, pattern, keep, name } of secretPatterns) {
    if (!mayMatch(needles)) continue;
    const [before, behind] = keep;
    clean = clean.replace(pattern, (...match: unknown[]) => {
      const whole = String(match[0]);
      if (whole.includes(mask) && !/[A-Za-z0-9+/]{12}/.test(whole.replace(mask, ""))) return whole;
      if (isPublic(name, match[before])) return whole;
      masked++;
      if (before === 0) return mask;
      return `${match[before] ?? ""}${mask}${match[behind] ?? ""}`;
    });
  }
  return { text: clean, masked };
}

/** Of keys in base64 only the public ones stay: they are told apart by the word before them. */
function isPublic(name: string, before: unknown): boolean {
  return name === "32 bytes in base64" && typeof before === "string" && before !== "";
}

function leftIn(text: string): Redacted | null {
  return leftovers.some(({ needle, pattern }) => text.includes(needle) && pattern.test(text))
    ? { kind: "withheld", reason: "something in it still looks like a secret after masking" }
    : null;
}
