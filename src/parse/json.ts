/** Why a text made no sense: a short word for machines and a sentence for people. */
export interface ParseFailure {
  readonly ok: false;
  readonly reason: "empty" | "not-json" | "wrong-shape";
  readonly message: string;
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | ParseFailure;

export type JsonObject = { readonly [key: string]: unknown };

const decoder = new TextDecoder();

/**
 * JSON from a command's stdout. Tolerates text before and after it (`Using config file: …` when a .cilium.yaml lies in
 * the container's home, cilium-dbg/cmd/root.go) and the blank line Cilium's programs end with.
 */
export function parseJson(bytes: Uint8Array): Parsed<unknown> {
  const said = decoder.decode(bytes);
  // As it is first: a trimmed text of a megabyte would be copied once more to be parsed.
  const whole = tryParse(said);
  if (whole !== undefined) return { ok: true, value: whole };
  const text = said.trim();
  if (text === "") return { ok: false, reason: "empty", message: "the command printed nothing" };
  const inner = tryParse(text) ?? tryParse(withoutNoise(text));
  if (inner !== undefined) return { ok: true, value: inner };
  const what = isCut(text) ? "JSON that was cut" : "not JSON";
  return { ok: false, reason: "not-json", message: `${what} (${bytes.length} bytes, starts with ${start(text)})` };
}

/** It begins as JSON and its first bracket is never closed. */
function isCut(text: string): boolean {
  return /^(?:\{\s*"|\[\s*[{"])/.test(text) && closerOf(text, 0) === 0;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** From the first line that opens an object or a list of objects to the bracket that closes it; "" when none does. */
function withoutNoise(text: string): string {
  const opening = /^(?:\{\s*["}]|\[\s*[{\]])/m.exec(text);
  if (opening === null) return "";
  return text.slice(opening.index, closerOf(text, opening.index));
}

/** Position behind the bracket that closes the one at `start`; `start` itself when it is never closed. */
function closerOf(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (inString) {
      if (char === "\\") at++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{" || char === "[") depth++;
    else if ((char === "}" || char === "]") && --depth === 0) return at + 1;
  }
  return start;
}

function start(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}

export function wrongShape(expected: string): ParseFailure {
  return { ok: false, reason: "wrong-shape", message: `JSON, but not ${expected}` };
}

/** For replies in other forms than JSON. */
export function wrongText(message: string): ParseFailure {
  return { ok: false, reason: "wrong-shape", message };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object under a key, an empty one when it is missing or something else: absent means its zero value. */
export function objectAt(value: unknown, key: string): JsonObject {
  const child = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return isObject(child) ? child : {};
}

export function arrayAt(value: unknown, key: string): readonly unknown[] {
  const child = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return Array.isArray(child) ? child : [];
}

export function stringAt(value: unknown, key: string): string {
  const child = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return typeof child === "string" ? child : "";
}

export function numberAt(value: unknown, key: string): number {
  const child = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return typeof child === "number" && Number.isFinite(child) ? child : 0;
}

export function booleanAt(value: unknown, key: string): boolean {
  return isObject(value) && Object.hasOwn(value, key) && value[key] === true;
}

export function stringsAt(value: unknown, key: string): string[] {
  return arrayAt(value, key).filter((item): item is string => typeof item === "string");
}

/** String entries of an object, as a map: no key can reach a prototype. */
export function stringMapAt(value: unknown, key: string): Map<string, string> {
  const entries = Object.entries(objectAt(value, key));
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
