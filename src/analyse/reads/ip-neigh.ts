/** One entry of `ip neigh`. */
export interface Neighbour {
  readonly ip: string;
  readonly dev: string;
  /** Lower case; "" while it is not resolved. */
  readonly mac: string;
  /** `REACHABLE`, `STALE`, `FAILED`, `INCOMPLETE`, `PERMANENT`, … */
  readonly state: string;
}

const states = /\b(REACHABLE|STALE|DELAY|PROBE|FAILED|INCOMPLETE|PERMANENT|NOARP|NONE)\b/;

export function readNeighbours(text: string): Neighbour[] {
  return text.split("\n").flatMap((line) => {
    const [ip = "", ...words] = line.trim().split(/\s+/);
    const state = states.exec(line)?.[1];
    if (!/^[0-9a-fA-F.:]{2,45}$/.test(ip) || state === undefined) return [];
    return [{ ip, dev: after(words, "dev"), mac: after(words, "lladdr").toLowerCase(), state }];
  });
}

function after(words: readonly string[], keyword: string): string {
  const at = words.indexOf(keyword);
  return at < 0 ? "" : (words[at + 1] ?? "");
}

/** Nobody answered for this address. */
export function isUnresolved({ state }: Neighbour): boolean {
  return state === "FAILED" || state === "INCOMPLETE";
}
