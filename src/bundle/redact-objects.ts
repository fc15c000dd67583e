import { mask, redactText } from "./redact.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Annotations that repeat the whole object as its author wrote it, values of variables included. */
const copies: ReadonlySet<string> = new Set(["kubectl.kubernetes.io/last-applied-configuration"]);

/**
 * An API object without what only its owner should know: values of environment variables, the copy kubectl keeps, and
 * in a ConfigMap every value that is no setting. Nothing else is changed here; the gate follows.
 */
export function redactObject(item: unknown): unknown {
  if (!isFields(item)) return item;
  const data = item["data"];
  const isConfig = isFields(data) && !("spec" in item);
  return withoutSecrets(isConfig ? { ...item, data: redactSettings(data), binaryData: undefined } : item);
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, child]): [string, unknown][] => {
      if (copies.has(key)) return [];
      return [[key, key === "env" && Array.isArray(child) ? child.map(redactVariable) : withoutSecrets(child)]];
    }),
  );
}

function redactVariable(variable: unknown): unknown {
  if (!isFields(variable) || !("value" in variable)) return variable;
  return { ...variable, value: mask };
}

function redactSettings(data: Fields): Fields {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, typeof value === "string" ? redactSetting(key, value) : value]),
  );
}

/** Settings are words, numbers and lists of them; a long run of mixed letters and digits is a key of some kind. */
function redactSetting(key: string, value: string): string {
  const asLine = redactText(`${key}=${value}`);
  if (asLine.masked > 0) return redactText(value).masked > 0 ? redactText(value).text : mask;
  return looksRandom(value) ? mask : value;
}

function looksRandom(value: string): boolean {
  return value.split(/[\s,;:="'/.{}[\]()@-]+/).some((word) => {
    if (word.length < 20) return false;
    const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/].filter((kind) => kind.test(word)).length;
    return kinds === 3 || /^[0-9a-f]{32,}$/i.test(word);
  });
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
