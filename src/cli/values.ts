/** Raised inside the cli room alone and turned into a `wrong` request: argv never throws outside. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What yargs gives for one flag: a string, repeated ones as a list, nothing. */
export type RawValue = unknown;

export type RawFlags = Readonly<Record<string, RawValue>>;

/** A flag given twice counts once: the last one, as with kubectl. null when it was not given. */
export function text(flags: RawFlags, name: string): string | null {
  const value = flags[name];
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  if (last === undefined || last === null) return null;
  const string = String(last);
  if (string === "") throw new UsageError(`flag needs an argument: --${name}`);
  return string;
}

export function list(flags: RawFlags, name: string): string[] {
  const value = flags[name];
  const values: unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return values.map(String).filter((one) => one !== "");
}

export function on(flags: RawFlags, name: string): boolean {
  const value = flags[name];
  return (Array.isArray(value) ? value.at(-1) : value) === true;
}

export function choice<T extends string>(flags: RawFlags, name: string, choices: readonly T[], fallback: T): T {
  const value = text(flags, name);
  if (value === null) return fallback;
  const known = choices.find((one) => one === value);
  if (known !== undefined) return known;
  throw new UsageError(`invalid argument "${value}" for "--${name}" flag: must be one of: ${choices.join(", ")}`);
}

/** A repeatable choice; each one may hold several, parted by commas. */
export function choices<T extends string>(flags: RawFlags, name: string, known: readonly T[]): T[] {
  const given = list(flags, name).flatMap((value) => value.split(","));
  return given.map((value) => {
    const one = known.find((word) => word === value);
    if (one !== undefined) return one;
    throw new UsageError(`invalid argument "${value}" for "--${name}" flag: must be one of: ${known.join(", ")}`);
  });
}

/** kubectl's own wording for an unknown format. */
export function format<T extends string>(flags: RawFlags, formats: readonly T[], fallback: T): T {
  const value = text(flags, "output");
  if (value === null) return fallback;
  const known = formats.find((one) => one === value);
  if (known !== undefined) return known;
  const allowed = [...formats].sort().join(",");
  throw new UsageError(
    `unable to match a printer suitable for the output format "${value}", allowed formats are: ${allowed}`,
  );
}

export function wholeNumber<T extends number | null>(
  flags: RawFlags,
  name: string,
  range: readonly [number, number],
  fallback: T,
): number | T {
  const value = text(flags, name);
  if (value === null) return fallback;
  const number = Number(value);
  const [least, most] = range;
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  throw new UsageError(
    `invalid argument "${value}" for "--${name}" flag: must be a whole number from ${least} to ${most}`,
  );
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `30s`, `1m30s`, `500ms`, or whole seconds without a unit; 0 means no limit. */
export function duration(flags: RawFlags, name: string, fallback: number): number {
  const value = text(flags, name);
  if (value === null) return fallback;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length > 0 && parts.map((part) => part[0]).join("") === value) {
    return parts.reduce((sum, part) => sum + Number(part[1]) * (units[part[2] ?? ""] ?? 0), 0);
  }
  throw new UsageError(
    `invalid argument "${value}" for "--${name}" flag: must be a duration such as 30s, 1m30s or 500ms, or whole seconds`,
  );
}

/** A duration within a range, in seconds; a part of a second counts as a whole one. */
export function wholeSeconds(
  flags: RawFlags,
  name: string,
  range: readonly [number, number],
  fallback: number,
): number {
  const seconds = Math.ceil(duration(flags, name, fallback * 1000) / 1000);
  if (seconds >= range[0] && seconds <= range[1]) return seconds;
  throw new UsageError(
    `invalid argument "${text(flags, name) ?? ""}" for "--${name}" flag: must be from ${range[0]}s to ${range[1]}s`,
  );
}

const byteUnits: Readonly<Record<string, number>> = {
  "": 1,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
};

/** Bytes of `64MiB`, `64Mi`, `64M` or a plain number; units are powers of 1024. */
export function byteCount(flags: RawFlags, name: string, range: readonly [number, number], fallback: number): number {
  const value = text(flags, name);
  if (value === null) return fallback;
  const [, digits = "", unit = ""] = /^(\d{1,15})([KMG]?)(?:i?B?)?$/.exec(value) ?? [];
  const bytes = digits === "" ? -1 : Number(digits) * (byteUnits[unit] ?? 0);
  if (bytes >= range[0] && bytes <= range[1]) return bytes;
  throw new UsageError(
    `invalid argument "${value}" for "--${name}" flag: must be a size from ${range[0]} to ${range[1]} bytes, such as 64MiB`,
  );
}
