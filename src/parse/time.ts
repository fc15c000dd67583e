/**
 * Epoch milliseconds of an RFC 3339 time; 0 for none, for nonsense, and for Go's zero time (`0001-01-01T00:00:00Z`),
 * with which Cilium says "never". Fractions of any length and zone offsets are understood; a time without a zone is
 * nonsense, since it would be read in the zone of whoever runs this.
 */
export function parseTime(text: string): number {
  return plainTime(text) ?? otherTime(text);
}

/** A thousand agents say this a million times: whole seconds in UTC, without a pattern and without a Date. */
function plainTime(text: string): number | null {
  if (text.length !== 20 || !text.endsWith("Z") || text[10] !== "T" || text[13] !== ":" || text[16] !== ":")
    return null;
  const midnight = midnightOf(text.slice(0, 10));
  const [hours, minutes, seconds] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)];
  if (midnight === 0 || !(hours < 24 && minutes < 60 && seconds < 60)) return null;
  return midnight + ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/** NaN where there are none. */
function twoDigits(text: string, at: number): number {
  const [tens, ones] = [text.charCodeAt(at) - 48, text.charCodeAt(at + 1) - 48];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** Epoch milliseconds by date, of the dates met so far. */
const midnights = new Map<string, number>();
const mostMidnights = 1000;

/** 0 for nonsense and for what lies before 1970. */
function midnightOf(date: string): number {
  const known = midnights.get(date);
  if (known !== undefined) return known;
  const midnight = otherTime(`${date}T00:00:00Z`);
  if (midnights.size < mostMidnights) midnights.set(date, midnight);
  return midnight;
}

function otherTime(text: string): number {
  const match = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return 0;
  const [, date, time, fraction = "", zone = ""] = match;
  const ms = Date.parse(`${date}T${time}${fraction.slice(0, 4)}${zone.toUpperCase()}`);
  return Number.isNaN(ms) || ms <= 0 ? 0 : ms;
}

const unitNs: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Nanoseconds of a Go duration (`1m56.7546089s`, `831.2µs`, `0s`); null for anything else. */
export function parseGoDuration(text: string): number | null {
  if (text === "0") return 0;
  const parts = [...text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join("") !== text) return null;
  return Math.round(parts.reduce((sum, part) => sum + Number(part[1]) * (unitNs[part[2] ?? ""] ?? 0), 0));
}
