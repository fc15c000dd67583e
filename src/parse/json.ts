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
  const text = decoder.decode(bytes).trim();
  if (text === "") return { ok: false, reason: "empty", message: "the command printed nothing" };
  const whole = tryParse(text);
  if (whole !== undefined) return { ok: true, value: whole };
  for (const inner of withoutNoise(text)) {
    const found = tryParse(inner);
    if (found !== undefined) return { ok: true, value: found };
  }
  return { ok: false, reason: "not-json", message: `not JSON (${bytes.length} bytes, starts with ${start(text)})` };
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** From the first line that opens a bracket to the last line that is its closer, or to the last closer anywhere. */
function withoutNoise(text: string): string[] {
  const opening = /^[[{]/m.exec(text);
  if (opening === null) return [];
  const closer = opening[0] === "{" ? "}" : "]";
  const ends = [text.lastIndexOf(`\n${closer}`) + 2, text.lastIndexOf(closer) + 1];
  return ends.filter((end) => end > opening.index).map((end) => text.slice(opening.index, end));
}

function start(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}

export function wrongShape(expected: string): ParseFailure {
  return { ok: false, reason: "wrong-shape", message: `JSON, but not ${expected}` };
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
