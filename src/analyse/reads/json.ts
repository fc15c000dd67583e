/**
 * JSON of a confirming capture. Cilium's programs may print `Using config file: …` first (cilium-dbg/cmd/root.go).
 * undefined when the text holds none.
 */
export function readJson(text: string): unknown {
  const whole = attempt(text);
  if (whole !== undefined) return whole;
  const start = text.search(/^\s*[[{]/m);
  return start < 0 ? undefined : attempt(text.slice(start));
}

function attempt(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A number at a key, 0 when there is none. */
export function numberOf(record: Readonly<Record<string, unknown>>, key: string): number {
  const value = record[key];
  return typeof value === "number" ? value : 0;
}

/** A text at a key, "" when there is none. */
export function textAt(record: Readonly<Record<string, unknown>>, key: string): string {
  const value = record[key];
  return typeof value === "string" ? value : "";
}
