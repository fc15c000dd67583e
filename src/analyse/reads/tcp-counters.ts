/** TCP's checksum errors since boot. */
export interface TcpCounters {
  readonly checksumErrors: number;
  readonly receivedSegments: number;
}

/** `/proc/net/snmp`: a line of names and a line of numbers for each protocol; null when TCP is not in it. */
export function readTcpCounters(text: string): TcpCounters | null {
  const [names, values] = text
    .split("\n")
    .filter((line) => line.startsWith("Tcp:"))
    .map((line) => line.trim().split(/\s+/));
  if (names === undefined || values === undefined) return null;
  const at = (name: string) => Number(values[names.indexOf(name)] ?? Number.NaN);
  const [checksumErrors, receivedSegments] = [at("InCsumErrors"), at("InSegs")];
  return Number.isNaN(checksumErrors) ? null : { checksumErrors, receivedSegments: receivedSegments || 0 };
}
