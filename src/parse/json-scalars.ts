import { giveUp } from "./surprise.ts";

export const zero = 0x30;
export const point = 0x2e;
export const smallE = 0x65;
export const largeE = 0x45;
const [minus, plus] = [0x2d, 0x2b];
const letterU = 0x75;

const encoder = new TextEncoder();
const words: readonly Uint8Array[] = ["true", "false", "null"].map((word) => encoder.encode(word));
/** What may follow a backslash, `u` aside. */
const escapes: readonly number[] = [...encoder.encode('"\\/bfnrt')];

/** Digits of an integer that every float holds. */
export const mostDigits = 15;

/** Whether this text, of ASCII, stands here. */
export function isTextAt(bytes: Uint8Array, start: number, text: string): boolean {
  for (let at = 0; at < text.length; at++) if (bytes[start + at] !== text.charCodeAt(at)) return false;
  return true;
}

/** -1 where there is none. */
export function digitAt(bytes: Uint8Array, at: number): number {
  const digit = (bytes[at] ?? 0) - zero;
  return digit >= 0 && digit <= 9 ? digit : -1;
}

/** Position behind the number or the word that starts here. */
export function scalarEnd(bytes: Uint8Array, at: number): number {
  const word = words.find((letters) => letters[0] === bytes[at]);
  if (word === undefined) return numberEnd(bytes, at);
  if (!word.every((letter, index) => bytes[at + index] === letter)) giveUp();
  return at + word.length;
}

/** As JSON's grammar has numbers: no leading zero, a digit on both sides of the point. */
function numberEnd(bytes: Uint8Array, start: number): number {
  let at = bytes[start] === minus ? start + 1 : start;
  at = bytes[at] === zero ? at + 1 : digitsEnd(bytes, at);
  if (bytes[at] === point) at = digitsEnd(bytes, at + 1);
  if (bytes[at] !== smallE && bytes[at] !== largeE) return at;
  const isSigned = bytes[at + 1] === plus || bytes[at + 1] === minus;
  return digitsEnd(bytes, at + (isSigned ? 2 : 1));
}

/** One at least. */
function digitsEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (digitAt(bytes, at) >= 0) at++;
  if (at === start) giveUp();
  return at;
}

/** Position behind the escape whose backslash stands here. */
export function escapeEnd(bytes: Uint8Array, at: number): number {
  const byte = bytes[at + 1] ?? 0;
  if (byte === letterU) {
    for (let digit = 2; digit < 6; digit++) if (!isHex(bytes[at + digit] ?? 0)) giveUp();
    return at + 6;
  }
  if (!escapes.includes(byte)) giveUp();
  return at + 2;
}

function isHex(byte: number): boolean {
  const letter = byte | 0x20;
  return (byte >= zero && byte < zero + 10) || (letter >= 0x61 && letter <= 0x66);
}
