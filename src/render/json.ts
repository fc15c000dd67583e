import { safeJson } from "./safe-json.ts";

/**
 * A document as indented JSON, in chunks: an iterable that is no array is written entry by entry, since a large
 * matrix would not fit into one string.
 */
export function* jsonChunks(document: Readonly<Record<string, unknown>>): Generator<string> {
  yield "{";
  let first = true;
  for (const [key, value] of Object.entries(document)) {
    yield `${first ? "" : ","}\n  ${JSON.stringify(key)}: `;
    first = false;
    if (isStream(value)) yield* streamChunks(value);
    else yield indented(value, "  ");
  }
  yield "\n}\n";
}

export function isStream(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Symbol.iterator in value;
}

function* streamChunks(values: Iterable<unknown>): Generator<string> {
  let first = true;
  for (const value of values) {
    yield `${first ? "[" : ","}\n    ${indented(value, "    ")}`;
    first = false;
  }
  yield first ? "[]" : "\n  ]";
}

function indented(value: unknown, indent: string): string {
  return safeJson(JSON.stringify(value ?? null, null, 2)).replaceAll("\n", `\n${indent}`);
}
