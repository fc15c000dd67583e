/** Minor release of a Cilium version, `1.19.3` → 19; null when the text is no 1.x version. */
export function minorOf(version: string): number | null {
  const match = /^v?1\.(\d+)(?:\.|$|-)/.exec(version);
  return match === null ? null : Number(match[1]);
}
