/** A page of 1,000 nodes holds some five million values: each is one character, six bits. */
export const mostSixBit = 63;
/** Each code stands for this many times the one before. */
export const sixBitStep = 1.25;

/** A positive number on a logarithmic scale: 0 unknown, 1 up to `unit`, each further one 1.25 times more. */
export function sixBitLog(value: number, unit: number): number {
  if (!(value > 0)) return 0;
  return Math.min(mostSixBit, Math.max(1, 1 + Math.round(Math.log(value / unit) / Math.log(sixBitStep))));
}

/** Units of the page's scales, in nanoseconds: latencies from 10 µs to 10 s, ages from 1 s to 12 days. */
export const latencyUnitNs = 10_000;
export const ageUnitNs = 1_000_000_000;
