/** A 32-bit hash of three integers: the same everywhere, so that a mesh is the same at each run of its seed. */
export function hashOf(seed: number, a: number, b: number): number {
  let h =
    Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(a + 0x7f4a7c15, 0xc2b2ae35) ^ Math.imul(b + 1, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A stable UUID for an API object or a controller. */
export function uuidOf(seed: number, a: number, b: number): string {
  const word = (n: number) =>
    hashOf(seed, a, b * 4 + n)
      .toString(16)
      .padStart(8, "0");
  const hex = word(0) + word(1) + word(2) + word(3);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
