import { isStream } from "./json.ts";
import { safeJson } from "./safe-json.ts";

/** A JSON-like document as block YAML, in chunks; strings that YAML could read as anything else are quoted. */
export function* yamlChunks(document: Readonly<Record<string, unknown>>): Generator<string> {
  for (const [key, value] of Object.entries(document)) yield* entry(key, value, "");
}

function* entry(key: string, value: unknown, indent: string): Generator<string> {
  if (isStream(value)) yield* stream(key, value, indent);
  else if (isEmpty(value)) yield `${indent}${scalar(key)}: ${Array.isArray(value) ? "[]" : "{}"}\n`;
  else if (Array.isArray(value)) {
    yield `${indent}${scalar(key)}:\n`;
    for (const one of value) yield* item(one, indent);
  } else if (isMap(value)) {
    yield `${indent}${scalar(key)}:\n`;
    for (const [child, inner] of Object.entries(value)) yield* entry(child, inner, `${indent}  `);
  } else yield `${indent}${scalar(key)}: ${scalar(value)}\n`;
}

function* stream(key: string, values: Iterable<unknown>, indent: string): Generator<string> {
  let first = true;
  for (const value of values) {
    if (first) yield `${indent}${scalar(key)}:\n`;
    first = false;
    yield* item(value, indent);
  }
  if (first) yield `${indent}${scalar(key)}: []\n`;
}

/** A list item; a map's first key stands behind the dash. */
function* item(value: unknown, indent: string): Generator<string> {
  if (!isMap(value) || isEmpty(value)) {
    yield `${indent}- ${Array.isArray(value) || isMap(value) ? safeJson(JSON.stringify(value)) : scalar(value)}\n`;
    return;
  }
  let text = "";
  for (const [key, inner] of Object.entries(value)) for (const chunk of entry(key, inner, `${indent}  `)) text += chunk;
  yield `${indent}- ${text.slice(indent.length + 2)}`;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isMap(value) && Object.keys(value).length === 0;
}

/** Plain only when no YAML version reads it as a number, a date, a boolean or null. */
const plain = /^(?!(?:true|false|yes|no|on|off|null|y|n|~)$)[A-Za-z_/][A-Za-z0-9_./@-]*$/i;

function scalar(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value ?? null);
  return plain.test(value) ? value : safeJson(JSON.stringify(value));
}
