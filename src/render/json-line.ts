import { isStream } from "./json.ts";
import { safeJson } from "./safe-json.ts";

/** A document as one line of JSON, in chunks; iterables that are no arrays are written entry by entry. */
export function* jsonLine(document: Readonly<Record<string, unknown>>): Generator<string> {
  yield* value(document);
  yield "\n";
}

function* value(one: unknown): Generator<string> {
  if (isStream(one)) yield* listed(one);
  else if (typeof one !== "object" || one === null || Array.isArray(one)) yield compact(one);
  else {
    let before = "{";
    for (const [key, inner] of Object.entries(one)) {
      yield `${before}${compact(key)}:`;
      yield* value(inner);
      before = ",";
    }
    yield before === "{" ? "{}" : "}";
  }
}

function* listed(values: Iterable<unknown>): Generator<string> {
  let before = "[";
  for (const one of values) {
    yield `${before}${compact(one)}`;
    before = ",";
  }
  yield before === "[" ? "[]" : "]";
}

function compact(one: unknown): string {
  return safeJson(JSON.stringify(one ?? null));
}
