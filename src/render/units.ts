/** A latency as people read it: `0.42ms`, `12ms`, `1.2s`; `-` when unknown. */
export function latency(ns: number | null): string {
  if (ns === null) return "-";
  const ms = ns / 1e6;
  if (ms < 1) return `${ms.toFixed(2)}ms`;
  if (ms < 10) return `${ms.toFixed(1)}ms`;
  return ms < 1000 ? `${Math.round(ms)}ms` : `${(ms / 1000).toFixed(1)}s`;
}

/** An age as kubectl shows one: `9s`, `3m40s`, `2h5m`, `3d4h`; `-` when unknown. */
export function age(ns: number | null): string {
  if (ns === null) return "-";
  const seconds = Math.max(0, Math.round(ns / 1e9));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return two(minutes, "m", seconds % 60, "s");
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? two(hours, "h", minutes % 60, "m") : two(Math.floor(hours / 24), "d", hours % 24, "h");
}

function two(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit}${small}${smallUnit}`;
}

/** `1 node`, `2 nodes`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
