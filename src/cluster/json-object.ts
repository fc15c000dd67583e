/** A JSON object whose fields may be of any type: nothing a server sends is trusted. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object in `text`; null for text that is not JSON, or not an object. Never throws. */
export function parseJsonObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** A field that should be an object; empty when it is not. */
export function objectField(object: JsonObject | null, name: string): JsonObject {
  const value = object?.[name];
  return isJsonObject(value) ? value : {};
}

/** A field that should be text; "" when it is not. */
export function textField(object: JsonObject | null, name: string): string {
  const value = object?.[name];
  return typeof value === "string" ? value : "";
}
