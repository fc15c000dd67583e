import { parseTime } from "./time.ts";

const decoder = new TextDecoder();

/** Bytes of a time in whole seconds of UTC, `2031-05-02T09:20:00Z`. */
export const plainTimeLength = 20;

/**
 * Epoch seconds of the plain time whose bytes start here, 0 for one in any other form, or before 1970. A thousand agents
 * say four million of them, nearly all of one day.
 */
export function plainSeconds(bytes: Uint8Array, at: number): number {
  const isPlain =
    bytes[at + 10] === letterT &&
    bytes[at + 13] === colon &&
    bytes[at + 16] === colon &&
    bytes[at + plainTimeLength - 1] === letterZ;
  if (!isPlain) return 0;
  const hours = twoDigits(bytes, at + 11);
  const minutes = twoDigits(bytes, at + 14);
  const seconds = twoDigits(bytes, at + 17);
  const midnight = hours < 24 && minutes < 60 && seconds < 60 ? midnightOf(bytes, at) : 0;
  return midnight === 0 ? 0 : midnight + hours * 3600 + minutes * 60 + seconds;
}

const [dash, colon, letterT, letterZ] = [0x2d, 0x3a, 0x54, 0x5a];

/** 100 where there are none. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - 0x30;
  const ones = (bytes[at + 1] ?? 0) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 100;
}

/** Epoch seconds by day, of the days met so far. */
const midnights = new Map<number, number>();
const mostMidnights = 1000;

/** Of the day whose ten bytes start here; 0 for nonsense. */
function midnightOf(bytes: Uint8Array, at: number): number {
  const month = twoDigits(bytes, at + 5);
  const dayOfMonth = twoDigits(bytes, at + 8);
  const century = twoDigits(bytes, at);
  const year = twoDigits(bytes, at + 2);
  const isDay =
    month < 100 && dayOfMonth < 100 && century < 100 && year < 100 && bytes[at + 4] === dash && bytes[at + 7] === dash;
  if (!isDay) return 0;
  const day = ((century * 100 + year) * 100 + month) * 100 + dayOfMonth;
  const known = midnights.get(day);
  if (known !== undefined) return known;
  const midnight = parseTime(`${decoder.decode(bytes.subarray(at, at + 10))}T00:00:00Z`) / 1000;
  if (midnights.size < mostMidnights) midnights.set(day, midnight);
  return midnight;
}
